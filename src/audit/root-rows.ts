import type { Db } from '../db/pool.js';
import { packHeads, unpackHeads, type RootRecord, type SignedHead } from './root-record.js';

/** Audit roots are made by one process at a time, and not while somebody verifies them. */
export const AUDIT_LOCK = 7_130_422;

export const ROOT_COLUMNS = `id as n, (extract(epoch from at) * 1000)::float8 as at,
  previous, root, signature, packed, heads as count`;

/** A row of ROOT_COLUMNS. */
export interface RootRow {
  n: number;
  at: number;
  previous: Buffer;
  root: Buffer;
  signature: Buffer | null;
  packed: Buffer;
  count: number;
}

export function toRecord(row: RootRow): RootRecord {
  const { n, at, previous, root, signature } = row;
  return { n, at, previous, root, signature, heads: unpackHeads(row.packed) };
}

/** @returns the newest root without its heads; null when there is none. */
export async function lastRoot(db: Db): Promise<{ n: number; at: number; root: Buffer } | null> {
  const { rows } = await db.query<{ n: number; at: number; root: Buffer }>(
    `select id as n, (extract(epoch from at) * 1000)::float8 as at, root
     from audit_roots order by id desc limit 1`,
  );
  return rows[0] ?? null;
}

export async function findRoot(db: Db, n: number): Promise<RootRecord | null> {
  const { rows } = await db.query<RootRow>(
    `select ${ROOT_COLUMNS} from audit_roots where id = $1`,
    [n],
  );
  return rows[0] ? toRecord(rows[0]) : null;
}

/** Stores a root and how far it took each timeline, in one statement. */
export async function insertRoot(db: Db, record: RootRecord): Promise<void> {
  await db.query(
    `with r as (
       insert into audit_roots (id, at, heads, previous, root, signature, packed)
       overriding system value values ($1, $2, $3, $4, $5, $6, $7))
     insert into audit_heads (complaint_id, seq, hash)
     select * from unnest($8::uuid[], $9::int[], $10::bytea[])
     on conflict (complaint_id) do update set seq = excluded.seq, hash = excluded.hash`,
    [
      record.n,
      new Date(record.at),
      record.heads.length,
      record.previous,
      record.root,
      record.signature,
      packHeads(record.heads),
      record.heads.map((head) => head.complaintId),
      record.heads.map((head) => head.seq),
      record.heads.map((head) => head.hash),
    ],
  );
}

/** Complaints read by one statement: each stays far below the limit of a statement, however many there are. */
const PAGE = 20_000;

/**
 * The heads that differ from what the roots have, by complaint id, a page at a time. Pages are read one
 * after the other, not at one instant: each head was true when it was read, and that is what a root says.
 */
export async function* changedHeads(db: Db): AsyncGenerator<SignedHead[]> {
  let after = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const { rows: ends } = await db.query<{ id: string }>(
      'select id from complaints where id > $1 order by id offset $2 limit 1',
      [after, PAGE - 1],
    );
    const until = ends[0]?.id ?? 'ffffffff-ffff-ffff-ffff-ffffffffffff';
    const { rows } = await db.query<SignedHead>(
      `select c.id as "complaintId", c.event_seq as seq, c.event_hash as hash
       from complaints c
       left join audit_heads h on h.complaint_id = c.id and h.complaint_id > $1 and h.complaint_id <= $2
       where c.id > $1 and c.id <= $2 and h.hash is distinct from c.event_hash
       order by c.id`,
      [after, until],
    );
    yield rows;
    if (ends.length === 0) {
      return;
    }
    after = until;
  }
}
