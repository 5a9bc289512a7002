import { describe, expect, it } from '@jest/globals';
import { linesOf, type ImportReport } from '../../src/cli/import-report.js';

const REPORT: ImportReport = {
  id: '0199d8a4-7d0c-7c51-9d0e-0f6f7d3c1b2a',
  end: 'failed',
  failure: 'It is not an incident export.',
  zone: 'Europe/Moscow',
  dryRun: false,
  detected: {},
  rows: { read: 0, in: 0, open: 0, alreadyThere: 0, changed: 0, bad: 0, warnings: 0 },
  errors: [],
  errorsTotal: 0,
  warnings: [],
  warningsTotal: 0,
};

describe('the report of an import', () => {
  it('says of a file that is no table why, and nothing of rows', () => {
    expect(linesOf(REPORT)).toEqual(['It is not an incident export.']);
  });

  it('says how a table was read, and counts its rows', () => {
    const [read, rows, ...rest] = linesOf({
      ...REPORT,
      end: 'done',
      failure: null,
      detected: { format: 'csv' },
      rows: { ...REPORT.rows, read: 3, in: 2, bad: 1 },
    });

    expect(read).toBe('Read as format csv; times without a zone are Europe/Moscow.');
    expect(rows).toMatch(/^3 rows: 2 in, .*; 1 bad; 0 warnings\.$/);
    expect(rest).toEqual([]);
  });
});
