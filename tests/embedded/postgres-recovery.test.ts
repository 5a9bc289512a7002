import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { PostgresHome } from '../../src/cli/embedded/postgres-home.js';
import { preparePostgres } from '../../src/cli/embedded/postgres-home.js';
import type { RunningPostgres } from '../../src/cli/embedded/postgres.js';
import { ensureDatabase, startPostgres } from '../../src/cli/embedded/postgres.js';
import { isRunning, signalProcess } from '../../src/cli/embedded/process-mark.js';

let dataDir: string;
let home: PostgresHome;
let server: RunningPostgres;
const start = () =>
  startPostgres({ home, logDir: join(dataDir, 'logs'), ports: [], durable: true });

async function query(statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: server.urlOf('desk') });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'otklik-recovery-'));
  await chmod(dataDir, 0o755);
  home = await preparePostgres(dataDir, () => undefined);
  server = await start();
  await ensureDatabase(server, 'desk');
  await query('create table words (word text)');
});

afterAll(async () => {
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
});

describe('the embedded PostgreSQL', () => {
  it('keeps what was committed when it is killed', async () => {
    await query("insert into words values ('committed')");
    signalProcess(server.mark.pid, 'SIGKILL');
    await server.ended;
    server = await start();
    expect(await query('select word from words')).toEqual([{ word: 'committed' }]);
  });

  it('that a killed start left running is stopped by the next start', async () => {
    const leftover = server;
    server = await start();
    expect(await isRunning(leftover.mark)).toBe(false);
    expect(await query('select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('leaves alone a program that now has the number in its stale lock file', async () => {
    const lockFile = join(home.cluster, 'postmaster.pid');
    const lines = (await readFile(lockFile, 'utf8')).split('\n');
    await server.stop();
    await writeFile(lockFile, [String(process.ppid), ...lines.slice(1)].join('\n'));
    server = await start();
    expect(await query('select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('refuses data of another major version with words', async () => {
    const file = join(home.cluster, 'PG_VERSION');
    const version = await readFile(file, 'utf8');
    await writeFile(file, '15\n');
    await expect(preparePostgres(dataDir, () => undefined)).rejects.toThrow(
      /made by PostgreSQL 15, and this is 18/,
    );
    await writeFile(file, version);
  });
});
