import { Readable } from 'node:stream';
import yazl from 'yazl';
import type { CellValue, Column } from './column.js';
import { sheetEnd, sheetStart, SheetRows, STYLE, textCell, type SheetRules } from './xlsx-sheet.js';
import { xlsxParts } from './xlsx-parts.js';

export interface XlsxRules extends SheetRules {
  /** Names of the sheet of rows, and of the one that tells of the export. */
  sheets: [rows: string, about: string];
  /** What the second sheet says, given how many texts were cut: a name and a value a line. */
  about: (cut: number) => [name: string, value: string][];
}

/**
 * An XLSX file as a stream that is made while it is read: pages of rows are asked for one by one, as fast as the
 * reader takes them. When the pages throw, the stream is destroyed with that error and the file stays broken.
 */
export function xlsxStream(
  columns: readonly Column[],
  pages: AsyncIterable<CellValue[][]>,
  rules: XlsxRules,
): Readable {
  const zip = new yazl.ZipFile();
  const output = zip.outputStream as Readable;
  const broken = (error: Error): void => {
    output.destroy(error);
  };
  zip.on('error', broken);
  const rows = new SheetRows(columns, rules);
  const sheets = [
    Readable.from(rowsSheet(columns, pages, rows), { objectMode: false }),
    // Read after the first one, when it is known what was cut.
    Readable.from(
      aboutSheet(() => rules.about(rows.cut)),
      { objectMode: false },
    ),
  ];
  for (const [name, content] of xlsxParts(rules.sheets)) {
    zip.addBuffer(Buffer.from(content), name);
  }
  sheets.forEach((sheet, i) => {
    sheet.on('error', broken);
    zip.addReadStream(sheet, `xl/worksheets/sheet${i + 1}.xml`, { compressionLevel: 6 });
  });
  output.on('close', () => {
    for (const sheet of sheets) sheet.destroy();
  });
  zip.end();
  return output;
}

async function* rowsSheet(
  columns: readonly Column[],
  pages: AsyncIterable<CellValue[][]>,
  rows: SheetRows,
): AsyncGenerator<string> {
  let place = 1;
  yield sheetStart(columns);
  for await (const page of pages) {
    let piece = '';
    for (const values of page) {
      place += 1;
      piece += rows.row(place, values);
    }
    yield piece;
  }
  yield sheetEnd(columns.length, place);
}

/** Of few rows, so that the second sheet is one piece. */
// eslint-disable-next-line @typescript-eslint/require-await -- a stream is made of it
async function* aboutSheet(lines: () => [string, string][]): AsyncGenerator<string> {
  const rows = lines().map(
    ([name, value], i) =>
      `<row r="${i + 1}">${textCell(`A${i + 1}`, name, STYLE.header)}${textCell(`B${i + 1}`, value, STYLE.wrapped)}</row>`,
  );
  yield (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' +
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetFormatPr defaultRowHeight="15"/>' +
    '<cols><col min="1" max="1" width="28" customWidth="1"/><col min="2" max="2" width="80" customWidth="1"/></cols>' +
    `<sheetData>${rows.join('')}</sheetData></worksheet>`
  );
}
