import type { ImportProblem } from '../db/import-problems.js';
import type { ImportRow } from '../db/imports-store.js';
import type { CarriedOut } from '../exchange/run/carry-out.js';
import { shownCounts } from '../exchange/run/shown-counts.js';

interface Found {
  rows: ImportProblem[];
  total: number;
}

/** What `otklik import` prints; `--json` prints it as it is. */
export interface ImportReport {
  id: string;
  end: CarriedOut;
  failure: string | null;
  zone: string;
  dryRun: boolean;
  detected: Record<string, unknown>;
  rows: ReturnType<typeof shownCounts>;
  errors: ImportProblem[];
  errorsTotal: number;
  warnings: ImportProblem[];
  warningsTotal: number;
}

export function reportOf(
  row: ImportRow,
  end: CarriedOut,
  errors: Found,
  warnings: Found,
): ImportReport {
  return {
    id: row.id,
    end,
    failure: row.failure,
    zone: row.options.zone,
    dryRun: row.options.dryRun,
    detected: (row.detected ?? {}) as Record<string, unknown>,
    rows: shownCounts(row.counts),
    errors: errors.rows,
    errorsTotal: errors.total,
    warnings: warnings.rows,
    warningsTotal: warnings.total,
  };
}

/** The report for people. */
export function linesOf(report: ImportReport): string[] {
  const { rows, detected, errors, warnings } = report;
  const found = Object.entries(detected).map(([name, value]) => `${name} ${String(value)}`);
  const end = report.end === 'done' ? [] : [report.failure ?? ENDS[report.end]];
  // A file that is no table was not read as anything, and no row of it counts.
  if (found.length === 0) return end;
  return [
    `Read as ${found.join(', ')}; times without a zone are ${report.zone}.`,
    `${rows.read} rows: ${rows.in} in${report.dryRun ? ' (a dry run: nothing was brought in)' : ''}, ${rows.open} of them open; ${rows.alreadyThere} there already, ${rows.changed} of them changed since and left alone; ${rows.bad} bad; ${rows.warnings} warnings.`,
    ...errors.map((one) => `  row ${one.row}, ${one.column}: ${one.reason}`),
    ...more(report.errorsTotal - errors.length, 'bad rows'),
    ...warnings.map(
      (one) => `  warning, ${one.column}: ${one.reason} (rows: ${one.rows}, first ${one.row})`,
    ),
    ...more(report.warningsTotal - warnings.length, 'kinds of warnings'),
    ...end,
  ];
}

const more = (count: number, what: string): string[] =>
  count > 0 ? [`  … and ${count} more ${what}; --json shows them.`] : [];

const ENDS: Record<CarriedOut, string> = {
  done: '',
  failed: 'It failed.',
  stopped: 'Stopped. The same command goes on from here.',
  lost: 'Another process has taken it over.',
  waiting: 'The database went away. The same command goes on from here.',
};
