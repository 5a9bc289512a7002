import { randomBytes, randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type pg from 'pg';
import { readConfig, type Config } from '../../src/config.js';
import { openPool } from '../../src/db/pool.js';
import { loadRegion } from '../../src/db/region-load.js';
import { RegionCache } from '../../src/db/region-store.js';
import { readAnchor } from '../../src/db/settings.js';
import type { WorldAnchor } from '../../src/domain/world-clock.js';
import { importFolder } from '../../src/exchange/run/import-files.js';
import { ImportRunner } from '../../src/exchange/run/import-runner.js';
import { openLog } from '../../src/log.js';
import { findRegionDir } from '../../src/region/find-region-dir.js';
import { readRegion } from '../../src/region/read-region.js';
import { Relay } from '../../src/relay/relay.js';
import { openClient } from '../../src/temporal/connect.js';
import { createWorkers, type DeskWorkers } from '../../src/temporal/worker.js';
import { WebhookDispatcher } from '../../src/webhooks/dispatcher.js';
import type { Timing } from '../../src/webhooks/timing.js';
import { temporalAddress, testDatabase, workflowBundle } from './servers.js';

/** The worker's side of a desk on real servers: a database of its own, a task queue of its own. */
export interface DeskParts {
  config: Config;
  /** Acts as the owner. */
  pool: pg.Pool;
  client: Client;
  region: RegionCache;
  clock: WorldAnchor;
  databaseUrl: string;
  startWorker(): Promise<void>;
  stopWorker(): Promise<void>;
  close(): Promise<void>;
}

/** Sets a desk up; its worker runs unless `worker` is false. `webhooks`: other waits than a production's. */
export async function openParts(
  env: Record<string, string> = {},
  { worker = true, webhooks: timing = {} }: { worker?: boolean; webhooks?: Partial<Timing> } = {},
): Promise<DeskParts> {
  const database = await testDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'otklik-test-'));
  const config = readConfig({
    NODE_ENV: 'test',
    LOG_LEVEL: process.env.OTKLIK_TEST_LOG ?? 'silent',
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: await temporalAddress(),
    OTKLIK_TASK_QUEUE: `t${randomBytes(4).toString('hex')}`,
    OTKLIK_DATA_DIR: dataDir,
    OTKLIK_RATE_LIMIT: '0',
    ...env,
  });
  const pool = openPool(database.url, null, 10);
  await loadRegion(pool, await readRegion(findRegionDir(config.OTKLIK_REGION)));
  // Desks of one run share a Temporal namespace, where a number is a workflow's id.
  await pool.query('select setval($1, $2)', ['complaint_numbers', randomInt(1e6, 1e9)]);
  const clock = await readAnchor(pool, config);
  const log = openLog(config, 'test');
  const client = openClient(config);
  const region = new RegionCache(pool);
  let running:
    | {
        workers: DeskWorkers;
        relay: Relay;
        webhooks: WebhookDispatcher;
        imports: ImportRunner;
        pool: pg.Pool;
        ended: Promise<void>;
      }
    | undefined;

  const parts: DeskParts = {
    config,
    pool,
    client,
    region,
    clock,
    databaseUrl: database.url,
    async startWorker() {
      const workerPool = openPool(database.url, 'otklik_worker', 20);
      const deps = {
        config,
        pool: workerPool,
        // The test's own: once the test has seen a change of the region, the worker has.
        region,
        client,
        clock,
        log,
      };
      const workers = await createWorkers({ ...deps, bundle: await workflowBundle() });
      const relay = new Relay({ ...deps, taskQueue: config.OTKLIK_TASK_QUEUE });
      const webhooks = new WebhookDispatcher(deps, timing);
      const folder = await importFolder(config.dataDir);
      const imports = new ImportRunner({ ...deps, folder }, log);
      relay.start();
      webhooks.start();
      imports.start();
      running = { workers, relay, webhooks, imports, pool: workerPool, ended: workers.run() };
    },
    async stopWorker() {
      if (running !== undefined) {
        const { workers, relay, webhooks, imports, pool: workerPool, ended } = running;
        running = undefined;
        await Promise.all([relay.stop(), webhooks.stop(), imports.stop()]);
        workers.shutdown();
        await ended;
        await workerPool.end();
      }
    },
    async close() {
      await parts.stopWorker();
      await client.connection.close();
      await pool.end();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  if (worker) {
    await parts.startWorker();
  }
  return parts;
}
