import type { ExportItem } from '../contract/exports.js';
import { conditionsSql, type ListFilter } from './list-filter.js';
import type { Db } from './pool.js';

export interface ExportRecord {
  id: string;
  /** As the call had it, checked. */
  request: Record<string, unknown>;
  requestedAt: Date;
  total: number;
  state: ExportItem['state'];
  rows: number;
  expiresAt: Date;
}

/** Personal data is looked for by filters, and an export that nobody fetches is of no use for longer. */
const KEPT_HOURS = 24;
/** A download writes its progress every two seconds; one that is silent for this long has lost its process. */
const SILENT_S = 60;

const COLUMNS = `id, request, requested_at as "requestedAt", total, rows, expires_machine_at as "expiresAt",
  case when state = 'running' and beat_machine_at < now() - interval '${SILENT_S} s' then 'broken'
    else state end as state`;

/** Keeps a request, once an id; what has expired goes. `requestedAt`: world time, epoch ms. */
export async function insertExport(
  db: Db,
  asked: { id: string; actor: string; request: object; requestedAt: number; total: number },
): Promise<ExportRecord> {
  await db.query('delete from exports where expires_machine_at < now()');
  await db.query(
    `insert into exports (id, actor, request, requested_at, total, expires_machine_at)
     values ($1, $2, $3, $4, $5, now() + interval '${KEPT_HOURS} hours') on conflict (id) do nothing`,
    [
      asked.id,
      asked.actor,
      JSON.stringify(asked.request),
      new Date(asked.requestedAt),
      asked.total,
    ],
  );
  return (await findExport(db, asked.actor, asked.id))!;
}

/** An export by its id, if this actor asked for it and it has not expired. */
export async function findExport(
  db: Db,
  actor: string,
  id: string,
): Promise<ExportRecord | undefined> {
  const { rows } = await db.query<ExportRecord>(
    `select ${COLUMNS} from exports
     where id::text = $1 and actor = $2 and expires_machine_at > now()`,
    [id.toLowerCase(), actor],
  );
  return rows[0];
}

/** Says how far the newest download is. */
export async function markExport(
  db: Db,
  id: string,
  progress: { state: ExportItem['state']; rows: number; total: number },
): Promise<void> {
  await db.query(
    'update exports set state = $2, rows = $3, total = $4, beat_machine_at = now() where id = $1',
    [id, progress.state, progress.rows, progress.total],
  );
}

/** How many complaints a filter lets through. */
export async function countComplaints(db: Db, filter: ListFilter): Promise<number> {
  const values: unknown[] = [];
  const conditions = conditionsSql(filter, (value) => `$${values.push(value)}`);
  const withs = conditions.with === '' ? '' : `with ${conditions.with.replace(/,\s*$/, '')}`;
  const { rows } = await db.query<{ total: number }>(
    `${withs} select count(*)::int as total from complaints c ${conditions.join} where ${conditions.where}`,
    values,
  );
  return rows[0]!.total;
}

const ID_BYTES = 16;

/**
 * The ids of the complaints that a filter lets through, the oldest first, as one buffer of 16 bytes each: a
 * million take 16 MB, and no transaction has to stay open while a slow reader takes the rows.
 */
export async function pickComplaints(db: Db, filter: ListFilter): Promise<Buffer> {
  const values: unknown[] = [];
  const conditions = conditionsSql(filter, (value) => `$${values.push(value)}`);
  const withs = conditions.with === '' ? '' : `with ${conditions.with.replace(/,\s*$/, '')}`;
  const { rows } = await db.query<{ ids: Buffer | null }>(
    `${withs} select string_agg(uuid_send(c.id), ''::bytea order by c.received_at, c.id) as ids
     from complaints c ${conditions.join} where ${conditions.where}`,
    values,
  );
  return rows[0]?.ids ?? Buffer.alloc(0);
}

export const countPicked = (ids: Buffer): number => ids.length / ID_BYTES;

/** Some of the picked ids as texts. */
export function someOfPicked(ids: Buffer, from: number, count: number): string[] {
  const end = Math.min(ids.length, (from + count) * ID_BYTES);
  const some: string[] = [];
  for (let at = from * ID_BYTES; at < end; at += ID_BYTES) {
    some.push(
      ids.toString('hex', at, at + ID_BYTES).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
    );
  }
  return some;
}
