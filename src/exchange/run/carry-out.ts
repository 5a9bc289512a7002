import { v7 as uuid } from 'uuid';
import {
  finishImport,
  holdImport,
  leaseImport,
  LeaseLost,
  releaseImport,
  type ImportRow,
} from '../../db/imports-store.js';
import { isDatabaseAway } from '../../db/pool.js';
import { TableFileError } from '../table/cell.js';
import { runImport, type ImportDeps, type ImportRun } from './run-import.js';

export type CarriedOut = 'done' | 'failed' | 'stopped' | 'lost' | 'waiting';

/** Well below the lease's time: a file of many megabytes is looked through before the first batch. */
const HOLD_EVERY_MS = 4_000;

/**
 * Takes an import that nobody works on (of this id, or the oldest that waits for a worker) and carries it out to its
 * end. @returns null when there is none; `unexpected` gets what nobody foresaw.
 */
export async function carryOutNext(
  deps: ImportDeps,
  options: Pick<ImportRun, 'isStopping' | 'onProgress'> & {
    id?: string;
    pathOf: (row: ImportRow) => string;
    unexpected: (error: unknown, row: ImportRow) => void;
  },
): Promise<{ row: ImportRow; end: CarriedOut } | null> {
  const lease = uuid();
  const row = await leaseImport(deps.pool, lease, options.id ?? null);
  if (row === null) return null;
  const { isStopping, onProgress } = options;
  const holding = setInterval(() => {
    holdImport(deps.pool, row.id, lease).catch(() => undefined);
  }, HOLD_EVERY_MS);
  try {
    const isDone = await runImport(deps, {
      row,
      lease,
      path: options.pathOf(row),
      ...(isStopping && { isStopping }),
      ...(onProgress && { onProgress }),
    });
    if (!isDone) {
      await releaseImport(deps.pool, row.id, lease);
      return { row, end: 'stopped' };
    }
    await finishImport(deps.pool, row.id, lease, null);
    return { row, end: 'done' };
  } catch (error) {
    return { row, end: await endOf(deps, row, lease, error, options.unexpected) };
  } finally {
    clearInterval(holding);
  }
}

async function endOf(
  deps: ImportDeps,
  row: ImportRow,
  lease: string,
  error: unknown,
  unexpected: (error: unknown, row: ImportRow) => void,
): Promise<CarriedOut> {
  if (error instanceof LeaseLost) return 'lost';
  if (isDatabaseAway(error)) {
    const isFull = (error as { code?: unknown }).code === '53100';
    const note = isFull
      ? "The database's disk is full; the import goes on when there is room again."
      : 'The database was away; the import goes on.';
    await releaseImport(deps.pool, row.id, lease, note).catch(() => undefined);
    return 'waiting';
  }
  const reason = reasonOf(error);
  if (reason === null) unexpected(error, row);
  await finishImport(
    deps.pool,
    row.id,
    lease,
    reason ?? "It could not be carried out; the worker's log says why under the import's id.",
  );
  return 'failed';
}

/** Why an import cannot be carried out, in words; null for what nobody foresaw. */
function reasonOf(error: unknown): string | null {
  if (error instanceof TableFileError) return error.message;
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return 'The file is not on this host: API and worker must share OTKLIK_DATA_DIR.';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'The disk of the data directory is full. Make room and import the file again: rows that are in stay in.';
    case 'EACCES':
      return 'The file may not be read by this process.';
    default:
      return null;
  }
}
