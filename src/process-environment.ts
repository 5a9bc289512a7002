import { delimiter } from 'node:path';
import { userInfo } from 'node:os';
import { join } from 'node:path';

// Beside src/config.ts, which parses the product's own variables, this file hands the environment of the launcher on to
// the programs it starts: they need PATH, HOME and the like, which are none of the product's business.

/** The environment for a child process: ours, with `changes` on top; undefined takes a variable away. */
export function childEnvironment(
  changes: Record<string, string | undefined> = {},
): Record<string, string> {
  const merged: Record<string, string | undefined> = { ...process.env, ...changes };
  return Object.fromEntries(
    Object.entries(merged).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** The folders in which programs are looked for, in order. */
export function programFolders(): string[] {
  return (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
}

/** Where servers fetched once are kept for every checkout of this user. */
export function defaultCacheDir(): string {
  const base = process.env.XDG_CACHE_HOME || join(userInfo().homedir, '.cache');
  return process.env.OTKLIK_CACHE_DIR || join(base, 'otklik');
}
