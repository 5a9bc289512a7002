import type pg from 'pg';
import { addProblems, type ImportProblem } from '../../db/import-problems.js';
import {
  LeaseLost,
  saveProgress,
  type ImportCounts,
  type ImportRow,
} from '../../db/imports-store.js';
import { inTransaction, isDatabaseAway } from '../../db/pool.js';
import type { RegionCache } from '../../db/region-store.js';
import { secretOf } from '../../db/settings.js';
import { toWorld, type WorldAnchor } from '../../domain/world-clock.js';
import { columnsOf, formOf, type Mapping } from '../mapping-file.js';
import { INCIDENT_TABLE } from '../rows/field-layout.js';
import { readRow, type ReadContext, type ReadRow } from '../rows/read-row.js';
import { TableFileError } from '../table/cell.js';
import { openTable, type OpenTable } from '../table/open-table.js';
import { zoneClock } from '../values/zone-clock.js';
import {
  addRowProblems,
  newBatch,
  writeBatch,
  type Batch,
  type BatchTarget,
} from './import-batch.js';

export interface ImportDeps {
  /** Acts as `otklik_worker`. */
  pool: pg.Pool;
  region: RegionCache;
  clock: WorldAnchor;
  /** Holds what a large workbook needs while it is read. */
  folder: string;
}

export interface ImportRun {
  row: ImportRow;
  lease: string;
  path: string;
  /** Asked between batches: true stops, and the import goes on later from where it is. */
  isStopping?: () => boolean;
  onProgress?: (counts: ImportCounts, total: number | null) => void;
}

/** Identity of the rows of an incident export, whichever desk wrote it. */
export const INCIDENT_SYSTEM = 'incident';

const BATCH_ROWS = 200;
const TRIES = 3;

/**
 * Carries an import out, from the row after the last one that is done: in batches, each a transaction together with
 * the progress. Reading goes on while a batch is written.
 * @returns false when it was stopped before the end.
 * @throws TableFileError for a file that cannot be read; LeaseLost when another process has taken it over.
 */
export async function runImport(deps: ImportDeps, run: ImportRun): Promise<boolean> {
  const { row, lease } = run;
  const mapping = row.options.mapping as Mapping | null;
  const wanted = mapping === null ? INCIDENT_TABLE : columnsOf(mapping);
  const table = await openTable(run.path, deps.folder, wanted);
  try {
    const now = toWorld(deps.clock, Date.now());
    const target: BatchTarget = {
      pool: deps.pool,
      lease,
      dryRun: row.options.dryRun ? { seen: new Set() } : null,
      origin: {
        importId: row.id,
        system: mapping?.system ?? INCIDENT_SYSTEM,
        actor: row.actor,
        now,
        region: await deps.region.current(),
        personSecret: await secretOf(deps.pool, 'person_key'),
      },
    };
    const counts = await begin(deps, run, table);
    const form = mapping === null ? undefined : formOf(mapping);
    const context: ReadContext = {
      now,
      instants: {
        clock: zoneClock(row.options.zone),
        epoch: table.detected.epoch ?? 1900,
        form,
      },
    };
    return await importRows(run, table, context, target, counts);
  } finally {
    table.close();
  }
}

/** Looks the whole file through before its first row comes in, and tells what was found. */
async function begin(deps: ImportDeps, run: ImportRun, table: OpenTable): Promise<ImportCounts> {
  const { row, lease } = run;
  await saveProgress(deps.pool, row.id, lease, row.counts, { detected: table.detected });
  const rowsTotal = await table.verify();
  const counts = { ...row.counts };
  if (counts.rowDone === 0) {
    const problems = table.layout.problems.map((problem) => ({
      ...problem,
      row: table.layout.headerRow,
      rows: 1,
    }));
    counts.warnings += problems.length;
    counts.rowDone = table.layout.headerRow;
    await inTransaction(deps.pool, async (db) => {
      await saveProgress(db, row.id, lease, counts);
      await addProblems(db, row.id, problems, 0);
    });
  }
  await saveProgress(deps.pool, row.id, lease, counts, { rowsTotal });
  run.onProgress?.(counts, rowsTotal);
  return counts;
}

async function importRows(
  run: ImportRun,
  table: OpenTable,
  context: ReadContext,
  target: BatchTarget,
  start: ImportCounts,
): Promise<boolean> {
  let written = Promise.resolve(start);
  let batch = newBatch();
  const flush = async (): Promise<void> => {
    const before = await written;
    run.onProgress?.(before, null);
    const full = batch;
    batch = newBatch();
    written = withRetries(target, full, before);
    // Awaited with the next batch; a failure until then must not count as unhandled.
    written.catch(() => undefined);
  };
  for await (const tableRow of table.rows()) {
    if (tableRow.row <= start.rowDone) continue;
    const cells = table.layout.cellsOf(tableRow);
    const shift = table.shiftOf(tableRow);
    const { row, problems }: ReadRow =
      shift === null
        ? readRow(cells, tableRow.row, context)
        : { row: null, problems: [{ severity: 'error', column: '', reason: shift }] };
    batch.read += 1;
    batch.lastRow = tableRow.row;
    addRowProblems(batch, tableRow.row, problems);
    if (row === null) batch.bad += 1;
    else batch.rows.push({ row, cells });
    if (batch.read >= BATCH_ROWS) {
      await flush();
      if (run.isStopping?.() === true) {
        await written;
        return false;
      }
    }
  }
  if (batch.read > 0) await flush();
  const counts = await written;
  run.onProgress?.(counts, null);
  if (counts.read === 0) {
    throw new TableFileError('shape', 'The table has column names and no rows.');
  }
  return true;
}

/** A row that another import has just brought in, or a database that is away for a moment, is no end. */
async function withRetries(
  target: BatchTarget,
  batch: Batch,
  before: ImportCounts,
): Promise<ImportCounts> {
  for (let tried = 1; ; tried += 1) {
    try {
      const problems = batch.problems.map((problem) => ({ ...problem }));
      const counts = await writeBatch(target, { ...batch, problems }, before);
      batch.rows.forEach(({ row }) => target.dryRun?.seen.add(row.sourceId));
      return counts;
    } catch (error) {
      if (isOfData(error)) return await rowByRow(target, batch, before);
      const isTaken = (error as { code?: unknown }).code === '23505';
      if (error instanceof LeaseLost || tried >= TRIES || !(isTaken || isDatabaseAway(error))) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 500 * tried));
    }
  }
}

/** A value that PostgreSQL does not take (classes 22 and 54, and checks): trying again would not help. */
const isOfData = (error: unknown): boolean =>
  /^(?:22|54|23502|23514)/.test(String((error as { code?: unknown }).code));

/** Finds the rows that cannot be kept, so that one of them does not keep the others out. */
async function rowByRow(
  target: BatchTarget,
  batch: Batch,
  before: ImportCounts,
): Promise<ImportCounts> {
  let counts = before;
  for (const one of batch.rows) {
    const { row } = one.row;
    const single = { ...newBatch(), read: 1, lastRow: row };
    try {
      counts = await writeBatch(target, { ...single, rows: [one] }, counts);
    } catch (error) {
      if (!isOfData(error)) throw error;
      const reason = 'holds a value that cannot be kept';
      const problem: ImportProblem = { severity: 'error', row, column: '', reason, rows: 1 };
      counts = await writeBatch(target, { ...single, bad: 1, problems: [problem] }, counts);
    }
  }
  const read = batch.read - batch.rows.length;
  return writeBatch(target, { ...batch, rows: [], read }, counts);
}
