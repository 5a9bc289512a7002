import { stringify } from 'csv-stringify/sync';
import type { ExportSeparator } from '../../contract/exports.js';
import { wallClock } from '../../domain/wall-clock.js';
import type { CellValue, Column } from './column.js';
import { inCsv } from './guard.js';

/** Without it Excel takes UTF-8 for the system's old encoding. */
const BYTE_ORDER_MARK = '\ufeff';

export interface CsvRules {
  zone: string;
  separator: ExportSeparator;
}

/**
 * A CSV file (RFC 4180, UTF-8 with a byte order mark, CRLF) as pieces of text, a piece for every page of rows.
 * Instants are `2026-05-12 09:30:00` of the zone, durations `275:12:10`.
 */
export async function* csvPieces(
  columns: readonly Column[],
  pages: AsyncIterable<CellValue[][]>,
  { zone, separator }: CsvRules,
): AsyncGenerator<string> {
  const lines = (rows: string[][]): string =>
    stringify(rows, { delimiter: separator, record_delimiter: 'windows' });
  yield BYTE_ORDER_MARK + lines([columns.map(({ header }) => header)]);
  for await (const page of pages) {
    yield lines(page.map((row) => row.map((value, i) => csvCell(value, columns[i]!, zone))));
  }
}

function csvCell(value: CellValue, column: Column, zone: string): string {
  if (value === null) return column.behindApostrophe ? inCsv('', column) : '';
  if (typeof value === 'string') return inCsv(value, column);
  if (column.kind === 'instant') return wallClock(value, zone);
  return column.kind === 'duration' ? hours(value) : String(value);
}

/** `275:12:10`, with thousandths where there are any. */
function hours(ms: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const rest = ms % 1_000 === 0 ? '' : `.${String(Math.round(ms % 1_000)).padStart(3, '0')}`;
  return `${two(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${two((ms / 1_000) % 60)}${rest}`;
}
