import { readFile, rename, writeFile } from 'node:fs/promises';

/** Reads a small JSON file of ours; undefined when it is missing or was cut off. */
export async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch {
    return undefined;
  }
}

/** Replaces a JSON file in one step: a reader sees the old content or the new, and a crash leaves one of them. */
export async function writeJson(path: string, content: unknown): Promise<void> {
  const partial = `${path}.${process.pid}.new`;
  await writeFile(partial, JSON.stringify(content, null, 2), { mode: 0o600 });
  await rename(partial, path);
}
