import { TableFileError, type Detected, type TableRow } from './cell.js';
import { openCsv } from './csv.js';
import {
  countNames,
  HEADER_ROWS_MAX,
  layOut,
  type FieldLayout,
  type WantedColumns,
} from '../rows/field-layout.js';
import { sniff } from './sniff.js';
import { openWorkbook } from './xlsx.js';

/** A file whose columns were found, ready to be read. */
export interface OpenTable {
  detected: Detected;
  layout: FieldLayout;
  /** Rows below the column names, the empty ones left out. */
  rows(): AsyncGenerator<TableRow>;
  /** Why a row's cells may stand in wrong columns; null where nothing says so. */
  shiftOf(row: TableRow): string | null;
  /** Reads the whole file once without looking at cells, so that a file damaged at its end is refused before its
   * first row comes in. Gives the rows of data it has, the empty ones counted too. */
  verify(): Promise<number>;
  close(): void;
}

/** Fewer names in a row are words that happen to stand there. */
const NAMES_MIN = 3;

/** A sheet, or a CSV file as a whole. */
interface Sheet {
  detected: Detected;
  rows(): AsyncGenerator<TableRow>;
  /** `width`: cells that the row of the column names has. */
  verify(width: number): Promise<number>;
}

/**
 * Opens a table whatever its file is called: format, encoding, separator, sheet and the row of the column names are
 * found by content. `folder` holds what a large workbook needs while it is read.
 * @throws TableFileError
 */
export async function openTable(
  path: string,
  folder: string,
  wanted: WantedColumns,
): Promise<OpenTable> {
  const { sheets, close } = await sheetsOf(path, folder, wanted);
  try {
    const chosen =
      wanted.sheet === undefined
        ? sheets
        : sheets.filter(({ detected }) => detected.sheet === wanted.sheet);
    if (chosen.length === 0) {
      throw new TableFileError('shape', `There is no sheet «${wanted.sheet ?? ''}».`);
    }
    const { sheet, header, others } = await findHeader(chosen, wanted);
    const layout = layOut(header, wanted, others);
    const width = header.cells.length;
    return {
      detected: { ...sheet.detected, headerRow: header.row },
      layout,
      async *rows() {
        for await (const row of sheet.rows()) {
          if (row.row > header.row && hasAnything(row)) yield row;
        }
      },
      // Beside a sheet's table people keep notes; a text file has nothing beside.
      shiftOf: ({ cells }) =>
        sheet.detected.format === 'csv' && cells.slice(width).some((cell) => cell !== '')
          ? `has ${cells.length} cells, the column names are ${width}: a text with a separator or a line break stands without quotation marks`
          : null,
      verify: async () => Math.max(0, (await sheet.verify(width)) - header.row),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

const hasAnything = (row: TableRow): boolean =>
  row.cells.some((cell) => cell !== null && (typeof cell !== 'string' || cell.trim() !== ''));

async function sheetsOf(
  path: string,
  folder: string,
  wanted: WantedColumns,
): Promise<{ sheets: Sheet[]; close: () => void }> {
  if ((await sniff(path)) === 'csv') {
    const csv = await openCsv(path, (cells) => countNames({ row: 0, cells }, wanted));
    const { encoding, byteOrderMark, separator } = csv;
    const detected: Detected = {
      format: 'csv',
      encoding,
      byteOrderMark,
      separator: separator === '\t' ? 'tab' : separator,
    };
    const sheet = {
      detected,
      rows: () => csv.rows(),
      verify: (width: number) => csv.verify(width),
    };
    return { sheets: [sheet], close: () => undefined };
  }
  const workbook = await openWorkbook(path, folder);
  return {
    sheets: workbook.sheets.map((sheet) => ({
      detected: { format: 'xlsx', sheet, epoch: workbook.epoch },
      rows: () => workbook.rows(sheet),
      verify: () => workbook.verify(sheet),
    })),
    close: () => workbook.close(),
  };
}

/**
 * The first sheet with a row of the column names, of its first rows the one that names the most; and the names of the
 * other sheets that have one, which are not read.
 */
async function findHeader(
  sheets: Sheet[],
  wanted: WantedColumns,
): Promise<{ sheet: Sheet; header: TableRow; others: string[] }> {
  let isEmpty = true;
  let first: { sheet: Sheet; header: TableRow } | undefined;
  const others: string[] = [];
  for (const sheet of sheets) {
    let header: TableRow | undefined;
    let most = 0;
    for await (const row of sheet.rows()) {
      if (row.row > HEADER_ROWS_MAX) break;
      isEmpty &&= !hasAnything(row);
      const names = wanted.headerRow === row.row ? Infinity : countNames(row, wanted);
      if (names > most) [header, most] = [row, names];
    }
    const min = Math.min(NAMES_MIN, new Set(wanted.names.values()).size);
    if (header === undefined || most < min) continue;
    if (first === undefined) first = { sheet, header };
    else others.push(sheet.detected.sheet ?? '');
  }
  if (first !== undefined) return { ...first, others };
  throw new TableFileError(
    'shape',
    isEmpty
      ? 'The table is empty.'
      : `It is not ${wanted.title}: none of its first ${HEADER_ROWS_MAX} rows has the column names (such as ${[
          ...wanted.names.values(),
        ]
          .slice(0, 4)
          .map((name) => `«${name}»`)
          .join(', ')}).`,
  );
}
