import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { CsvError, parse, type Options } from 'csv-parse';
import { parse as parseNow } from 'csv-parse/sync';
import iconv from 'iconv-lite';
import { TableFileError } from './cell.js';
import type { TableRow } from './cell.js';
import { findEncoding, type FoundEncoding } from './text-encoding.js';

export type Separator = ';' | ',' | '\t';
const SEPARATORS: readonly Separator[] = [';', ',', '\t'];
const SAMPLE_BYTES = 64 * 1024;
const SAMPLE_ROWS = 20;
/** A row of the 47 columns with four texts at their limit has 330 KB: what is longer has a quotation mark open. */
const RECORD_BYTES_MAX = 2 * 2 ** 20;
/** Excel's own line that names the separator. It is no row of the table. */
const SEPARATOR_LINE = /^\uFEFF?sep=(.)\r?\n/i;

export interface CsvFile extends FoundEncoding {
  separator: Separator;
  rows(): AsyncGenerator<TableRow>;
  /** Reads the whole file once; gives how many rows it has. @throws TableFileError at the first place that cannot be read. */
  verify(): Promise<number>;
}

/** Opens a CSV file: encoding and separator are found by its content. @throws TableFileError */
export async function openCsv(path: string): Promise<CsvFile> {
  const found = await findEncoding(path);
  const sample = await sampleOf(path, found);
  const named = SEPARATOR_LINE.exec(sample)?.[1];
  const separator = SEPARATORS.find((one) => one === named) ?? separatorOf(sample);
  const rows = (): AsyncGenerator<TableRow> =>
    readRows(textOf(path, found), { ...optionsOf(separator), ...(named && { from: 2 }) });
  return {
    ...found,
    separator,
    rows,
    async verify() {
      let count = 0;
      for await (const row of rows()) count = row.row;
      return count;
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
    throw new TableFileError(
      'broken',
      isOpen
        ? `In row ${row + 1} a quotation mark is opened and not closed, or the row is longer than 2 MB.`
        : `Row ${row + 1} cannot be read as CSV.`,
    );
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

/** The separator that parts the first rows into the most cells. */
function separatorOf(sample: string): Separator {
  const cellsBy = (separator: Separator): number => {
    try {
      const rows = parseNow(sample, {
        ...optionsOf(separator),
        to: SAMPLE_ROWS,
        max_record_size: SAMPLE_BYTES * 2,
      });
      return Math.max(0, ...rows.map((row) => row.length));
    } catch {
      // The sample may end inside of quotes: then what is whole decides.
      const line = sample.split(/\r?\n/).find((one) => one.trim() !== '') ?? '';
      return line.split(separator).length;
    }
  };
  const counted = SEPARATORS.map((separator) => ({ separator, cells: cellsBy(separator) }));
  return counted.reduce((best, one) => (one.cells > best.cells ? one : best)).separator;
}
