import { bundleWorkflowCode } from '@temporalio/worker';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readConfig } from '../src/config.js';
import { migrate } from '../src/db/migrate.js';
import { BARE_SCHEMA } from './bare-schema.js';
import { startChild, type Child } from './children.js';
import type { Subject } from './desk.js';
import { makeDatabase, type Servers } from './servers.js';

/** Express and the product's own INSERTs, on a database of its own with the product's schema. */
export async function startBareIntake(servers: Servers): Promise<Subject> {
  const { url, owner } = await makeDatabase(servers, 'bare_intake');
  await migrate(url);
  const api = await startChild('bare-intake', [url, String(readConfig({}).OTKLIK_API_POOL)]);
  return {
    name: 'bare',
    port: (api.ready as { port: number }).port,
    prefix: '',
    key: undefined,
    owner,
    startWorker: () => Promise.resolve(),
    stopWorker: () => Promise.resolve(),
    async stop() {
      await api.stop();
      await owner.end();
    },
  };
}

/** The bare counterpart of a whole life, on plain tables in the same cluster, with the product's pool sizes. */
export async function startBare(servers: Servers): Promise<Subject> {
  const { url, owner } = await makeDatabase(servers, 'bare');
  await owner.query(BARE_SCHEMA);
  const { OTKLIK_API_POOL, OTKLIK_WORKER_POOL } = readConfig({});
  const { address } = servers.temporal;
  let api = await startChild('bare-api', [url, String(OTKLIK_API_POOL)]);
  let worker: Child | undefined;
  const subject: Subject = {
    name: 'bare',
    port: (api.ready as { port: number }).port,
    prefix: '',
    key: undefined,
    owner,
    async startWorker() {
      const bundle = await bundleBareWorkflow(servers.dataDir);
      worker ??= await startChild('bare-worker', [
        url,
        String(OTKLIK_WORKER_POOL),
        address,
        bundle,
      ]);
      // From now on intake starts workflows, too.
      await api.stop();
      api = await startChild('bare-api', [url, String(OTKLIK_API_POOL), address]);
      subject.port = (api.ready as { port: number }).port;
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
  return subject;
}

async function bundleBareWorkflow(folder: string): Promise<string> {
  const silent = () => undefined;
  const logger = {
    log: silent,
    trace: silent,
    debug: silent,
    info: silent,
    warn: silent,
    error: silent,
  };
  const workflowsPath = fileURLToPath(new URL('bare-workflow.js', import.meta.url));
  const { code } = await bundleWorkflowCode({ workflowsPath, logger });
  const codePath = join(folder, 'bare-bundle.js');
  await writeFile(codePath, code);
  return codePath;
}
