import type { Db } from './pool.js';

export interface TimelineRow {
  seq: number;
  type: string;
  at: Date;
  actor: string;
  data: Record<string, unknown>;
  hash: Buffer;
}

/** Events after a seq in their order, one more than `limit`, and how many there are at all. */
export async function listEvents(
  db: Db,
  complaintId: string,
  afterSeq: number,
  limit: number,
): Promise<{ rows: TimelineRow[]; total: number }> {
  const [events, head] = await Promise.all([
    db.query<TimelineRow>({
      name: 'list-events',
      text: `select seq, type, at, actor, data, hash from events
        where complaint_id = $1 and seq > $2 order by seq limit $3`,
      values: [complaintId, afterSeq, limit + 1],
    }),
    db.query<{ event_seq: number }>({
      name: 'timeline-length',
      text: 'select event_seq from complaints where id = $1',
      values: [complaintId],
    }),
  ]);
  return { rows: events.rows, total: head.rows[0]?.event_seq ?? 0 };
}

/** Bodies of texts by id; an erased one is null. */
export async function readTexts(db: Db, ids: string[]): Promise<Map<string, string | null>> {
  if (ids.length === 0) {
    return new Map();
  }
  const { rows } = await db.query<{ id: string; body: string | null }>({
    name: 'read-texts',
    text: 'select id, body from texts where id = any($1::uuid[])',
    values: [ids],
  });
  return new Map(rows.map((row) => [row.id, row.body]));
}
