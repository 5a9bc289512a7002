import type { Db } from '../db/pool.js';
import type { Problems } from './problems.js';
import type { SignedHead } from './root-record.js';

interface Differing {
  complaintId: string;
  seq: number;
  number: string | null;
  hasEvent: boolean;
  hasEvents: boolean;
}

/** Compares the heads of a root with what the timelines say today: each event must still be there, unchanged. */
export async function verifyHeads(
  db: Db,
  n: number,
  heads: SignedHead[],
  problems: Problems,
): Promise<void> {
  if (heads.length === 0) {
    return;
  }
  const { rows } = await db.query<Differing>(
    `select h.id as "complaintId", h.seq, c.number, e.hash is not null as "hasEvent",
       exists (select from events x where x.complaint_id = h.id) as "hasEvents"
     from unnest($1::uuid[], $2::int[], $3::bytea[]) h (id, seq, hash)
     left join complaints c on c.id = h.id
     left join events e on e.complaint_id = h.id and e.seq = h.seq
     where c.id is null or e.hash is distinct from h.hash`,
    [
      heads.map((head) => head.complaintId),
      heads.map((head) => head.seq),
      heads.map((head) => head.hash),
    ],
  );
  for (const { complaintId, seq, number, hasEvent, hasEvents } of rows) {
    if (number === null) {
      const detail = `root ${n} has it with ${seq} events; its row is gone, ${hasEvents ? 'its events are there' : 'and its events too'}`;
      problems.addOnce({ kind: 'complaint_deleted', complaintId, detail });
    } else if (hasEvent) {
      const detail = `root ${n} has another hash for it: the timeline was rewritten up to here`;
      problems.addOnce({ kind: 'history_rewritten', number, complaintId, seq, detail });
    } else {
      const detail = `root ${n} has it, the timeline has not`;
      problems.addOnce({ kind: 'event_removed', number, complaintId, seq, detail });
    }
  }
}
