import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { Presets, SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import type pg from 'pg';
import { v7 as uuid } from 'uuid';
import { listProblems } from '../db/import-problems.js';
import {
  findImport,
  findStopped,
  insertImport,
  LEASE_S,
  type ImportOptions,
} from '../db/imports-store.js';
import { openPool } from '../db/pool.js';
import { RegionCache } from '../db/region-store.js';
import { readAnchor } from '../db/settings.js';
import { ConfigError } from '../config.js';
import { readMapping } from '../exchange/mapping-file.js';
import { carryOutNext } from '../exchange/run/carry-out.js';
import { importDigest, importFolder } from '../exchange/run/import-files.js';
import { TableFileError } from '../exchange/table/cell.js';
import { sniff } from '../exchange/table/sniff.js';
import { zoneClock } from '../exchange/values/zone-clock.js';
import { linesOf, reportOf } from './import-report.js';
import { readOperatorConfig } from './operator-config.js';

interface Flags {
  zone?: string;
  mapping?: string;
  dryRun?: boolean;
  json?: boolean;
}

/** `otklik import FILE`: the engine of POST /imports, in this process. */
export function registerImport(program: Command): void {
  program
    .command('import <file>')
    .description(
      "bring in another system's table (XLSX or CSV): closed rows as history, open ones live",
    )
    .option(
      '--zone <zone>',
      "zone of times that name none, such as Europe/Moscow; the region's when left out",
    )
    .option('--mapping <file>', 'YAML file that says what the columns are (docs/import.md)')
    .option('--dry-run', 'read and check everything, bring nothing in')
    .option('--json', 'print the report as JSON')
    .action(async (file: string, flags: Flags) => {
      const config = await readOperatorConfig();
      const pool = openPool(config.DATABASE_URL, 'otklik_worker', 3);
      try {
        const region = new RegionCache(pool);
        const clock = await readAnchor(pool, config);
        const folder = await importFolder(config.dataDir);
        const path = resolve(file);
        const options = await optionsOf(flags, (await region.current()).settings.zone);
        const id = await importFor(pool, path, options);
        await carryOut({ pool, region, clock, folder }, id, path, flags);
      } finally {
        await pool.end();
      }
    });
}

async function optionsOf(flags: Flags, regionZone: string): Promise<ImportOptions> {
  const mapping = flags.mapping === undefined ? null : await readMapping(resolve(flags.mapping));
  const zone = flags.zone ?? mapping?.zone ?? regionZone;
  try {
    zoneClock(zone);
  } catch (error) {
    throw new ConfigError(`--zone: ${(error as Error).message}`);
  }
  return { zone, dryRun: flags.dryRun === true, mapping };
}

/** The import that a killed run of the same file left, or a new one. */
async function importFor(pool: pg.Pool, path: string, options: ImportOptions): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) {
    throw new TableFileError('type', `There is no file ${path}.`);
  }
  await sniff(path);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  const digest = importDigest(hash.digest(), options);
  const stopped = await findStopped(pool, digest);
  if (stopped !== null) return stopped;
  const id = uuid();
  const fileName = basename(path);
  const { size: bytes } = found;
  await insertImport(pool, {
    id,
    actor: 'system',
    origin: 'cli',
    fileName,
    digest,
    bytes,
    options,
  });
  return id;
}

async function carryOut(
  deps: Parameters<typeof carryOutNext>[0],
  id: string,
  path: string,
  flags: Flags,
): Promise<void> {
  let isStopping = false;
  const stop = (): void => {
    isStopping = true;
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const bar = flags.json === true || !process.stderr.isTTY ? null : progressBar();
  let failure: unknown;
  const carry = () =>
    carryOutNext(deps, {
      id,
      pathOf: () => path,
      isStopping: () => isStopping,
      onProgress: (counts, total) => {
        if (total !== null) bar?.start(total, 0, { in: 0, bad: 0 });
        bar?.update(counts.read, { in: counts.in, bad: counts.bad });
      },
      unexpected: (error) => {
        failure = error;
      },
    });
  let carried = await carry();
  if (carried === null) {
    // A run that was killed holds its import for some seconds more.
    console.error('A run of the same import was not ended; waiting whether it still lives …');
    await new Promise((resolve) => setTimeout(resolve, (LEASE_S + 1) * 1_000));
    carried = await carry();
  }
  bar?.stop();
  if (carried === null) {
    throw new TableFileError('broken', 'Another process is just importing this file. Wait for it.');
  }
  const row = await findImport(deps.pool, id);
  if (row === null) throw new Error('the import is gone');
  const [errors, warnings] = await Promise.all([
    listProblems(deps.pool, id, 'error', undefined, flags.json === true ? 10_000 : 20),
    listProblems(deps.pool, id, 'warning', undefined, flags.json === true ? 10_000 : 20),
  ]);
  const report = reportOf(row, carried.end, errors, warnings);
  console.log(flags.json === true ? JSON.stringify(report, null, 2) : linesOf(report).join('\n'));
  if (failure !== undefined) throw failure as Error;
  process.exitCode = carried.end === 'done' ? 0 : 1;
}

const progressBar = (): SingleBar =>
  new SingleBar(
    {
      format:
        '{bar} {percentage}% | {value} of {total} rows | in {in}, bad {bad} | {eta_formatted} left',
      stream: process.stderr,
      clearOnComplete: true,
      hideCursor: true,
    },
    Presets.shades_classic,
  );
