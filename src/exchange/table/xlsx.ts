import { posix } from 'node:path';
import { TableFileError } from './cell.js';
import type { TableRow } from './cell.js';
import { SharedStrings } from './shared-strings.js';
import { readSheet } from './xlsx-sheet.js';
import { checkLength, elementsOf, unescapeXlsx, walkXml } from './xml-stream.js';
import { openZip, type ZipParts } from './zip.js';

export interface Workbook {
  /** Names of the visible sheets in their order. */
  sheets: string[];
  epoch: 1900 | 1904;
  rows(sheet: string): AsyncGenerator<TableRow>;
  /** Inflates everything that `rows` will read and checks it; gives how many rows the sheet says it has. */
  verify(sheet: string): Promise<number>;
  close(): void;
}

interface Layout {
  sheets: Map<string, string>;
  strings: string | undefined;
  epoch: 1900 | 1904;
}

/**
 * Opens a workbook. Texts that many cells share are read once, into memory or, where there are many, into a nameless
 * file in `folder`. @throws TableFileError
 */
export async function openWorkbook(path: string, folder: string): Promise<Workbook> {
  const zip = await openZip(path);
  const strings = new SharedStrings(folder);
  const close = (): void => {
    strings.close();
    zip.close();
  };
  try {
    const layout = await layoutOf(zip);
    let areStringsRead = layout.strings === undefined;
    const partOf = (sheet: string): string => {
      const part = layout.sheets.get(sheet);
      if (part === undefined) throw new TableFileError('shape', `There is no sheet ${sheet}.`);
      return part;
    };
    return {
      sheets: [...layout.sheets.keys()],
      epoch: layout.epoch,
      async *rows(sheet) {
        if (!areStringsRead && layout.strings !== undefined) {
          await readStrings(zip, layout.strings, strings);
          areStringsRead = true;
        }
        yield* readSheet(await zip.open(partOf(sheet)), strings);
      },
      async verify(sheet) {
        if (layout.strings !== undefined) await zip.verify(layout.strings, () => undefined);
        const counter = new RowCounter();
        await zip.verify(partOf(sheet), (chunk) => {
          counter.see(chunk);
        });
        return counter.rows;
      },
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

async function layoutOf(zip: ZipParts): Promise<Layout> {
  const book = await partByType(zip, '', 'officeDocument');
  if (book === undefined || book.endsWith('.bin') || !zip.names.has(book)) {
    throw notAWorkbook(zip, book);
  }
  const folder = posix.dirname(book);
  const sheets = await elementsOf(await zip.open(book), 'sheet');
  if (sheets.length === 0) {
    throw notAWorkbook(zip, book);
  }
  const properties = await elementsOf(await zip.open(book), 'workbookPr');
  const relations = await relationsOf(zip, book);
  const parts = new Map<string, string>();
  for (const { name, state, ...attributes } of sheets) {
    const id = Object.entries(attributes).find(([key]) => key.endsWith(':id'))?.[1];
    const relation = relations.find((one) => one.Id === id);
    if (
      name !== undefined &&
      relation?.Target !== undefined &&
      (state ?? 'visible') === 'visible'
    ) {
      parts.set(name, resolvePart(folder, relation.Target));
    }
  }
  if (parts.size === 0) throw new TableFileError('shape', 'The workbook has no visible sheet.');
  return {
    sheets: parts,
    strings: await partByType(zip, book, 'sharedStrings'),
    epoch: ['1', 'true'].includes(properties[0]?.date1904 ?? '') ? 1904 : 1900,
  };
}

function notAWorkbook(zip: ZipParts, book: string | undefined): TableFileError {
  const what = book?.endsWith('.bin')
    ? 'a binary Excel workbook (.xlsb)'
    : zip.names.has('content.xml')
      ? 'an OpenDocument file'
      : zip.names.has('word/document.xml')
        ? 'a Word document'
        : 'an archive, not a workbook';
  return new TableFileError('type', `The file is ${what}. Save the table as XLSX or CSV.`);
}

const resolvePart = (folder: string, target: string): string =>
  target.startsWith('/') ? target.slice(1) : posix.join(folder, target);

async function relationsOf(zip: ZipParts, part: string): Promise<Record<string, string>[]> {
  const { dir, base } = posix.parse(part);
  const path = posix.join(dir, '_rels', `${base}.rels`);
  return zip.names.has(path) ? elementsOf(await zip.open(path), 'Relationship') : [];
}

async function partByType(zip: ZipParts, of: string, type: string): Promise<string | undefined> {
  const relation = (await relationsOf(zip, of)).find((one) => one.Type?.endsWith(`/${type}`));
  return relation?.Target === undefined
    ? undefined
    : resolvePart(posix.dirname(of), relation.Target);
}

/** Texts may be in pieces of different fonts; readings beside them (`rPh`) are no part of them. */
async function readStrings(zip: ZipParts, part: string, strings: SharedStrings): Promise<void> {
  let text = '';
  let isText = false;
  let isReading = false;
  const walk = walkXml(await zip.open(part), {
    open(name) {
      if (name === 'si') text = '';
      else if (name === 't') isText = !isReading;
      else if (name === 'rPh') isReading = true;
    },
    close(name) {
      if (name === 'si') strings.add(unescapeXlsx(text));
      else if (name === 't') isText = false;
      else if (name === 'rPh') isReading = false;
    },
    text(piece) {
      if (!isText) return;
      text += piece;
      checkLength(text);
    },
  });
  for await (const chunk of walk) void chunk;
}

const ROW = Buffer.from('<row');

/** Counts `<row` in bytes as they pass, also where a chunk's end cuts one in two. */
class RowCounter {
  rows = 0;
  /** The last three bytes of the chunk before. */
  private tail = '';

  see(chunk: Buffer): void {
    for (let at = chunk.indexOf(ROW); at >= 0; at = chunk.indexOf(ROW, at + 4)) {
      this.rows += 1;
    }
    if ((this.tail + chunk.toString('latin1', 0, 3)).includes('<row')) this.rows += 1;
    this.tail = (this.tail + chunk.toString('latin1', Math.max(0, chunk.length - 3))).slice(-3);
  }
}
