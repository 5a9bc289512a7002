import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';

/** Statements by who sent them (`otklik_api`, `otklik_worker`, …), and by their name or first words. */
export type Statements = Record<string, Record<string, number>>;

const APPLICATIONS = ['otklik_api', 'otklik_worker', 'bare_api', 'bare_worker'];

/**
 * Counts the statements that PostgreSQL is sent while `work` runs, by its own log: the embedded server has no
 * pg_stat_statements. `owner` must be a superuser.
 */
export async function countStatements(
  owner: pg.Pool,
  logDir: string,
  work: () => Promise<void>,
): Promise<Statements> {
  const file = join(logDir, 'postgres.log');
  await set(owner, `log_line_prefix = '[%a] '`);
  await set(owner, `log_statement = 'all'`);
  const { size: from } = await stat(file);
  await work();
  await owner.query('alter system reset all');
  await reload(owner);
  const log = (await readFile(file)).subarray(from).toString();
  const counted: Statements = {};
  for (const [, application, kind, words] of log.matchAll(
    /^\[(\w+)\] LOG: {2}(execute|statement) ?(.*)$/gm,
  )) {
    if (application !== undefined && words !== undefined && APPLICATIONS.includes(application)) {
      const name =
        kind === 'execute' && !words.startsWith('<unnamed>')
          ? words.split(':')[0]
          : firstWords(words);
      const of = (counted[application] ??= {});
      of[name ?? ''] = (of[name ?? ''] ?? 0) + 1;
    }
  }
  return counted;
}

const firstWords = (words: string): string =>
  words
    .replace(/^(<unnamed>)?: /, '')
    .split(/\s+/)
    .slice(0, 3)
    .join(' ')
    .toLowerCase();

async function set(owner: pg.Pool, setting: string): Promise<void> {
  await owner.query(`alter system set ${setting}`);
  await reload(owner);
}

/** Sessions look at new settings before their next statement. */
async function reload(owner: pg.Pool): Promise<void> {
  await owner.query('select pg_reload_conf()');
  await pause(200);
}

export const totalOf = (statements: Statements): number =>
  Object.values(statements)
    .flatMap((of) => Object.values(of))
    .reduce((sum, count) => sum + count, 0);
