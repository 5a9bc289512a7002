import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fromLine, toLine, type RootRecord } from './root-record.js';

/** Where roots lie outside PostgreSQL: one file a month (UTC), one line a root. */
export const auditDir = (dataDir: string): string => join(dataDir, 'audit');

const CHUNK = 65_536;
const LINE_FEED = 0x0a;

/** The months' files, oldest first; none when there is no folder yet. */
async function rootFiles(dataDir: string): Promise<string[]> {
  const names = await readdir(auditDir(dataDir)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') {
      return [];
    }
    throw error;
  });
  return names
    .filter((name) => /^\d{4}-\d{2}\.jsonl$/.test(name))
    .sort()
    .map((name) => join(auditDir(dataDir), name));
}

/** Appends a root and returns when it is on the disk. */
export async function appendRoot(dataDir: string, record: RootRecord): Promise<void> {
  const dir = auditDir(dataDir);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const month = new Date(record.at).toISOString().slice(0, 7);
  const file = await open(join(dir, `${month}.jsonl`), 'a', 0o600);
  try {
    const isNew = (await file.stat()).size === 0;
    await file.appendFile(toLine(record));
    await file.sync();
    if (isNew) {
      await syncFolder(dir);
    }
  } finally {
    await file.close();
  }
}

/** A new file's name is on the disk only when its folder is. */
async function syncFolder(dir: string): Promise<void> {
  const folder = await open(dir, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * The newest root in the files; null when there is none, 'unreadable' when the last line is no root. A
 * line that a crash left without its end is cut off first: its root is whole in the database.
 */
export async function lastRootInFiles(dataDir: string): Promise<RootRecord | 'unreadable' | null> {
  for (const path of (await rootFiles(dataDir)).reverse()) {
    const file = await open(path, 'r+');
    try {
      const end = await lineFeedBefore(file, (await file.stat()).size);
      if (end + 1 < (await file.stat()).size) {
        await file.truncate(end + 1);
        await file.sync();
      }
      if (end >= 0) {
        const start = (await lineFeedBefore(file, end)) + 1;
        const { buffer } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
        return fromLine(buffer.toString()) ?? 'unreadable';
      }
    } finally {
      await file.close();
    }
  }
  return null;
}

/** The place of the last line feed before `end`; -1 when there is none. */
async function lineFeedBefore(file: FileHandle, end: number): Promise<number> {
  for (let to = end; to > 0;) {
    const from = Math.max(0, to - CHUNK);
    const { buffer } = await file.read(Buffer.alloc(to - from), 0, to - from, from);
    const found = buffer.lastIndexOf(LINE_FEED);
    if (found >= 0) {
      return from + found;
    }
    to = from;
  }
  return -1;
}

/** A line of the files: its place for people, and its root unless it is none. */
export interface RootLine {
  place: string;
  record: RootRecord | null;
}

/** Every line of every month's file, one at a time. */
export async function* readRootLines(dataDir: string): AsyncGenerator<RootLine> {
  for (const path of await rootFiles(dataDir)) {
    let lineNo = 0;
    const lines = createInterface({ input: createReadStream(path), crlfDelay: Infinity });
    for await (const text of lines) {
      lineNo += 1;
      yield { place: `${path}, line ${lineNo}`, record: fromLine(text) };
    }
  }
}
