import { open } from 'node:fs/promises';
import { TableFileError } from './cell.js';

const HEAD_BYTES = 4_096;
const ZIP = 'PK\x03\x04';
const EMPTY_ZIP = 'PK\x05\x06';
const OLE = '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1';

/** Kinds of files that people send by mistake, by their first bytes (latin1). */
const OTHERS: readonly [string, string][] = [
  ['%PDF', 'a PDF document'],
  ['\xff\xd8\xff', 'a JPEG picture'],
  ['\x89PNG', 'a PNG picture'],
  ['GIF8', 'a GIF picture'],
  ['{\\rtf', 'an RTF document'],
  ['Rar!', 'a RAR archive'],
  ['7z\xbc\xaf', 'a 7-Zip archive'],
  ['\x1f\x8b', 'a gzip archive'],
  ['SQLite format 3', 'a database'],
  ['\x7fELF', 'a program'],
  ['MZ', 'a program'],
];
const MARKUP = /^\s*<(\?xml|!doctype|html|table|workbook)/i;

/**
 * What a file is by its content; its name may say anything.
 * @throws TableFileError for anything but a zip (XLSX) or a text (CSV).
 */
export async function sniff(path: string): Promise<'xlsx' | 'csv'> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return kindOf(buffer.subarray(0, bytesRead), (await file.stat()).size);
  } finally {
    await file.close();
  }
}

function kindOf(head: Buffer, size: number): 'xlsx' | 'csv' {
  const text = head.toString('latin1');
  const refuse = (what: string): never => {
    throw new TableFileError('type', `The file is ${what}, not a table. Send XLSX or CSV.`);
  };
  if (size === 0) {
    throw new TableFileError('shape', 'The file is empty.');
  }
  if (text.startsWith(ZIP)) {
    return 'xlsx';
  }
  if (text.startsWith(EMPTY_ZIP)) {
    throw new TableFileError('shape', 'The file is an empty archive.');
  }
  if (text.startsWith(OLE)) {
    const isEncrypted = head.includes(Buffer.from('EncryptedPackage', 'utf16le'));
    throw new TableFileError(
      'type',
      isEncrypted
        ? 'The file is protected by a password. Save it without one and send it again.'
        : 'The file is an old Excel workbook (.xls) or protected by a password. Open it, save it as XLSX without a password, and send that.',
    );
  }
  const other = OTHERS.find(([magic]) => text.startsWith(magic));
  if (other !== undefined) {
    refuse(other[1]);
  }
  if (MARKUP.test(text.replace(/^\xef\xbb\xbf/, ''))) {
    refuse('a web page or XML');
  }
  return 'csv';
}
