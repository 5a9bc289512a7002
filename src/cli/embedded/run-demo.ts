import { createWriteStream } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openPool } from '../../db/pool.js';
import { readLinkSamples, readOverview } from '../../db/overview.js';
import { readAnchor } from '../../db/settings.js';
import { startSimulation, type RunningSimulation } from '../../demo/simulation.js';
import type { Db } from '../../db/pool.js';
import type { DemoFlags } from '../demo.js';
import {
  LiveLines,
  linkLines,
  machineLanguage,
  overviewLines,
  type Language,
} from '../demo-table.js';
import { deleteDemo, demoDir, openDemoHome, type DemoHome } from './demo-home.js';
import { demoMessage } from './demo-message.js';
import { showProgress } from './progress.js';
import type { ReadyDesk } from './ready-message.js';
import { runDesk } from './run-up.js';

/** Beside the usual ones, which the operator's own desk may want. */
const PORTS = { temporal: [7333, 7334, 7335], temporalUi: [8333, 8334, 8335] };
const ZONE = 'Europe/Moscow';
const DAY_MS = 24 * 3_600_000;
const SHOW_EVERY_MS = { terminal: 2_000, elsewhere: 10_000 };

const say = (line: string): void => console.log(line);

/** `otklik demo`. @returns the exit code. */
export async function runDemo(flags: DemoFlags): Promise<number> {
  if (flags.fresh) {
    await removeDemo();
  }
  const home = await openDemoHome(flags);
  const { dataDir } = home.config;
  say(
    home.isNew
      ? `A new demo, in ${dataDir}`
      : `Going on with the demo in ${dataDir}; --fresh begins anew.`,
  );
  return runDesk({
    config: home.config,
    environment: home.environment,
    ports: PORTS,
    work: (desk, _tookMs, signal) => play(home, flags, desk, signal),
  });
}

/** `otklik demo --remove`. @returns the exit code. */
export async function removeDemo(): Promise<number> {
  const dir = demoDir();
  const was = await showProgress(() => 'Stopping and deleting the demo', deleteDemo(dir));
  say(
    was === 'nothing'
      ? `No demo in ${dir}.`
      : `The demo in ${dir} is ${was === 'ran' ? 'stopped and ' : ''}deleted.`,
  );
  return 0;
}

/** Lets the people in and shows how the desk stands until the demo is stopped. */
async function play(
  home: DemoHome,
  flags: DemoFlags,
  desk: ReadyDesk,
  signal: AbortSignal,
): Promise<void> {
  const { config, seed } = home;
  const pool = openPool(desk.databaseUrl, 'otklik_api', 2);
  await mkdir(desk.logDir, { recursive: true });
  const log = createWriteStream(join(desk.logDir, 'demo.log'), { flags: 'a' });
  log.on('error', () => undefined);
  let simulation: RunningSimulation | undefined;
  try {
    const anchor = await readAnchor(pool, config);
    const adminKey = (await readFile(desk.key.file ?? '', 'utf8')).trim();
    simulation = await showProgress(
      () => 'Making keys, people and rules of approval',
      startSimulation({
        ...{ anchor, adminKey, seed, signal },
        url: desk.apiUrl,
        dataDir: config.dataDir,
        perDay: flags.messages,
        forever: flags.forever,
        log: (line) => log.write(`${new Date().toISOString()} ${line}\n`),
      }),
    );
    const { watch } = simulation.stage;
    const awayDays = home.isNew ? 0 : Math.floor((watch.now() - anchor.worldStart) / DAY_MS);
    say(demoMessage(desk, { scale: anchor.scale, awayDays, keysFile: 'demo-keys.json' }));
    await showLive(pool, desk, flags.lang ?? machineLanguage(), () => watch.now(), signal);
  } finally {
    await simulation?.stop();
    await pool.end();
    log.end();
  }
}

/** Prints the figures until `signal`; a database that is away for a moment is waited for. */
async function showLive(
  db: Db,
  desk: ReadyDesk,
  language: Language,
  worldNow: () => number,
  signal: AbortSignal,
): Promise<void> {
  const live = new LiveLines();
  const startedMs = Date.now();
  const everyMs = process.stdout.isTTY ? SHOW_EVERY_MS.terminal : SHOW_EVERY_MS.elsewhere;
  while (!signal.aborted) {
    try {
      const now = worldNow();
      const seen = await readOverview(db, now);
      const links = await readLinkSamples(db);
      live.show([
        ...overviewLines(seen, now, { language, zone: ZONE, elapsedMs: Date.now() - startedMs }),
        ...linkLines(links, desk.url, language),
      ]);
    } catch {
      // The watch starts the database again; the figures come back with it.
    }
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
}
