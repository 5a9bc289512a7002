import type { ImportItem } from '../../contract/imports.js';
import type { ImportProblem } from '../../db/import-problems.js';
import type { ImportRow } from '../../db/imports-store.js';
import { shownCounts } from '../../exchange/run/shown-counts.js';

/** Told with every import, since nobody should have to guess it. */
export const CLOCK_RULE =
  'Closed rows are history: no workflow, timer, notice or mail. Clocks of open rows begin at their creation date: dues that passed before the import are told as missed and climb nothing and notify nobody; later ones warn and escalate as usual.';

/** An import as the wire shows it. */
export function showImport(
  row: ImportRow,
  errors: ImportProblem[],
  warnings: ImportProblem[],
): ImportItem {
  const { counts, options } = row;
  return {
    id: row.id,
    state: row.state,
    failure: row.failure,
    fileName: row.fileName,
    bytes: row.bytes,
    zone: options.zone,
    dryRun: options.dryRun,
    mapping: (options.mapping as { system: string } | null)?.system ?? null,
    detected: row.detected as ImportItem['detected'],
    progress: {
      rowsTotal: row.rowsTotal,
      ...shownCounts(counts),
    },
    clockRule: CLOCK_RULE,
    errors,
    warnings,
    createdAt: row.createdAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}
