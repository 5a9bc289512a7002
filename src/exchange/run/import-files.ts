import { createHash } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Db } from '../../db/pool.js';
import { unfinishedOf, type ImportOptions } from '../../db/imports-store.js';
import { canonicalJson } from '../../db/timeline.js';

/** Larger files are refused: a million rows of the 47 columns have some 400 MB as XLSX. */
export const IMPORT_BYTES_MAX = 512 * 2 ** 20;

/** Names an import: a file, by its sha256, to be read in one way. */
export const importDigest = (file: Buffer, options: ImportOptions): Buffer =>
  createHash('sha256').update(file).update(canonicalJson(options)).digest();

/** Where uploaded files lie until their import ends: readable by the desk's user alone. */
export async function importFolder(dataDir: string): Promise<string> {
  const folder = join(dataDir, 'imports');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}

const UUID_NAME = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(\.\w+)?$/;
/** An upload under way is younger. */
const ORPHAN_AFTER_MS = 60 * 60_000;

/** Deletes files that no import needs any more: of a killed upload, or of an end that was not seen through. */
export async function removeOrphans(db: Db, folder: string): Promise<void> {
  const files = (await readdir(folder)).flatMap((name) => {
    const id = UUID_NAME.exec(name)?.[1];
    return id === undefined ? [] : [{ name, id }];
  });
  const needed = await unfinishedOf(
    db,
    files.map(({ id }) => id),
  );
  for (const { name, id } of files) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && !needed.has(id) && found.mtimeMs < Date.now() - ORPHAN_AFTER_MS) {
      await rm(path, { force: true });
    }
  }
}
