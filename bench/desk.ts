import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { lastLines } from '../src/cli/embedded/log-files.js';
import { choosePort } from '../src/cli/embedded/ports.js';
import { runProgram, startProgram } from '../src/cli/embedded/program.js';
import type { RunningServer } from '../src/cli/embedded/running-server.js';
import { makeKey } from '../src/db/keys-store.js';
import { makeDatabase, type Servers } from './servers.js';

/** Something that takes complaints: the product, or the bare counterpart. */
export interface Subject {
  name: string;
  port: number;
  prefix: string;
  key: string | undefined;
  /** Acts as the database's owner. */
  owner: pg.Pool;
  startWorker(): Promise<void>;
  stopWorker(): Promise<void>;
  stop(): Promise<void>;
}

const READY_LIMIT_MS = 30_000;

/** The product as `otklik up` runs it: `otklik migrate`, then the processes `otklik api` and `otklik worker`. */
export async function startDesk(servers: Servers): Promise<Subject & { url: string }> {
  const { url, owner } = await makeDatabase(servers, 'desk');
  const key = makeKey();
  const port = await choosePort([]);
  const environment = {
    DATABASE_URL: url,
    TEMPORAL_ADDRESS: servers.temporal.address,
    OTKLIK_DATA_DIR: servers.dataDir,
    OTKLIK_ADMIN_KEY: key,
    // The limit is a matter of policy: 50 callers with one key would meet it within seconds.
    OTKLIK_RATE_LIMIT: '0',
    PORT: String(port),
  };
  const start = (verb: 'api' | 'worker') =>
    startProgram(verb, environment, servers.logDir, () => Promise.resolve());
  await runProgram(['migrate'], environment);
  const api = await start('api');
  let worker: RunningServer | undefined;
  await untilAnswers(port, api, servers.logDir);
  return {
    name: 'otklik',
    url,
    port,
    prefix: '/api/v1',
    key,
    owner,
    async startWorker() {
      worker ??= await start('worker');
    },
    async stopWorker() {
      await worker?.stop();
      worker = undefined;
    },
    async stop() {
      await worker?.stop();
      await api.stop();
      await owner.end();
    },
  };
}

async function untilAnswers(port: number, api: RunningServer, logDir: string): Promise<void> {
  const untilMs = Date.now() + READY_LIMIT_MS;
  for (;;) {
    try {
      await fetch(`http://127.0.0.1:${port}/healthz`);
      return;
    } catch (error) {
      if (api.hasEnded() || Date.now() > untilMs) {
        const log = await lastLines(join(logDir, 'api.log'));
        throw new Error(`the API did not start:\n${log}`, { cause: error });
      }
      await pause(100);
    }
  }
}
