import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { ConfigError, readConfig, type Config } from '../../config.js';
import { childEnvironment } from '../../process-environment.js';
import type { DemoFlags } from '../demo.js';
import { stopHolder } from './data-dir-lock.js';
import { readJson, writeJson } from './json-file.js';
import { removeCluster } from './postgres-home.js';
import { readRunRecord, stopRecorded } from './run-record.js';

/**
 * A Tuesday in March: snow, ice, puddles and potholes are all believable. The offices open while the first messages
 * are sorted.
 */
const CLOCK_START = '2026-03-17T08:20:00+03:00';
/** Two minutes show ten hours, a working day. */
const SCALE = 300;
const SEED = 'otklik';
/** What the demo's data were written for. */
const REGION = 'nizhny-novgorod';
/** The operator's own desk and its servers, people and mail: a demo must reach none of them. */
const FOREIGN = [
  'DATABASE_URL',
  'TEMPORAL_ADDRESS',
  'TEMPORAL_NAMESPACE',
  'TEMPORAL_UI_URL',
  'OTKLIK_TASK_QUEUE',
  'OTKLIK_BUILD_ID',
  'OTKLIK_ADMIN_KEY',
  'OTKLIK_AUDIT_KEY',
  'PUBLIC_URL',
  'SMTP_URL',
];

const kept = z.object({
  /** Written by `otklik demo` alone: nothing without it is ever deleted. */
  what: z.literal('otklik demo'),
  clockStart: z.string(),
  scale: z.number(),
  seed: z.string(),
});

export interface DemoHome {
  config: Config;
  environment: Record<string, string>;
  seed: string;
  /** Nothing was there before. */
  isNew: boolean;
}

/**
 * The demo's own data directory: beside that of the desk, never in it.
 * @throws ConfigError when NODE_ENV=production.
 */
export function demoDir(): string {
  const { NODE_ENV, OTKLIK_DATA_DIR } = childEnvironment();
  if (NODE_ENV === 'production') {
    throw new ConfigError('otklik demo: not allowed when NODE_ENV=production');
  }
  return `${resolve(OTKLIK_DATA_DIR || '.otklik')}-demo`;
}

const fileOf = (dir: string): string => join(dir, 'demo.json');

const readKept = async (dir: string) => kept.safeParse(await readJson(fileOf(dir))).data;

/**
 * The demo that lies there, or a new one.
 * @throws ConfigError when it was begun with another scale or seed, or the directory is not a demo's.
 */
export async function openDemoHome(flags: DemoFlags): Promise<DemoHome> {
  const dir = demoDir();
  const before = await readKept(dir);
  await mkdir(dir, { recursive: true });
  if (!before && (await readdir(dir)).length > 0) {
    throw new ConfigError(`${dir} is there and is no demo's: move it away.`);
  }
  if (
    before &&
    ((flags.scale ?? before.scale) !== before.scale || (flags.seed ?? before.seed) !== before.seed)
  ) {
    throw new ConfigError(
      `The demo in ${dir} was begun with --scale ${before.scale} --seed ${before.seed} and keeps them. Begin anew with --fresh.`,
    );
  }
  const now = before ?? {
    what: 'otklik demo' as const,
    clockStart: CLOCK_START,
    scale: flags.scale ?? SCALE,
    seed: flags.seed ?? SEED,
  };
  if (!before) {
    await writeJson(fileOf(dir), now);
  }
  const environment = {
    ...Object.fromEntries(FOREIGN.map((name) => [name, ''])),
    OTKLIK_DATA_DIR: dir,
    OTKLIK_REGION: REGION,
    OTKLIK_CLOCK_START: now.clockStart,
    OTKLIK_TIME_SCALE: String(now.scale),
    HOST: '127.0.0.1',
    PORT: String(flags.port),
  };
  const config = readConfig(childEnvironment(environment));
  return { config, environment, seed: now.seed, isNew: !before };
}

/**
 * Stops the demo of the directory if it runs, and deletes the directory with the database that belongs to it.
 * @returns what was there: `nothing`, or a demo, which `ran` or did not.
 * @throws ConfigError when the directory is not a demo's; Error when it cannot be stopped.
 */
export async function deleteDemo(dir: string): Promise<'nothing' | 'ran' | 'lay'> {
  if (!existsSync(dir)) {
    return 'nothing';
  }
  if (!(await readKept(dir))) {
    throw new ConfigError(`${dir} is no demo's: it is left alone.`);
  }
  const ran = await stopHolder(dir);
  const record = await readRunRecord(dir);
  if (record) {
    await stopRecorded(record);
  }
  await removeCluster(dir);
  // What says that it is a demo goes last: a deletion that was cut off can be done again.
  const entries = (await readdir(dir)).filter((name) => join(dir, name) !== fileOf(dir));
  for (const path of [...entries.map((name) => join(dir, name)), dir]) {
    await rm(path, { recursive: true, force: true, maxRetries: 5 });
  }
  return ran ? 'ran' : 'lay';
}
