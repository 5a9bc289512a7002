import type { Db } from './pool.js';

/** Stores what was asked; nothing moves before it is approved. `until`, `at`: epoch ms, world time. */
export async function insertExtension(
  db: Db,
  extension: {
    id: string;
    complaintId: string;
    until: number;
    reasonId: string;
    actor: string;
    at: number;
  },
): Promise<void> {
  await db.query(
    `insert into extensions (id, complaint_id, until, reason_id, actor, created_at)
     values ($1, $2, $3, $4, $5, $6)`,
    [
      extension.id,
      extension.complaintId,
      new Date(extension.until),
      extension.reasonId,
      extension.actor,
      new Date(extension.at),
    ],
  );
}

export async function findExtension(
  db: Db,
  id: string,
): Promise<{ complaintId: string; until: number } | null> {
  const { rows } = await db.query<{ complaint_id: string; until: Date }>(
    'select complaint_id, until from extensions where id = $1',
    [id],
  );
  const row = rows[0];
  return row ? { complaintId: row.complaint_id, until: row.until.getTime() } : null;
}
