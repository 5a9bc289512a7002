import { createWriteStream } from 'node:fs';
import { access, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { filterOf } from '../api/resources/complaint-filter.js';
import { fileNameOf } from '../api/resources/export-shown.js';
import { parse } from '../api/problem.js';
import { newExport, XLSX_ROWS_MAX } from '../contract/exports.js';
import { openPool } from '../db/pool.js';
import { readRegionView } from '../db/region-store.js';
import { readAnchor } from '../db/settings.js';
import { toWorld } from '../domain/world-clock.js';
import { openExport, type OpenExport } from '../exchange/export/open-export.js';
import { AppError } from '../errors.js';
import { readOperatorConfig } from './operator-config.js';

interface Options {
  format: string;
  columns: string;
  out?: string;
  force?: true;
  zone?: string;
  separator?: string;
  language?: string;
  personal: boolean;
  json?: true;
  [filter: string]: unknown;
}

const FILTERS = [
  ['from', 'DAY', 'received on this day or later (a day, or an instant with its offset)'],
  ['to', 'DAY', 'received on this day or earlier'],
  ['status', 'LIST', 'states, such as closed or assigned,in_progress'],
  ['agency', 'LIST', 'ids or codes of agencies, their departments included'],
  ['topic', 'LIST', 'codes of topics'],
  ['municipality', 'LIST', 'codes of municipalities'],
  ['source', 'LIST', 'sources, such as vk'],
  ['kind', 'LIST', 'kinds, such as complaint'],
  ['overdue', 'true|false', 'whether a running clock has passed its due'],
  ['q', 'TEXT', 'a number, words, or a fragment'],
] as const;

/** `otklik export`: complaints as a file, with everything in it that an operator may see. */
export function registerExport(program: Command): void {
  const command = program
    .command('export')
    .description('write complaints into an XLSX or CSV file')
    .option('--format <format>', 'xlsx or csv', 'xlsx')
    .option('--columns <set>', 'plain, or incident: the 47 columns that import reads', 'plain')
    .option(
      '--out <file>',
      'where to write; - is the standard output; else a name that says what it holds',
    )
    .option('--force', 'write over a file that is there')
    .option('--zone <zone>', "zone of the times, such as Europe/Moscow; the region's when left out")
    .option('--separator <sign>', 'of csv: ";" "," or tab')
    .option('--language <language>', 'of headers and words: ru or en', 'ru')
    .option('--no-personal', 'leave out names, contacts, addresses, links and texts')
    .option('--json', 'print what was written as JSON');
  for (const [name, value, description] of FILTERS) {
    command.option(`--${name} <${value}>`, description);
  }
  command.action(async (options: Options) => {
    try {
      await run(options);
    } catch (error) {
      const told = tellable(error);
      if (told === null) throw error;
      process.stderr.write(`${told}\n`);
      process.exitCode = 1;
    }
  });
}

async function run(options: Options): Promise<void> {
  const { format, columns, zone, language } = options;
  const separator = options.separator === 'tab' ? '\t' : options.separator;
  const filter = Object.fromEntries(
    FILTERS.map(([name]) => [name, options[name]]).filter(([, value]) => value !== undefined),
  ) as object;
  const request = parse(newExport, { format, columns, zone, separator, language, filter });
  const config = await readOperatorConfig();
  const pool = openPool(config.DATABASE_URL, 'otklik_api', 2);
  try {
    const region = await readRegionView(pool);
    const requestedAt = toWorld(await readAnchor(pool, config), Date.now());
    const name = fileNameOf({ requestedAt: new Date(requestedAt) }, request, region);
    const out = options.out ?? name;
    const listed = await filterOf(pool, region, request.filter, requestedAt);
    const file = await openExport(pool, {
      request,
      filter: {
        ...listed,
        receivedBefore: Math.min(listed.receivedBefore ?? Infinity, requestedAt + 1),
      },
      zone: zone ?? region.settings.zone,
      region,
      personal: options.personal,
      notes: options.personal,
      requestedAt,
    });
    if (request.format === 'xlsx' && file.total > XLSX_ROWS_MAX) {
      file.stream.destroy();
      throw new AppError(
        'invalid',
        `A sheet takes ${XLSX_ROWS_MAX} rows of ${file.total}: use --format csv, or narrow with --from and --to.`,
      );
    }
    const bytes = await write(file, out, options.force === true);
    const written = { file: out, rows: file.rows(), bytes, format, columns };
    const line = options.json
      ? JSON.stringify(written)
      : `${written.rows} complaints written into ${out}.`;
    // The file itself may be on the standard output.
    process[out === '-' ? 'stderr' : 'stdout'].write(`${line}\n`);
  } finally {
    await pool.end();
  }
}

/** Writes under another name, for its owner alone, and renames when it is whole. @returns the file's size. */
async function write(file: OpenExport, out: string, force: boolean): Promise<number | null> {
  if (out === '-') {
    await pipeline(file.stream, process.stdout, { end: false });
    return null;
  }
  const path = resolve(out);
  if (
    !force &&
    (await access(path).then(
      () => true,
      () => false,
    ))
  ) {
    file.stream.destroy();
    throw new AppError('conflict', `${out} is there already; --force writes over it.`);
  }
  const part = join(dirname(path), `.${basename(path)}.part`);
  const stop = new AbortController();
  const abort = (): void => {
    stop.abort();
  };
  process.once('SIGINT', abort).once('SIGTERM', abort);
  const shown = showRows(file);
  try {
    await rm(part, { force: true });
    await pipeline(file.stream, createWriteStream(part, { mode: 0o600, flags: 'wx' }), {
      signal: stop.signal,
    });
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  } finally {
    shown.stop();
    process.off('SIGINT', abort).off('SIGTERM', abort);
  }
  return (await stat(path)).size;
}

/** A bar on a terminal; nothing where the output is read by a program. */
function showRows({ total, rows }: OpenExport): { stop(): void } {
  const bar = new SingleBar({
    format: '{bar} {percentage}% | {value} of {total} complaints | {eta_formatted} left',
    stream: process.stderr,
    noTTYOutput: false,
  });
  bar.start(total, 0);
  const tick = setInterval(() => {
    bar.update(rows());
  }, 200);
  return {
    stop() {
      clearInterval(tick);
      bar.update(rows());
      bar.stop();
    },
  };
}

/** What went wrong in words, for mistakes that a stack would not explain; null for all others. */
function tellable(error: unknown): string | null {
  const { code, name } = error as { code?: string; name?: string };
  if (error instanceof AppError) return error.message.replaceAll(/(^|; )filter\./g, '$1');
  if (name === 'AbortError') return 'Stopped; nothing was written.';
  if (code === 'ENOSPC') return 'The disk is full; nothing was written.';
  if (code === 'EACCES' || code === 'EROFS') return 'The file cannot be written there.';
  if (code === 'ENOENT') return 'There is no such folder.';
  return code === 'EPIPE' ? 'The reader went away; the output is not whole.' : null;
}
