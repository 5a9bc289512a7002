import type { Db } from './pool.js';

export interface NoteRow {
  id: string;
  text: string | null;
  agencyId: string | null;
  mentions: string[];
  actor: string;
  createdAt: Date;
}

/** `agencyId` null: a note of the desk itself. */
export async function insertNote(
  db: Db,
  note: {
    id: string;
    complaintId: string;
    textId: string;
    agencyId: string | null;
    mentions: string[];
    actor: string;
    at: number;
  },
): Promise<void> {
  await db.query(
    `insert into notes (id, complaint_id, text_id, agency_id, mentions, actor, created_at)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [
      note.id,
      note.complaintId,
      note.textId,
      note.agencyId,
      note.mentions,
      note.actor,
      new Date(note.at),
    ],
  );
}

export async function noteExists(db: Db, id: string): Promise<boolean> {
  const { rows } = await db.query('select from notes where id = $1', [id]);
  return rows.length > 0;
}

/**
 * Notes after an id, oldest first, one more than `limit`; `agencies` undefined: those of everyone.
 * Ids are time-ordered, so they are the order.
 */
export async function listNotes(
  db: Db,
  complaintId: string,
  agencies: string[] | undefined,
  after: string | undefined,
  limit: number,
): Promise<{ rows: NoteRow[]; total: number }> {
  const mine = '($2::uuid[] is null or agency_id = any($2::uuid[]))';
  const values = [complaintId, agencies ?? null];
  const [page, count] = await Promise.all([
    db.query<NoteRow>(
      `select n.id, t.body as text, n.agency_id as "agencyId", n.mentions, n.actor,
         n.created_at as "createdAt"
       from notes n join texts t on t.id = n.text_id
       where n.complaint_id = $1 and ${mine} and ($3::uuid is null or n.id > $3)
       order by n.id limit $4`,
      [...values, after ?? null, limit + 1],
    ),
    db.query<{ total: number }>(
      `select count(*)::int as total from notes where complaint_id = $1 and ${mine}`,
      values,
    ),
  ]);
  return { rows: page.rows, total: count.rows[0]?.total ?? 0 };
}

/** Which of the users exist, are active and may be told by someone of these agencies (undefined: all). */
export async function mentionable(
  db: Db,
  ids: string[],
  agencies: string[] | undefined,
): Promise<Set<string>> {
  const { rows } = await db.query<{ id: string }>(
    `select id from users where id = any($1::uuid[]) and active
       and ($2::uuid[] is null or agency_id is null or agency_id = any($2::uuid[]))`,
    [ids, agencies ?? null],
  );
  return new Set(rows.map((row) => row.id));
}
