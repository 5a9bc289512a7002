import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { CsvError, parse, type Options } from 'csv-parse';
import { parse as parseNow } from 'csv-parse/sync';
import iconv from 'iconv-lite';
import { TableFileError } from './cell.js';
import type { Cell, TableRow } from './cell.js';
import { findEncoding, type FoundEncoding } from './text-encoding.js';

export type Separator = ';' | ',' | '\t';
const SEPARATORS: readonly Separator[] = [';', ',', '\t'];
const SAMPLE_BYTES = 64 * 1024;
/** A title may stand above the column names. */
const SAMPLE_ROWS = 50;
/** A row of the 47 columns with four texts at their limit has 330 KB: what is longer has a quotation mark open. */
const RECORD_BYTES_MAX = 2 * 2 ** 20;
/** Fewer separators in a cell may be a text's own. */
const SWALLOWED_MIN = 20;
/** Excel's own line that names the separator. It is no row of the table. */
const SEPARATOR_LINE = /^\uFEFF?sep=(.)\r?\n/i;

export interface CsvFile extends FoundEncoding {
  separator: Separator;
  rows(): AsyncGenerator<TableRow>;
  /**
   * Reads the whole file once; gives how many rows it has. `width`: cells that a whole row has.
   * @throws TableFileError at the first place that cannot be read, or at its end where the file was cut off.
   */
  verify(width: number): Promise<number>;
}

/**
 * Opens a CSV file: encoding and separator are found by its content. `countNames` tells how many of the wanted column
 * names a row has. @throws TableFileError
 */
export async function openCsv(
  path: string,
  countNames: (cells: Cell[]) => number,
): Promise<CsvFile> {
  const found = await findEncoding(path);
  const sample = await sampleOf(path, found);
  const named = SEPARATOR_LINE.exec(sample)?.[1];
  const separator = SEPARATORS.find((one) => one === named) ?? separatorOf(sample, countNames);
  const rows = (): AsyncGenerator<TableRow> =>
    readRows(textOf(path, found), { ...optionsOf(separator), ...(named && { from: 2 }) });
  return {
    ...found,
    separator,
    rows,
    async verify(width) {
      let last: TableRow = { row: 0, cells: [] };
      for await (const row of rows()) {
        if (tookRows(row.cells, width, separator)) throw quoteOpen(row.row);
        last = row;
      }
      if (last.cells.length < width && last.row > 1 && !(await endsWithLine(path))) {
        throw new TableFileError(
          'broken',
          `The file ends in the middle of row ${last.row}: it was cut off. Send it whole.`,
        );
      }
      return last.row;
    },
  };
}

const optionsOf = (separator: Separator): Options => ({
  delimiter: separator,
  bom: true,
  relax_column_count: true,
  relax_quotes: true,
  skip_empty_lines: false,
  max_record_size: RECORD_BYTES_MAX,
});

function textOf(path: string, { encoding }: FoundEncoding): Readable {
  const bytes = createReadStream(path, { highWaterMark: 1 << 18 });
  if (encoding === 'utf-8') return bytes;
  const text = iconv.decodeStream(encoding);
  bytes.on('error', (error) => (text as unknown as Readable).destroy(error));
  return bytes.pipe(text) as unknown as Readable;
}

async function* readRows(text: Readable, options: Options): AsyncGenerator<TableRow> {
  const parser = parse(options);
  text.on('error', (error) => parser.destroy(error));
  text.pipe(parser);
  let row = 0;
  try {
    for await (const cells of parser as AsyncIterable<string[]>) {
      row += 1;
      yield { row, cells };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const isOpen = ['CSV_MAX_RECORD_SIZE', 'CSV_QUOTE_NOT_CLOSED'].includes(error.code);
    throw isOpen
      ? quoteOpen(row + 1)
      : new TableFileError('broken', `Row ${row + 1} cannot be read as CSV.`);
  } finally {
    text.destroy();
    parser.destroy();
  }
}

async function sampleOf(path: string, { encoding }: FoundEncoding): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SAMPLE_BYTES), 0, SAMPLE_BYTES, 0);
    return iconv.decode(buffer.subarray(0, bytesRead), encoding, { stripBOM: true });
  } finally {
    await file.close();
  }
}

const quoteOpen = (row: number): TableFileError =>
  new TableFileError(
    'broken',
    `In row ${row} a quotation mark is opened and not closed, or the row is longer than 2 MB.`,
  );

/**
 * Whether a cell holds the end of its row, the beginning of a later one and all between: then separators and cells
 * together come to those of whole rows. A text with many separators stands in a row that has all its cells.
 */
function tookRows(cells: Cell[], width: number, separator: Separator): boolean {
  if (width <= SWALLOWED_MIN) return false;
  return cells.some((cell) => {
    const parted = typeof cell === 'string' ? cell.split(separator).length - 1 : 0;
    if (parted < SWALLOWED_MIN) return false;
    const lines = String(cell).split('\n').length;
    return parted + cells.length === (width - 1) * lines + 1;
  });
}

/** Whether the file's last character ends a line, in whatever encoding. */
async function endsWithLine(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, Math.max(0, size - 2));
    return buffer.includes(0x0a) || buffer.includes(0x0d);
  } finally {
    await file.close();
  }
}

/** The separator by which a row has the most column names; where none has any, the most cells. */
function separatorOf(sample: string, countNames: (cells: Cell[]) => number): Separator {
  const counted = SEPARATORS.map((separator) => {
    const rows = sampleRows(sample, separator);
    const most = (count: (row: string[]) => number): number => Math.max(0, ...rows.map(count));
    return { separator, names: most(countNames), cells: most((row) => row.length) };
  });
  return counted.reduce((best, one) =>
    (one.names - best.names || one.cells - best.cells) > 0 ? one : best,
  ).separator;
}

function sampleRows(sample: string, separator: Separator): string[][] {
  try {
    return parseNow(sample, {
      ...optionsOf(separator),
      to: SAMPLE_ROWS,
      max_record_size: SAMPLE_BYTES * 2,
    });
  } catch {
    // The sample may end inside of quotes: then its lines as they stand decide.
    const lines = sample.split(/\r?\n|\r/).slice(0, SAMPLE_ROWS);
    return lines.map((line) => line.split(separator).map((cell) => cell.replace(/^"|"$/g, '')));
  }
}
