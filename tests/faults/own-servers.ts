import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultCacheDir } from '../../src/process-environment.js';
import { ensureDatabase, startPostgres } from '../../src/cli/embedded/postgres.js';
import { preparePostgres } from '../../src/cli/embedded/postgres-home.js';
import type { ProcessMark } from '../../src/cli/embedded/process-mark.js';
import { startTemporal } from '../../src/cli/embedded/temporal-server.js';
import { findTemporalServer } from '../../src/temporal/find-server.js';

const silent = (): void => undefined;

/** A server that a test of faults stops and starts again at the same address, with what it had kept. */
export interface OwnServer {
  /** Where it is reached, running or not. */
  address: string;
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** A folder that goes with the run of jest, and the guard's list of what to end if jest is killed. */
async function place(name: string) {
  const runDir = process.env.OTKLIK_TEST_RUN_DIR!;
  const own = `${name}-${randomBytes(3).toString('hex')}`;
  const dir = join(runDir, own);
  await mkdir(dir);
  return {
    dir,
    record:
      (program: string, stop: string) =>
      ({ pid }: ProcessMark) =>
        writeFile(join(runDir, `${own}.process.json`), JSON.stringify({ pid, program, stop })),
  };
}

/** A Temporal dev server with a database file of its own. */
export async function ownTemporal(): Promise<OwnServer> {
  const { dir, record } = await place('temporal');
  const server = await findTemporalServer({ cacheDir: defaultCacheDir(), log: silent });
  const begin = (keepPort?: number) =>
    startTemporal({
      ...{ server, dataDir: dir, logDir: dir, namespace: 'default', ports: [], uiPorts: [] },
      headless: true,
      onStart: record('temporal', 'SIGTERM'),
      ...(keepPort !== undefined && { keepPort }),
    });
  let running = await begin();
  return {
    address: running.address,
    stop: () => running.stop(),
    async start() {
      running = await begin(running.port);
    },
  };
}

/** A PostgreSQL cluster of its own; `address` is the URL of a database in it, as its superuser. */
export async function ownPostgres(database: string): Promise<OwnServer> {
  const { dir, record } = await place('postgres');
  const home = await preparePostgres(dir, silent, false);
  const begin = (keepPort?: number) =>
    startPostgres({
      ...{ home, logDir: dir, ports: [], durable: true },
      onStart: record(home.cluster, 'SIGQUIT'),
      ...(keepPort !== undefined && { keepPort }),
    });
  let running = await begin();
  await ensureDatabase(running, database);
  return {
    address: running.urlOf(database),
    stop: () => running.stop(),
    async start() {
      running = await begin(running.port);
    },
  };
}
