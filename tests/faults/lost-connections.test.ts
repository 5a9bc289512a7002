import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { inTransaction, isDatabaseAway, openPool } from '../../src/db/pool.js';
import { testDatabase } from '../support/servers.js';

let database: Awaited<ReturnType<typeof testDatabase>>;
let owner: pg.Pool;
let pool: pg.Pool;

beforeAll(async () => {
  database = await testDatabase();
  owner = openPool(database.url, null, 2);
  pool = openPool(database.url, 'otklik_worker', 2);
}, 60_000);
afterAll(async () => {
  await pool.end();
  await owner.end();
  await database.drop();
});

/** Ends a connection from outside, as PostgreSQL does when it is restarted, and waits until it is told here. */
async function cut(client: pg.PoolClient): Promise<void> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  // Not by `once` of node:events, which would listen to errors as well and so hide what is tested.
  const ended = new Promise<void>((resolve) => {
    client.once('end', resolve);
  });
  await owner.query('select pg_terminate_backend($1)', [rows[0]!.pid]);
  await ended;
}

describe('a connection that PostgreSQL ends', () => {
  it('between two queries of a transaction fails the transaction and not the process', async () => {
    let seen: unknown;
    await inTransaction(pool, async (client) => {
      await cut(client);
      await client.query('select 1');
    }).catch((error: unknown) => (seen = error));
    expect(isDatabaseAway(seen)).toBe(true);
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it('while nobody uses it is replaced', async () => {
    const client = await pool.connect();
    const cutting = cut(client);
    client.release();
    await cutting;
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });
});
