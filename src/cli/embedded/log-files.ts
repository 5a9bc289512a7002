import { mkdirSync, renameSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const MAX_BYTES = 20 * 1024 * 1024;

/** The path of a program's log. A log above 20 MB is put aside first, so that at most two of them lie there. */
export function logFile(logDir: string, name: string): string {
  mkdirSync(logDir, { recursive: true });
  const path = join(logDir, `${name}.log`);
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > MAX_BYTES) {
    renameSync(path, `${path}.old`);
  }
  return path;
}

/** The end of a log, for an error message. */
export async function lastLines(path: string, count = 15): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
