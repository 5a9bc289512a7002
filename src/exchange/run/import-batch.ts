import type pg from 'pg';
import { addProblems, findImported, type ImportProblem } from '../../db/import-problems.js';
import { saveProgress, type ImportCounts } from '../../db/imports-store.js';
import { inTransaction } from '../../db/pool.js';
import { erasedId } from '../../subjects/erased-id.js';
import { nameMatcher } from '../rows/match-names.js';
import type { FieldCells, FieldKey, RowProblem } from '../rows/fields.js';
import type { SourceRow } from '../rows/source-row.js';
import { shortened } from '../values/words.js';
import { addRecords, noRecords, writeRecords } from '../write/records.js';
import { externalIdOf, rowDigest, toRecords, type Origin } from '../write/to-records.js';

/** Rows read since the last writing, and what was wrong with them. */
export interface Batch {
  rows: { row: SourceRow; cells: FieldCells }[];
  problems: ImportProblem[];
  /** Rows of the file in it, the bad ones too. */
  read: number;
  bad: number;
  lastRow: number;
}

export const newBatch = (): Batch => ({ rows: [], problems: [], read: 0, bad: 0, lastRow: 0 });

/** Adds a row's problems; a warning that the batch has already is counted, not repeated. */
export function addRowProblems(batch: Batch, row: number, problems: readonly RowProblem[]): void {
  for (const { severity, column, reason } of problems) {
    const same =
      severity === 'warning'
        ? batch.problems.find(
            (one) => one.severity === severity && one.column === column && one.reason === reason,
          )
        : undefined;
    if (same === undefined) batch.problems.push({ severity, row, column, reason, rows: 1 });
    else same.rows += 1;
  }
}

export interface BatchTarget {
  pool: pg.Pool;
  origin: Origin;
  lease: string;
  /** Nothing is written: ids of the rows that the batches before would have brought in. */
  dryRun: { seen: Set<string> } | null;
}

const COLUMN_OF_FOREIGN: Record<string, string> = {
  agency: 'agency',
  executor: 'agency',
  topicGroup: 'topic group',
  topic: 'topic',
  municipality: 'municipality',
};

/**
 * A batch that a crash of the server takes back is read again, since its progress goes with it: no need to wait for the
 * disk. New texts are sorted into the search indexes some thousand at a time.
 */
const FOR_BULK = `set local synchronous_commit = off; set local gin_pending_list_limit = 16384`;

/**
 * Writes a batch and how far the import has come in one transaction: after a kill it is there wholly or not at all.
 * @returns the new counts.
 */
export async function writeBatch(
  target: BatchTarget,
  batch: Batch,
  before: ImportCounts,
): Promise<ImportCounts> {
  const { pool, origin, lease, dryRun } = target;
  return inTransaction(pool, async (db) => {
    await db.query(FOR_BULK);
    const known = await findImported(
      db,
      origin.system,
      batch.rows.map(({ row }) => ({
        sourceId: row.sourceId,
        source: row.source,
        externalId: externalIdOf(row, origin.system),
        erasedId: erasedId(origin.personSecret, row.source, externalIdOf(row, origin.system)),
      })),
    );
    const counts = {
      ...before,
      rowDone: Math.max(before.rowDone, batch.lastRow),
      read: before.read + batch.read,
      bad: before.bad + batch.bad,
    };
    const records = noRecords();
    // Two rows may tell of one message at its source.
    const messages = new Set<string>();
    for (const { row, cells } of batch.rows) {
      const message = JSON.stringify([row.source, externalIdOf(row, origin.system)]);
      const there =
        known.get(row.sourceId) ??
        (messages.has(message) || dryRun?.seen.has(row.sourceId) === true
          ? NOTHING_TOLD
          : undefined);
      if (there !== undefined) {
        counts.there += 1;
        if (there.digest !== null && !there.digest.equals(rowDigest(row))) {
          counts.changed += 1;
          const reason = 'the row is here already and says something else now; not overwritten';
          const column = cells.columnOf('id');
          batch.problems.push({ severity: 'warning', row: row.row, column, reason, rows: 1 });
        }
        continue;
      }
      known.set(row.sourceId, { digest: rowDigest(row) });
      messages.add(message);
      addRowProblems(batch, row.row, foreignWords(row, cells, origin));
      if (dryRun === null) addRecords(records, toRecords(row, origin));
      counts.in += 1;
      counts.open += row.closing === null ? 1 : 0;
    }
    counts.warnings += batch.problems
      .filter(({ severity }) => severity === 'warning')
      .reduce((sum, { rows }) => sum + rows, 0);
    // First, since it tells whether the import is still this process's.
    await saveProgress(db, origin.importId, lease, counts);
    await writeRecords(db, records);
    await addProblems(db, origin.importId, merged(batch.problems), before.bad);
    return counts;
  });
}

/** Of a row that is here already by what else it is known by. */
const NOTHING_TOLD = { digest: null };

/** Words that the region does not know; they are kept as the source's own. */
function foreignWords(row: SourceRow, cells: FieldCells, { region }: Origin): RowProblem[] {
  return nameMatcher(region)
    .match(row.labels)
    .foreign.map((field) => ({
      severity: 'warning',
      column: cells.columnOf(field satisfies FieldKey),
      reason: `«${shortened(row.labels[field] ?? '', 120)}» is no ${COLUMN_OF_FOREIGN[field] ?? field} of this region; kept as the source's word`,
    }));
}

/** One statement must not meet the same warning twice. */
function merged(problems: readonly ImportProblem[]): ImportProblem[] {
  const warnings = new Map<string, ImportProblem>();
  const errors: ImportProblem[] = [];
  for (const problem of problems) {
    const key = JSON.stringify([problem.column, problem.reason]);
    const same = warnings.get(key);
    if (problem.severity === 'error') errors.push(problem);
    else if (same === undefined) warnings.set(key, { ...problem });
    else same.rows += problem.rows;
  }
  return [...errors, ...warnings.values()];
}
