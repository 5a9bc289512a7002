import ExcelJS from 'exceljs';
import { parse } from 'csv-parse/sync';
import type { ResourceDesk } from './resource-desk.js';

/** A file as it came. */
export interface Fetched {
  status: number;
  headers: Headers;
  bytes: Buffer;
  /** Without the byte order mark. */
  text: string;
}

export async function fetchBytes(
  url: string,
  key: string,
  headers: Record<string, string> = {},
): Promise<Fetched> {
  const answer = await fetch(url, { headers: { authorization: `Bearer ${key}`, ...headers } });
  const bytes = Buffer.from(await answer.arrayBuffer());
  return {
    status: answer.status,
    headers: answer.headers,
    bytes,
    text: bytes.toString().replace(/^\ufeff/, ''),
  };
}

/** Asks for an export and fetches it. */
export async function exported(
  desk: Pick<ResourceDesk, 'call' | 'url'>,
  key: string,
  request: Record<string, unknown> = {},
): Promise<Fetched & { id: string }> {
  const asked = await desk.call(key, 'POST', 'exports', request);
  if (asked.status !== 202) throw new Error(`refused: ${asked.status} ${asked.text}`);
  const file = await fetchBytes(`${desk.url}/api/v1/exports/${asked.body.id}/file`, key);
  return { ...file, id: asked.body.id };
}

/** A CSV file's rows by the names of its columns. */
export const csvRows = (text: string, delimiter = ';'): Record<string, string>[] =>
  parse(text, { delimiter, columns: true, record_delimiter: '\r\n' });

/** An XLSX file as another program reads it. */
export async function workbookOf(bytes: Buffer): Promise<ExcelJS.Workbook> {
  const book = new ExcelJS.Workbook();
  await book.xlsx.load(bytes as unknown as ExcelJS.Buffer);
  return book;
}

/** ExcelJS leaves the format's escapes in inline strings; Excel does not. */
const unescaped = (value: ExcelJS.CellValue): ExcelJS.CellValue =>
  typeof value === 'string'
    ? value.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) =>
        String.fromCharCode(parseInt(code, 16)),
      )
    : value;

/** The first sheet's rows by the names of its columns; cells as the program gives them. */
export async function xlsxRows(bytes: Buffer): Promise<Record<string, ExcelJS.CellValue>[]> {
  const sheet = (await workbookOf(bytes)).worksheets[0]!;
  const headers = (sheet.getRow(1).values as string[]).slice(1);
  const rows: Record<string, ExcelJS.CellValue>[] = [];
  for (let place = 2; place <= sheet.rowCount; place += 1) {
    const row = sheet.getRow(place);
    rows.push(
      Object.fromEntries(headers.map((header, i) => [header, unescaped(row.getCell(i + 1).value)])),
    );
  }
  return rows;
}
