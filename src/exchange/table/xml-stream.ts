import type { Readable } from 'node:stream';
import { SaxesParser } from 'saxes';
import { readingError } from './zip.js';

export interface XmlHandlers {
  open(name: string, attributes: Record<string, string>): void;
  close(name: string): void;
  text?(text: string): void;
}

/** A cell takes 32,767 characters, escapes of seven for one among them; a longer text is made to fill memory. */
const CELL_UNITS_MAX = 2 ** 20;

/** @throws Error, to be told as damage, for a text that no cell can hold. */
export function checkLength(text: string): void {
  if (text.length > CELL_UNITS_MAX) throw new Error('a cell is longer than any spreadsheet writes');
}

const localName = (name: string): string => {
  const colon = name.indexOf(':');
  return colon < 0 ? name : name.slice(colon + 1);
};

/**
 * Walks an XML part of a workbook; after each chunk control returns, so that what the handlers gathered can be
 * handed on. Names come without a prefix. A DOCTYPE is refused: entities of its own have no place in a workbook.
 * @throws TableFileError for anything but well-formed XML.
 */
export async function* walkXml(part: Readable, handlers: XmlHandlers): AsyncGenerator<void> {
  const parser = new SaxesParser({ position: false });
  let failure: Error | undefined;
  parser.on('error', (error) => {
    failure ??= error;
  });
  parser.on('doctype', () => {
    failure ??= new Error('it has a document type');
  });
  parser.on('opentag', (tag) => {
    // Without `xmlns` attributes are plain texts.
    handlers.open(localName(tag.name), tag.attributes as Record<string, string>);
  });
  parser.on('closetag', (tag) => {
    handlers.close(localName(tag.name));
  });
  if (handlers.text !== undefined) {
    parser.on('text', (piece) => {
      handlers.text?.(piece);
    });
    parser.on('cdata', (piece) => {
      handlers.text?.(piece);
    });
  }
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const check = (): void => {
    if (failure !== undefined) throw failure;
  };
  try {
    for await (const chunk of part) {
      parser.write(decoder.decode(chunk as Buffer, { stream: true }));
      check();
      yield;
    }
    parser.write(decoder.decode());
    parser.close();
    check();
    yield;
  } catch (error) {
    throw readingError(error);
  } finally {
    part.destroy();
  }
}

/** Attributes of every element of one name in a small part. */
export async function elementsOf(part: Readable, name: string): Promise<Record<string, string>[]> {
  const found: Record<string, string>[] = [];
  const walk = walkXml(part, {
    open(element, attributes) {
      if (element === name) found.push({ ...attributes });
    },
    close: () => undefined,
  });
  for await (const chunk of walk) void chunk;
  return found;
}

/** Spreadsheets write characters that XML forbids as `_x0007_`. */
export const unescapeXlsx = (text: string): string =>
  text.includes('_x')
    ? text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      )
    : text;
