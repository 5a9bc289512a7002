import type { Db } from './pool.js';

/** How a file is to be read, as it was asked for. */
export interface ImportOptions {
  /** Of times without a zone. */
  zone: string;
  dryRun: boolean;
  /** A checked mapping; null: the 47 columns. */
  mapping: object | null;
}

/** How far an import has come. Rows are data rows; `rowDone` counts as a spreadsheet does. */
export interface ImportCounts {
  rowDone: number;
  read: number;
  in: number;
  /** Of those that went in, the ones that live on as open complaints. */
  open: number;
  there: number;
  changed: number;
  bad: number;
  warnings: number;
}

export type ImportState = 'queued' | 'running' | 'done' | 'failed';

export interface ImportRow {
  id: string;
  actor: string;
  fileName: string;
  bytes: number;
  options: ImportOptions;
  detected: object | null;
  state: ImportState;
  failure: string | null;
  rowsTotal: number | null;
  counts: ImportCounts;
  createdAt: Date;
  finishedAt: Date | null;
}

const IMPORT_COLUMNS = `id, actor, file_name as "fileName", bytes, options, detected, state, failure,
  rows_total as "rowsTotal", created_at as "createdAt", finished_at as "finishedAt",
  json_build_object('rowDone', row_done, 'read', rows_read, 'in', rows_in, 'open', rows_open,
    'there', rows_there, 'changed', rows_changed, 'bad', rows_bad, 'warnings', warnings) as counts`;

export interface NewImport {
  id: string;
  actor: string;
  origin: 'api' | 'cli';
  fileName: string;
  digest: Buffer;
  bytes: number;
  options: ImportOptions;
}

/** A call that is repeated under its id adds nothing. */
export async function insertImport(db: Db, row: NewImport): Promise<void> {
  await db.query(
    `insert into imports (id, actor, origin, file_name, digest, bytes, options)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict (id) do nothing`,
    [
      row.id,
      row.actor,
      row.origin,
      row.fileName,
      row.digest,
      row.bytes,
      JSON.stringify(row.options),
    ],
  );
}

export async function findImport(db: Db, id: string): Promise<ImportRow | null> {
  const { rows } = await db.query<ImportRow>(
    `select ${IMPORT_COLUMNS} from imports where id = $1`,
    [id],
  );
  return rows[0] ?? null;
}

/** An import of the command line that was stopped: the same file, to be read in the same way. */
export async function findStopped(db: Db, digest: Buffer): Promise<string | null> {
  const { rows } = await db.query<{ id: string }>(
    `select id from imports where digest = $1 and origin = 'cli' and state in ('queued', 'running')
     order by created_at desc limit 1`,
    [digest],
  );
  return rows[0]?.id ?? null;
}

/** So long an import may be silent before another process takes it up: seconds. */
export const LEASE_S = 15;
const LEASE = `interval '${LEASE_S} seconds'`;

/**
 * Takes an import that nobody works on: the one of this id, else the oldest that came in by the API.
 * @returns null when there is none, or somebody works on it.
 */
export async function leaseImport(
  db: Db,
  lease: string,
  id: string | null = null,
): Promise<ImportRow | null> {
  const { rows } = await db.query<ImportRow>({
    name: 'lease-import',
    text: `update imports set state = 'running', failure = null, lease = $1, leased_until = now() + ${LEASE}
      where id = (select id from imports
        where state in ('queued', 'running') and (leased_until is null or leased_until < now())
          and case when $2::uuid is null then origin = 'api' else id = $2 end
        order by created_at limit 1 for update skip locked)
      returning ${IMPORT_COLUMNS}`,
    values: [lease, id],
  });
  return rows[0] ?? null;
}

/** The import is another process's by now: what this one was about to write must not be. */
export class LeaseLost extends Error {
  override name = 'LeaseLost';
}

/** Writes how far an import has come and holds it on. @throws LeaseLost */
export async function saveProgress(
  db: Db,
  id: string,
  lease: string,
  counts: ImportCounts,
  found: { detected?: object; rowsTotal?: number } = {},
): Promise<void> {
  const { rowCount } = await db.query({
    name: 'save-import-progress',
    text: `update imports set leased_until = now() + ${LEASE}, row_done = $3, rows_read = $4, rows_in = $5,
        rows_open = $6, rows_there = $7, rows_changed = $8, rows_bad = $9, warnings = $10,
        detected = coalesce($11, detected), rows_total = coalesce($12, rows_total)
      where id = $1 and lease = $2 and state = 'running'`,
    values: [
      id,
      lease,
      counts.rowDone,
      counts.read,
      counts.in,
      counts.open,
      counts.there,
      counts.changed,
      counts.bad,
      counts.warnings,
      found.detected === undefined ? null : JSON.stringify(found.detected),
      found.rowsTotal ?? null,
    ],
  });
  if (rowCount !== 1) {
    throw new LeaseLost('another process works on the import');
  }
}

/** Ends an import; `failure` says in words why it could not be carried out. */
export async function finishImport(
  db: Db,
  id: string,
  lease: string,
  failure: string | null,
): Promise<void> {
  await db.query(
    `update imports set state = $3, failure = $4, finished_at = now(), lease = null, leased_until = null
     where id = $1 and lease = $2`,
    [id, lease, failure === null ? 'done' : 'failed', failure],
  );
}

/** Lets go of an import, so that it is taken up again; `note` says what it waits for. */
export async function releaseImport(
  db: Db,
  id: string,
  lease: string,
  note: string | null = null,
): Promise<void> {
  await db.query(
    `update imports set leased_until = null, lease = null, failure = $3 where id = $1 and lease = $2`,
    [id, lease, note],
  );
}

/** Holds an import on, while its file is looked through. */
export async function holdImport(db: Db, id: string, lease: string): Promise<void> {
  await db.query(
    `update imports set leased_until = now() + ${LEASE} where id = $1 and lease = $2 and state = 'running'`,
    [id, lease],
  );
}

/** Of these ids the imports that are not at their end. */
export async function unfinishedOf(db: Db, ids: string[]): Promise<Set<string>> {
  const { rows } = await db.query<{ id: string }>(
    `select id from imports where id = any($1::uuid[]) and state in ('queued', 'running')`,
    [ids],
  );
  return new Set(rows.map((row) => row.id));
}
