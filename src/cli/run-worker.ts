import { classifierOf } from '../triage/judge.js';
import { readConfig } from '../config.js';
import { isDatabaseAway, openPool } from '../db/pool.js';
import { RegionCache } from '../db/region-store.js';
import { readAnchor } from '../db/settings.js';
import { importFolder } from '../exchange/run/import-files.js';
import { ImportRunner } from '../exchange/run/import-runner.js';
import { openLog } from '../log.js';
import { Relay } from '../relay/relay.js';
import { AuditRoots } from '../audit/roots.js';
import { openClient } from '../temporal/connect.js';
import {
  ensureSchedules,
  ensureSearchAttributes,
  makeBuildCurrent,
} from '../temporal/prepare-server.js';
import { createWorkers, DEPLOYMENT } from '../temporal/worker.js';
import { WebhookDispatcher } from '../webhooks/dispatcher.js';
import { databaseUrl } from './database-url.js';
import { whenAskedToStop } from './stop-signal.js';
import { untilThere } from './until-there.js';

const isTransport = (error: unknown): boolean =>
  error instanceof Error && error.name === 'TransportError';

/** Runs the worker, the relay and the sending of webhooks until the process is asked to stop. */
export async function runWorker(): Promise<void> {
  const config = readConfig();
  const log = openLog(config, 'worker');
  const pool = openPool(databaseUrl(config), 'otklik_worker', config.OTKLIK_WORKER_POOL);
  const clock = await untilThere('PostgreSQL', log, () => readAnchor(pool, config), isDatabaseAway);
  const region = new RegionCache(pool);
  // Made before the first complaint waits for it.
  classifierOf(await region.current());
  const client = openClient(config);
  const deps = { config, pool, region, client, clock, log };
  const workers = await untilThere('Temporal', log, () => createWorkers(deps), isTransport);
  const relay = new Relay({ ...deps, taskQueue: config.OTKLIK_TASK_QUEUE });
  const webhooks = new WebhookDispatcher(deps);
  const roots = new AuditRoots({ config, pool, log });
  const imports = new ImportRunner(
    { pool, region, clock, folder: await importFolder(config.dataDir) },
    log,
  );
  whenAskedToStop(() => {
    workers.shutdown();
  });
  await ensureSearchAttributes(client);
  await ensureSchedules(client, config.OTKLIK_TASK_QUEUE);
  relay.start();
  webhooks.start();
  roots.start();
  imports.start();
  log.info({ taskQueue: config.OTKLIK_TASK_QUEUE }, 'worker running');
  try {
    const running = workers.run();
    const current =
      config.OTKLIK_BUILD_ID === undefined
        ? undefined
        : makeBuildCurrent(client, DEPLOYMENT, config.OTKLIK_BUILD_ID);
    await Promise.all([running, current]);
  } finally {
    roots.stop();
    await Promise.all([relay.stop(), webhooks.stop(), imports.stop()]);
    await client.connection.close();
    await pool.end();
  }
}
