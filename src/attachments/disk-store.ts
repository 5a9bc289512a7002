import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { v4 as uuid } from 'uuid';
import type { AttachmentStore, StoredFile } from './store.js';

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const UNFINISHED = 'unfinished';

const hex = (shard: number): string => shard.toString(16).padStart(2, '0');

async function isMissing<T, E>(work: Promise<T>, otherwise: E): Promise<T | E> {
  try {
    return await work;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return otherwise;
    }
    throw error;
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Attachments as files of one folder, which the API's and the worker's processes must share. */
export class DiskStore implements AttachmentStore {
  private readonly root: string;

  /** @param dataDir OTKLIK_DATA_DIR: the files lie in its folder `attachments`. */
  constructor(dataDir: string) {
    this.root = join(dataDir, 'attachments');
  }

  async temporaryPath(): Promise<string> {
    const folder = join(this.root, UNFINISHED);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return join(folder, uuid());
  }

  async put(id: string, temporaryPath: string): Promise<void> {
    const { folder, path } = this.#placeOf(id);
    await sync(temporaryPath);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await rename(temporaryPath, path);
    // The name is durable when its folder is.
    await sync(folder);
  }

  async open(id: string) {
    const handle = await isMissing(open(this.#placeOf(id).path, 'r'), null);
    return handle && createReadStream('', { fd: handle });
  }

  async remove(id: string): Promise<void> {
    await rm(this.#placeOf(id).path, { force: true });
  }

  async list(shard: number): Promise<StoredFile[]> {
    const outer = join(this.root, hex(shard));
    const folders = await isMissing(readdir(outer), []);
    const found: StoredFile[] = [];
    for (const inner of folders) {
      for (const id of await isMissing(readdir(join(outer, inner)), [])) {
        const known = ID.test(id) && (await isMissing(stat(join(outer, inner, id)), null));
        if (known) {
          found.push({ id, storedAt: known.mtimeMs });
        }
      }
    }
    return found;
  }

  async removeUnfinished(before: number): Promise<number> {
    const folder = join(this.root, UNFINISHED);
    let removed = 0;
    for (const name of await isMissing(readdir(folder), [])) {
      const known = await isMissing(stat(join(folder, name)), null);
      if (known && known.mtimeMs < before) {
        await rm(join(folder, name), { force: true });
        removed += 1;
      }
    }
    return removed;
  }

  /** Two folders deep by the id's random end: its beginning is the time, and would fill one folder after the other. */
  #placeOf(id: string): { folder: string; path: string } {
    if (!ID.test(id)) {
      throw new Error('an attachment is stored under an id');
    }
    const folder = join(this.root, id.slice(-2), id.slice(-4, -2));
    return { folder, path: join(folder, id) };
  }
}
