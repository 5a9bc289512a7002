import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import iconv from 'iconv-lite';
import { ZipFile } from 'yazl';
import { INCIDENT_COLUMNS, type IncidentColumn } from '../src/exchange/incident-columns.js';
import type { IncidentRow } from './incident-rows.js';

const DAY_MS = 86_400_000;
/** The files' zone: three hours ahead of UTC all year, as Moscow has been since 2014. */
const ZONE_MS = 3 * 3_600_000;

/** A cell as the real system writes it: texts behind an apostrophe, instants as texts, durations as days. */
export function cellOf(column: IncidentColumn, row: IncidentRow): string | number | null {
  const value = row[column.key];
  switch (column.kind) {
    case 'text':
      return `'${value ?? ''}`;
    case 'instant':
      return typeof value === 'number' ? wallText(value) : (value ?? null);
    case 'duration':
      return typeof value === 'number' ? value / DAY_MS : (value ?? null);
    default:
      return value ?? null;
  }
}

const wallText = (at: number): string =>
  new Date(at + ZONE_MS).toISOString().slice(0, 19).replace('T', ' ');

/** A duration as spreadsheets write it into CSV. */
function clockText(days: number): string {
  const seconds = Math.round(days * 86_400);
  const two = (part: number): string => String(part).padStart(2, '0');
  return `${two(Math.floor(seconds / 3_600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

export interface CsvForm {
  separator?: ';' | ',' | '\t';
  encoding?: 'utf-8' | 'windows-1251' | 'utf-16le' | 'utf-16be';
  byteOrderMark?: boolean;
}

/** Writes rows as a CSV file of the format. */
export async function writeIncidentCsv(
  path: string,
  rows: Iterable<IncidentRow>,
  { separator = ';', encoding = 'utf-8', byteOrderMark = false }: CsvForm = {},
): Promise<void> {
  const quoted = (cell: string | number | null): string =>
    /["\n;,\t]/.test(String(cell)) ? `"${String(cell).replaceAll('"', '""')}"` : String(cell ?? '');
  await writeAll(
    path,
    (function* () {
      const header = INCIDENT_COLUMNS.map((column) => quoted(column.header)).join(separator);
      yield iconv.encode(`${byteOrderMark ? '\uFEFF' : ''}${header}\r\n`, encoding, {
        addBOM: false,
      });
      for (const row of rows) {
        const cells = INCIDENT_COLUMNS.map((column) => {
          const cell = cellOf(column, row);
          return column.kind === 'duration' && typeof cell === 'number' ? clockText(cell) : cell;
        });
        yield iconv.encode(`${cells.map(quoted).join(separator)}\r\n`, encoding, { addBOM: false });
      }
    })(),
  );
}

async function writeAll(path: string, chunks: Iterable<Buffer>): Promise<void> {
  const out = createWriteStream(path);
  for (const chunk of chunks) {
    if (!out.write(chunk)) await once(out, 'drain');
  }
  out.end();
  await finished(out);
}

const escapeXml = (text: string): string =>
  text.replace(/[<>&"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';

/** Writes rows as a workbook; texts in the cells themselves, or in the table of shared ones as Excel does. */
export async function writeIncidentXlsx(
  path: string,
  rows: Iterable<IncidentRow>,
  { shared = false }: { shared?: boolean } = {},
): Promise<void> {
  await writeXlsx(
    path,
    (function* () {
      yield INCIDENT_COLUMNS.map((column) => column.header as string | number | null);
      for (const row of rows) yield INCIDENT_COLUMNS.map((column) => cellOf(column, row));
    })(),
    { shared },
  );
}

/** Writes any table as a workbook of one sheet. */
export async function writeXlsx(
  path: string,
  rows: Iterable<readonly (string | number | null)[]>,
  { shared = false, date1904 = false }: { shared?: boolean; date1904?: boolean } = {},
): Promise<void> {
  const zip = new ZipFile();
  const out = createWriteStream(path);
  zip.outputStream.pipe(out);
  const add = (name: string, xml: string): void => zip.addBuffer(Buffer.from(HEAD + xml), name);
  add(
    '[Content_Types].xml',
    `<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>`,
  );
  add(
    '_rels/.rels',
    `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  );
  add(
    'xl/workbook.xml',
    `<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><workbookPr date1904="${date1904 ? 1 : 0}"/><sheets><sheet name="Лист1" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  );
  add(
    'xl/_rels/workbook.xml.rels',
    `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
  );
  const texts = new Map<string, number>();
  const sheet = Readable.from(sheetXml(rows, shared ? texts : null));
  zip.addReadStream(sheet, 'xl/worksheets/sheet1.xml');
  await finished(sheet);
  zip.addReadStream(Readable.from(stringsXml(texts.keys())), 'xl/sharedStrings.xml');
  zip.end();
  await finished(out);
}

function* sheetXml(
  rows: Iterable<readonly (string | number | null)[]>,
  texts: Map<string, number> | null,
): Generator<string> {
  yield `${HEAD}<worksheet xmlns="${MAIN}"><sheetData>`;
  let row = 0;
  for (const cells of rows) {
    row += 1;
    const xml = cells.map((cell, index) => cellXml(cell, `${letters(index + 1)}${row}`, texts));
    yield `<row r="${row}">${xml.join('')}</row>`;
  }
  yield '</sheetData></worksheet>';
}

function cellXml(
  cell: string | number | null,
  place: string,
  texts: Map<string, number> | null,
): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return `<c r="${place}"><v>${cell}</v></c>`;
  if (texts === null) {
    return `<c r="${place}" t="inlineStr"><is><t xml:space="preserve">${escapeXml(cell)}</t></is></c>`;
  }
  const index = texts.get(cell) ?? texts.size;
  texts.set(cell, index);
  return `<c r="${place}" t="s"><v>${index}</v></c>`;
}

function* stringsXml(texts: Iterable<string>): Generator<string> {
  yield `${HEAD}<sst xmlns="${MAIN}">`;
  for (const text of texts) yield `<si><t xml:space="preserve">${escapeXml(text)}</t></si>`;
  yield '</sst>';
}

/** 1 → A, 27 → AA. */
function letters(column: number): string {
  const rest = (column - 1) % 26;
  const before = (column - 1 - rest) / 26;
  return (before > 0 ? letters(before) : '') + String.fromCharCode(65 + rest);
}
