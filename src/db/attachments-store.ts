import type { Db } from './pool.js';

/** An upload whose bytes are about to be stored. */
export interface NewAttachment {
  id: string;
  /** Known from the beginning for a citizen's upload alone. */
  complaintId: string | null;
  mediaType: string;
  bytes: number;
  width: number | null;
  height: number | null;
  name: string | null;
  digest: Buffer;
  /** Under which the timeline knows the digest. */
  key: Buffer;
  location: { lat: number; lon: number } | null;
  uploadedBy: string;
  /** World time, epoch ms. */
  at: number;
}

/** An attachment as lists have it; it is not erased. */
export interface AttachmentRow {
  id: string;
  complaintId: string | null;
  mediaType: string;
  bytes: number;
  width: number | null;
  height: number | null;
  name: string | null;
  lat: number | null;
  lon: number | null;
  uploadedBy: string;
  createdAt: Date;
  boundAt: Date | null;
}

/** Makes an upload known, still unbound. A repeated call writes nothing. */
export async function insertAttachment(db: Db, made: NewAttachment): Promise<void> {
  await db.query({
    name: 'insert-attachment',
    text: `insert into attachments (id, complaint_id, media_type, bytes, width, height, name, digest, key, lat, lon,
        uploaded_by, created_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict (id) do nothing`,
    values: [
      made.id,
      made.complaintId,
      made.mediaType,
      made.bytes,
      made.width,
      made.height,
      made.name,
      made.digest,
      made.key,
      made.location?.lat ?? null,
      made.location?.lon ?? null,
      made.uploadedBy,
      new Date(made.at),
    ],
  });
}

/** Forgets an upload that could not be stored. */
export async function deleteUnbound(db: Db, id: string): Promise<void> {
  await db.query('delete from attachments where id = $1 and bound_at is null', [id]);
}

/** An attachment that is not erased, by its id; null for any other text. */
export async function findAttachment(db: Db, id: string): Promise<AttachmentRow | null> {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) {
    return null;
  }
  const { rows } = await db.query<AttachmentRow>({
    name: 'find-attachment',
    text: `select id, complaint_id as "complaintId", media_type as "mediaType", bytes, width, height, name, lat, lon,
        uploaded_by as "uploadedBy", created_at as "createdAt", bound_at as "boundAt"
      from attachments where id = $1 and erased_machine_at is null`,
    values: [id],
  });
  return rows[0] ?? null;
}

/** How many files a citizen has sent to the own complaint. */
export async function countFromCitizen(db: Db, complaintId: string): Promise<number> {
  const { rows } = await db.query<{ count: number }>({
    name: 'count-from-citizen',
    text: `select count(*) from attachments
      where complaint_id = $1 and uploaded_by = 'citizen' and erased_machine_at is null`,
    values: [complaintId],
  });
  return rows[0]?.count ?? 0;
}

/**
 * SQL that lists attachments as JSON, in the order in which they were bound. `where` speaks of `a`; erased ones and
 * those that are not bound are left out.
 */
export const attachmentsWhere = (
  where: string,
): string => `coalesce((select jsonb_agg(jsonb_build_object(
    'id', a.id, 'mediaType', a.media_type, 'bytes', a.bytes, 'width', a.width, 'height', a.height,
    'name', a.name, 'lat', a.lat, 'lon', a.lon, 'uploadedBy', a.uploaded_by, 'createdAt', a.created_at)
    order by a.bound_at, a.position)
  from attachments a where ${where} and a.bound_at is not null and a.erased_machine_at is null), '[]'::jsonb)`;

/** One of a list that `attachmentsWhere` makes. */
export type ListedAttachment = Omit<AttachmentRow, 'complaintId' | 'createdAt' | 'boundAt'> & {
  /** ISO of PostgreSQL. */
  createdAt: string;
};
