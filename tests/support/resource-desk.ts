import type { AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import type { Express } from 'express';
import type pg from 'pg';
import pino from 'pino';
import { v7 as uuid } from 'uuid';
import { createApp, type AppDeps } from '../../src/api/app.js';
import type { CommandOutcome } from '../../src/temporal/desk-client.js';
import { openFiles } from '../../src/api/attachments/files.js';
import { readConfig } from '../../src/config.js';
import { insertKey, makeKey, type KeyRole } from '../../src/db/keys-store.js';
import { openPool } from '../../src/db/pool.js';
import { loadRegion } from '../../src/db/region-load.js';
import { RegionCache, type RegionView } from '../../src/db/region-store.js';
import { IDENTITY } from '../../src/domain/world-clock.js';
import { findRegionDir } from '../../src/region/find-region-dir.js';
import { readRegion } from '../../src/region/read-region.js';
import { testDatabase } from './servers.js';

export interface Answer {
  status: number;
  headers: Headers;
  body: Body;
  /** The body as it came. */
  text: string;
}

/** An item of a list, as far as tests look into it by name. */
export interface Item {
  id: string;
  number: string;
  code: string;
  version: number;
  highlight: string;
  preview: string;
  topicName: string;
  when: object;
  similarity: number;
  [member: string]: unknown;
}

/** Whatever the API answers, with the members that tests name; a wrong shape fails their expectations. */
export interface Body extends Item {
  items: Item[];
  total: number;
  nextCursor: string | null;
  key: string;
  detail: string;
  fields: { path: string; message: string }[];
  warnings: string[];
  checks: Record<string, { ok: boolean; detail: string }>;
  dues: Record<string, { at: string }>;
}

/** A complaint's row as a test wants it; the rest is made up. */
export interface SeededComplaint {
  id?: string;
  number?: string;
  text?: string;
  receivedAt?: Date;
  columns?: Record<string, unknown>;
}

/** The HTTP API on a database of its own, without a worker: rows are seeded by SQL as the owner. */
export interface ResourceDesk {
  owner: pg.Pool;
  databaseUrl: string;
  app: Express;
  /** Where it listens, without a slash at the end. */
  url: string;
  view(): Promise<RegionView>;
  /** A desk whose Temporal is away when false. */
  temporal: { up: boolean };
  /** What comes of a command that is sent to a run; there is no worker unless a test says what one does. */
  runs: { carryOut: (commandId: string) => Promise<CommandOutcome> };
  keyFor(role: KeyRole, agencyId?: string): Promise<string>;
  call(
    key: string | null,
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  seed(complaint: SeededComplaint): Promise<{ id: string; number: string }>;
  close(): Promise<void>;
}

export async function openResourceDesk(): Promise<ResourceDesk> {
  const database = await testDatabase();
  const owner = openPool(database.url, null, 10);
  await loadRegion(owner, await readRegion(findRegionDir('nizhny-novgorod')));
  const pool = openPool(database.url, 'otklik_api', 10);
  const temporal = { up: true };
  const runs: ResourceDesk['runs'] = {
    carryOut: () => Promise.reject(new Error('no worker here')),
  };
  const config = readConfig({ NODE_ENV: 'test', OTKLIK_RATE_LIMIT: '0', LOG_LEVEL: 'silent' });
  const deps: AppDeps = {
    config,
    pool,
    region: new RegionCache(pool),
    desk: {
      command: (_complaint, { id }) => runs.carryOut(id),
      ping: () => Promise.resolve(temporal.up),
    },
    anchor: IDENTITY,
    log: pino({ level: process.env.OTKLIK_TEST_LOG ?? 'silent' }),
    files: openFiles(config, pool),
    kickRelay: () => undefined,
  };
  const app = createApp(deps);
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let count = 0;

  return {
    owner,
    databaseUrl: database.url,
    app,
    url: base,
    temporal,
    runs,
    view: () => deps.region.current(),
    async keyFor(role, agencyId) {
      const key = makeKey();
      await insertKey(owner, { key, role, agencyId: agencyId ?? null, label: 'test' });
      return key;
    },
    async call(key, method, path, body, headers = {}) {
      const url = path.startsWith('/') ? `${base}${path}` : `${base}/api/v1/${path}`;
      const answer = await fetch(url, {
        method,
        headers: {
          ...(key === null ? {} : { authorization: `Bearer ${key}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      const isJson = answer.headers.get('content-type')?.includes('json') ?? false;
      return {
        status: answer.status,
        headers: answer.headers,
        body: (isJson ? JSON.parse(text) : text) as Body,
        text,
      };
    },
    async seed({
      id = uuid(),
      number,
      text = 'Яма на дороге',
      receivedAt = new Date(),
      columns = {},
    }) {
      count += 1;
      const row: Record<string, unknown> = {
        id,
        number: number ?? `${receivedAt.getUTCFullYear()}-${String(900_000 + count)}`,
        source: 'web',
        text_id: uuid(),
        received_at: receivedAt,
        origin: 'elsewhere',
        visibility: 'private',
        track_token: uuid(),
        created_by: 'system',
        event_hash: Buffer.alloc(32),
        ...columns,
      };
      const names = Object.keys(row);
      await owner.query(
        `insert into complaints (${names.join(', ')}) values (${names.map((_, i) => `$${i + 1}`).join(', ')})`,
        Object.values(row),
      );
      await owner.query(
        `insert into texts (id, complaint_id, kind, key, body) values ($1, $2, 'complaint', $3, $4)`,
        [row.text_id, id, Buffer.alloc(16), text],
      );
      return { id, number: String(row.number) };
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await pool.end();
      await owner.end();
      await database.drop();
    },
  };
}
