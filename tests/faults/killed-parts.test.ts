import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import type pg from 'pg';
import { openPool } from '../../src/db/pool.js';
import {
  AT_REST,
  atOnce,
  brokenTimelines,
  count,
  insist,
  restOf,
  times,
  untilSeen,
} from '../lives/crowd.js';
import { callApi, freePort, otklik, Part } from './own-desk.js';
import { ownPostgres, ownTemporal, type OwnServer } from './own-servers.js';

const isLong = process.env.OTKLIK_TEST_LONG === '1';
const LIVES = isLong ? 1_000 : 60;
const KILLS = isLong ? 50 : 4;
const LIMIT_MS = isLong ? 1_800_000 : 240_000;
const POTHOLES = 'В Арзамасе на улице Ленина огромные ямы на дороге, проехать невозможно';
const KEY = `otk_${randomBytes(24).toString('hex')}`;

let postgres: OwnServer;
let temporal: OwnServer;
let worker: Part;
let api: Part;
let pool: pg.Pool;
let baseUrl: string;
let dataDir: string;

beforeAll(async () => {
  // Nothing to do when `npm test` has just built it.
  execFileSync(
    process.execPath,
    [fileURLToPath(new URL('../../scripts/build.mjs', import.meta.url))],
    { stdio: 'ignore' },
  );
  [postgres, temporal] = await Promise.all([ownPostgres('otklik'), ownTemporal()]);
  dataDir = await mkdtemp(join(tmpdir(), 'otklik-killed-'));
  const port = await freePort();
  baseUrl = `http://127.0.0.1:${port}`;
  const env = {
    ...{ NODE_ENV: 'test', LOG_LEVEL: process.env.OTKLIK_TEST_LOG ?? 'warn', PORT: String(port) },
    ...{
      DATABASE_URL: postgres.address,
      TEMPORAL_ADDRESS: temporal.address,
      OTKLIK_DATA_DIR: dataDir,
    },
    ...{ OTKLIK_ADMIN_KEY: KEY, OTKLIK_RATE_LIMIT: '0' },
  };
  await otklik(env, 'migrate');
  pool = openPool(postgres.address, null, 4);
  worker = new Part('worker', env);
  api = new Part('api', env);
  worker.start();
  api.start();
  await insist(() => callApi(baseUrl, KEY, 'GET', '/topics'));
}, 180_000);

afterAll(async () => {
  await Promise.all([worker?.kill(), api?.kill()]);
  await pool?.end();
  await Promise.all([postgres?.stop(), temporal?.stop()]);
  await rm(dataDir, { recursive: true, force: true });
}, 60_000);

interface Lived {
  id: string;
  number: string;
  reopens: boolean;
}

/** Asks until it is answered, as a client with keys does: what a dead part left open is finished by the next try. */
const call = (key: string | null, path: string, body: object, name: string) =>
  insist(() => callApi(baseUrl, key, 'POST', path, body, name), LIMIT_MS);

async function statusOf(id: string, wanted: string[]): Promise<void> {
  await untilSeen(
    () => insist(() => callApi(baseUrl, KEY, 'GET', `/complaints/${id}`), LIMIT_MS),
    ({ body }) => wanted.includes(body.status as string),
    LIMIT_MS,
  );
}

/** One citizen and one agency; every third citizen is not content with the answer. */
async function live(index: number): Promise<Lived> {
  const taken = await call(
    KEY,
    '/complaints',
    { source: 'vk', externalId: `post-${index}`, text: POTHOLES },
    `take-${index}`,
  );
  expect(taken.status).toBe(202);
  const { id, number, trackingUrl } = taken.body as {
    id: string;
    number: string;
    trackingUrl: string;
  };
  const track = `/track/${trackingUrl.split('/').at(-1)}`;
  await statusOf(id, ['assigned']);
  expect((await call(KEY, `/complaints/${id}/accept`, {}, `accept-${index}`)).status).toBe(200);
  expect((await call(null, `${track}/messages`, { text: 'Дом 5' }, `word-${index}`)).status).toBe(
    202,
  );
  const replied = await call(
    KEY,
    `/complaints/${id}/replies`,
    { kind: 'final', text: 'Ямы заделаны.' },
    `reply-${index}`,
  );
  expect(replied.status).toBe(201);
  await statusOf(id, ['closed']);
  const reopens = index % 3 === 0;
  if (reopens) {
    expect((await call(null, `${track}/rating`, { rating: 1 }, `rate-${index}`)).status).toBe(201);
    await statusOf(id, ['assigned']);
  }
  return { id, number, reopens };
}

