import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import yauzl from 'yauzl';
import type { Entry, ZipFile } from 'yauzl';
import { TableFileError } from './cell.js';

const ENTRIES_MAX = 10_000;
/** A million rows of the 47 columns come to some 4 GB; a larger archive is no table. */
const INFLATED_MAX = 6 * 2 ** 30;
/** Repeated markup shrinks by 10 to 100; beyond this a large part is made to fill disks and memory. */
const RATIO_MAX = 400;
const RATIO_FROM = 100 * 2 ** 20;

/** A zip opened by its directory; parts are read as streams. */
export interface ZipParts {
  names: ReadonlySet<string>;
  open(name: string): Promise<Readable>;
  /** Inflates a part wholly, checking size and checksum; `see` gets each chunk. */
  verify(name: string, see: (chunk: Buffer) => void): Promise<void>;
  close(): void;
}

/**
 * Opens a zip and refuses what is damaged, encrypted or a bomb. What a part declares to inflate to is held against
 * it while it is read.
 * @throws TableFileError
 */
export async function openZip(path: string): Promise<ZipParts> {
  const zip = await yauzl
    .openPromise(path, { lazyEntries: true, autoClose: false })
    .catch((error: unknown) => {
      throw damaged(error);
    });
  try {
    const entries = await entriesOf(zip);
    const entryOf = (name: string): Entry => {
      const entry = entries.get(name);
      if (entry === undefined) {
        throw new TableFileError('broken', `The workbook is damaged: its part ${name} is missing.`);
      }
      return entry;
    };
    const openPart = async (name: string): Promise<Readable> => {
      try {
        return await zip.openReadStreamPromise(entryOf(name));
      } catch (error) {
        throw readingError(error);
      }
    };
    return {
      names: new Set(entries.keys()),
      open: openPart,
      async verify(name, see) {
        let sum = 0;
        try {
          for await (const chunk of await openPart(name)) {
            sum = crc32(chunk as Buffer, sum);
            see(chunk as Buffer);
          }
        } catch (error) {
          throw readingError(error);
        }
        if (sum !== entryOf(name).crc32) {
          throw new TableFileError(
            'broken',
            `The workbook is damaged: the checksum of its part ${name} does not fit.`,
          );
        }
      },
      close: () => zip.close(),
    };
  } catch (error) {
    zip.close();
    throw error;
  }
}

/** What to throw for an error met while a part was read: a full disk or a mistake of ours is no damage of the file. */
export function readingError(error: unknown): unknown {
  const isSystem = typeof error === 'object' && error !== null && 'syscall' in error;
  const isOurs = error instanceof TypeError && !('code' in error);
  return error instanceof TableFileError || isSystem || isOurs ? error : damaged(error);
}

function damaged(error: unknown): TableFileError {
  const detail = error instanceof Error ? error.message.slice(0, 120) : 'it cannot be read';
  return new TableFileError(
    'broken',
    `The workbook is damaged or not whole (${detail}). Save it anew and send it again.`,
  );
}

async function entriesOf(zip: ZipFile): Promise<Map<string, Entry>> {
  if (zip.entryCount > ENTRIES_MAX) {
    throw new TableFileError(
      'broken',
      `The archive has ${zip.entryCount} parts; a workbook has at most ${ENTRIES_MAX}.`,
    );
  }
  const entries = new Map<string, Entry>();
  let inflated = 0;
  await new Promise<void>((resolve, reject) => {
    zip.on('entry', (entry: Entry) => {
      inflated += entry.uncompressedSize;
      const wrong = problemOf(entry, inflated);
      if (wrong !== null) {
        reject(wrong);
        return;
      }
      entries.set(entry.fileName, entry);
      zip.readEntry();
    });
    zip.on('end', resolve);
    zip.on('error', (error: unknown) => {
      reject(damaged(error));
    });
    zip.readEntry();
  });
  return entries;
}

function problemOf(entry: Entry, inflated: number): TableFileError | null {
  if (entry.isEncrypted()) {
    return new TableFileError(
      'type',
      'The archive is protected by a password. Save the workbook without one and send it again.',
    );
  }
  const ratio = entry.uncompressedSize / Math.max(1, entry.compressedSize);
  if (inflated > INFLATED_MAX || (entry.uncompressedSize > RATIO_FROM && ratio > RATIO_MAX)) {
    return new TableFileError(
      'broken',
      'The workbook would inflate beyond all measure (a zip bomb, or damaged) and is refused.',
    );
  }
  return null;
}
