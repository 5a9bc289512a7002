import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import pg from 'pg';
import { defaultCacheDir } from '../src/process-environment.js';
import { preparePostgres } from '../src/cli/embedded/postgres-home.js';
import { startPostgres, type RunningPostgres } from '../src/cli/embedded/postgres.js';
import { startTemporal, type RunningTemporal } from '../src/cli/embedded/temporal-server.js';
import { findTemporalServer } from '../src/temporal/find-server.js';

/** The servers that `npm start` brings along, with its settings, on a data folder that goes at the end. */
export interface Servers {
  postgres: RunningPostgres;
  temporal: RunningTemporal;
  logDir: string;
  dataDir: string;
  /** Stops Temporal; the function it gives back starts it again on the same port and data. */
  stopTemporal(): Promise<() => Promise<void>>;
  stop(): Promise<void>;
}

export async function startServers(log: (line: string) => void): Promise<Servers> {
  const dataDir = await mkdtemp(join(tmpdir(), 'otklik-bench-'));
  // PostgreSQL may have to run as another user, who must be able to enter.
  await chmod(dataDir, 0o755);
  const logDir = join(dataDir, 'logs');
  await mkdir(logDir);
  const home = await preparePostgres(dataDir, () => undefined);
  const postgres = await startPostgres({ home, logDir, ports: [], durable: true });
  const server = await findTemporalServer({ cacheDir: defaultCacheDir(), log });
  const options = {
    server,
    dataDir,
    logDir,
    namespace: 'default',
    ports: [],
    uiPorts: [],
    headless: true,
  };
  const servers: Servers = {
    postgres,
    temporal: await startTemporal(options),
    logDir,
    dataDir,
    async stopTemporal() {
      const { port } = servers.temporal;
      await servers.temporal.stop();
      return async () => {
        servers.temporal = await startTemporal({ ...options, keepPort: port });
      };
    },
    async stop() {
      await servers.temporal.stop();
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
      if (relative(dataDir, home.cluster).startsWith('..')) {
        await rm(dirname(home.cluster), { recursive: true, force: true });
      }
    },
  };
  return servers;
}

/** Makes a database and gives its address and a small pool that acts as its owner. */
export async function makeDatabase(
  { postgres }: Servers,
  name: string,
): Promise<{ url: string; owner: pg.Pool }> {
  const admin = new pg.Client({ connectionString: postgres.urlOf('postgres') });
  await admin.connect();
  await admin.query(`create database ${name}`);
  await admin.end();
  const url = postgres.urlOf(name);
  const owner = new pg.Pool({ connectionString: url, max: 2, application_name: 'bench' });
  owner.on('error', () => undefined);
  return { url, owner };
}