/** Ends parts at any moment, and starts them again after a while. */
async function harm(isOver: () => boolean): Promise<number> {
  const kinds = [
    async () => {
      await worker.kill();
      await pause(randomInt(200, 2_000));
      worker.start();
    },
    async () => {
      await api.kill();
      await pause(randomInt(200, 2_000));
      api.start();
    },
    async () => {
      await postgres.stop();
      await pause(randomInt(200, 2_000));
      await postgres.start();
    },
    async () => {
      await temporal.stop();
      await pause(randomInt(200, 2_000));
      await temporal.start();
    },
  ];
  let done = 0;
  while (done < KILLS && !isOver()) {
    await pause(randomInt(1_000, 4_000));
    await kinds[isLong ? randomInt(kinds.length) : done % kinds.length]!();
    done += 1;
  }
  return done;
}

async function runsOf(workflowIds: string[]): Promise<{ running: number; all: number }> {
  const connection = await Connection.connect({ address: temporal.address });
  try {
    let [running, all] = [0, 0];
    const client = new Client({ connection });
    for await (const run of client.workflow.list({ query: `WorkflowType = 'complaint'` })) {
      all += Number(workflowIds.includes(run.workflowId));
      running += Number(run.status.name === 'RUNNING');
    }
    return { running, all };
  } finally {
    await connection.close();
  }
}

describe('when worker, API, PostgreSQL and Temporal are ended while complaints flow', () => {
  it(
    'loses none, doubles none, breaks no timeline, and nobody has to do anything',
    async () => {
      let isOver = false;
      const harmed = harm(() => isOver);
      const lives = await atOnce(times(LIVES), 12, live);
      isOver = true;
      expect(await harmed).toBeGreaterThan(0);

      const rest = await untilSeen(
        () => restOf(pool),
        (seen) => JSON.stringify(seen) === JSON.stringify(AT_REST),
        90_000,
      );
      expect(rest).toEqual(AT_REST);
      expect(new Set(lives.map(({ id }) => id)).size).toBe(LIVES);
      expect(await count(pool, 'complaints')).toBe(LIVES);
      const { rows } = await pool.query<{
        id: string;
        run_no: number;
        status: string;
        types: Record<string, number>;
      }>(
        `select id, run_no, status, (select jsonb_object_agg(type, n) from (
          select type, count(*)::int as n from events where complaint_id = c.id group by type) t) as types
       from complaints c`,
      );
      const odd = rows.filter(({ id, run_no, status, types }) => {
        const { reopens } = lives.find((life) => life.id === id)!;
        const once = [
          'received',
          'triaged',
          'accepted',
          'citizen_wrote',
          'replied',
          'published',
          'closed',
        ];
        return (
          once.some((type) => types[type] !== 1) ||
          (types.reopened ?? 0) !== Number(reopens) ||
          (types.rated ?? 0) !== Number(reopens) ||
          run_no !== 1 + Number(reopens) ||
          status !== (reopens ? 'assigned' : 'closed')
        );
      });
      expect(odd).toEqual([]);
      expect(await count(pool, `publications where state = 'published'`)).toBe(LIVES);
      expect(await count(pool, 'publications')).toBe(LIVES);
      expect(await brokenTimelines(pool, dataDir)).toEqual([]);
      const reopened = lives.filter(({ reopens }) => reopens).length;
      const workflowIds = lives.map(({ number }) => `complaint/${number}`);
      expect(
        await untilSeen(
          () => runsOf(workflowIds),
          ({ all, running }) => all >= LIVES + reopened && running <= reopened,
        ),
      ).toEqual({ all: LIVES + reopened, running: reopened });
    },
    LIMIT_MS,
  );
});
