import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { defaultCacheDir } from '../../src/process-environment.js';
import { preparePostgres } from '../../src/cli/embedded/postgres-home.js';
import { startPostgres } from '../../src/cli/embedded/postgres.js';
import { startTemporal } from '../../src/cli/embedded/temporal-server.js';
import { findTemporalServer, findTestServer } from '../../src/temporal/find-server.js';

const TEMPLATE = 'otklik_template';
const silent = () => undefined;

function runDir(): string {
  const folder = process.env.OTKLIK_TEST_RUN_DIR;
  if (!folder) {
    throw new Error(
      'Run jest with the configuration of this project: its global set-up is missing.',
    );
  }
  return folder;
}

/**
 * Makes a thing once in a run of jest, whichever test file asks first, and lets the others wait for it. What `make`
 * returns is kept as JSON.
 */
async function once<T>(name: string, make: () => Promise<T>): Promise<T> {
  const file = join(runDir(), `${name}.json`);
  const lock = join(runDir(), `${name}.lock`);
  for (;;) {
    if (existsSync(file)) {
      return JSON.parse(await readFile(file, 'utf8')) as T;
    }
    try {
      await mkdir(lock);
    } catch {
      await sleep(50);
      continue;
    }
    try {
      // Between the look and the lock another file may have made it.
      if (!existsSync(file)) {
        await writeFile(`${file}.new`, JSON.stringify(await make()));
        await rename(`${file}.new`, file);
      }
    } finally {
      await rm(lock, { recursive: true, force: true });
    }
  }
}

/** Tells the guard what to stop at the end. `program` is a part of the command line that only this server has. */
async function recordProcess(name: string, pid: number, program: string, stop: string) {
  await writeFile(join(runDir(), `${name}.process.json`), JSON.stringify({ pid, program, stop }));
}

/** The address of database `postgres` of the run's own PostgreSQL, as its superuser. */
function postgresUrl(): Promise<string> {
  return once('postgres-url', async () => {
    const home = await preparePostgres(join(runDir(), 'data'), silent, false);
    const server = await startPostgres({
      home,
      logDir: runDir(),
      ports: [],
      durable: false,
      // SIGQUIT: at once; nothing of it is needed any more.
      onStart: ({ pid }) => recordProcess('postgres', pid, home.cluster, 'SIGQUIT'),
    });
    return server.urlOf('postgres');
  });
}

const databaseUrl = (base: string, name: string): string => {
  const url = new URL(base);
  url.pathname = `/${name}`;
  return url.href;
};

async function execute(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) {
      await client.query(statement);
    }
  } finally {
    await client.end();
  }
}

/** A database without any schema, for tests of migrations. `drop` ends the sessions that are still open in it. */
export async function emptyDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  return createDatabase(await postgresUrl(), '');
}

/**
 * A new database with the product's schema, cloned from a template that is migrated once a run. Roles are shared by the
 * whole cluster. `drop` ends the sessions that are still open in it.
 */
export async function testDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  const base = await postgresUrl();
  await once('template', async () => {
    const { migrate } = await import('../../src/db/migrate.js');
    await execute(base, `drop database if exists ${TEMPLATE}`, `create database ${TEMPLATE}`);
    await migrate(databaseUrl(base, TEMPLATE));
    return {};
  });
  return createDatabase(base, `template ${TEMPLATE}`);
}

async function createDatabase(base: string, source: string) {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await execute(base, `create database ${name} ${source}`);
  return {
    url: databaseUrl(base, name),
    drop: () => execute(base, `drop database if exists ${name} with (force)`),
  };
}

/** The path of the time-skipping test server, for `createTimeSkipping`. */
export function testServerPath(): Promise<string> {
  return once('test-server-path', async () => {
    const found = await findTestServer({ cacheDir: defaultCacheDir(), log: silent });
    return found.path;
  });
}

/**
 * `host:port` of the run's own Temporal dev server, with namespace `default` and the product's search attributes. Every
 * test file must use a task queue name of its own.
 */
export function temporalAddress(): Promise<string> {
  return once('temporal-address', async () => {
    const server = await findTemporalServer({ cacheDir: defaultCacheDir(), log: silent });
    const running = await startTemporal({
      server,
      dataDir: undefined,
      logDir: runDir(),
      namespace: 'default',
      ports: [],
      uiPorts: [],
      headless: true,
      onStart: ({ pid }) => recordProcess('temporal', pid, 'temporal', 'SIGTERM'),
    });
    return running.address;
  });
}

/**
 * The workflow bundle for `Worker.create({ workflowBundle })`: the built one when `npm test` has just built it, else
 * bundled from the sources once a run.
 */
export function workflowBundle(): Promise<{ codePath: string }> {
  return once('workflow-bundle', async () => {
    const built = process.env.OTKLIK_TEST_BUNDLE;
    if (built && existsSync(built)) {
      return { codePath: built };
    }
    const { bundleWorkflowCode } = await import('@temporalio/worker');
    const workflowsPath = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url));
    const logger = {
      log: silent,
      trace: silent,
      debug: silent,
      info: silent,
      warn: silent,
      error: console.error,
    };
    const { code } = await bundleWorkflowCode({ workflowsPath, logger });
    const codePath = join(runDir(), 'workflow-bundle.js');
    await writeFile(codePath, code);
    return { codePath };
  });
}
