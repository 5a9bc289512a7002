import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from '../../src/api/app.js';
import { openFiles } from '../../src/api/attachments/files.js';
import { relayKicker } from '../../src/db/outbox.js';
import { insertKey, makeKey, type KeyRole } from '../../src/db/keys-store.js';
import { openPool } from '../../src/db/pool.js';
import { RegionCache } from '../../src/db/region-store.js';
import { openLog } from '../../src/log.js';
import { createDeskClient } from '../../src/temporal/desk-client.js';
import { openParts, type DeskParts } from './desk.js';

/** What an API call gave back. */
export interface Answer<T = Record<string, unknown>> {
  status: number;
  headers: Headers;
  body: T;
}

/** A whole desk on real servers, spoken to over HTTP. */
export interface HttpDesk extends DeskParts {
  baseUrl: string;
  /** A new key of a role; an agency's by its code. */
  keyFor(role: KeyRole, agencyCode?: string): Promise<string>;
  /** Calls `/api/v1${path}` as admin, or with the key given (null: none). */
  call<T = any>(
    method: string,
    path: string,
    body?: unknown,
    options?: { key?: string | null; headers?: Record<string, string> },
  ): Promise<Answer<T>>;
  /** Takes a message in and waits until it is triaged. */
  intake(
    text: string,
    more?: Record<string, unknown>,
  ): Promise<{ id: string; number: string; trackingUrl: string }>;
  /** Polls a complaint until it is as wanted, at most 15 s. */
  until(idOrNumber: string, isSo: (complaint: any) => boolean): Promise<any>;
}

/** Sets a desk up with its API; see `openParts`. */
export async function openDesk(
  env: Record<string, string> = {},
  options: Parameters<typeof openParts>[1] = {},
): Promise<HttpDesk> {
  const parts = await openParts(env, options);
  const { config } = parts;
  const pool = openPool(parts.databaseUrl, 'otklik_api', 20);
  const app = createApp({
    config,
    pool,
    region: new RegionCache(pool),
    desk: createDeskClient(parts.client),
    anchor: parts.clock,
    log: openLog(config, 'api'),
    files: openFiles(config, pool),
    kickRelay: relayKicker(pool),
  });
  const server: Server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const admin = makeKey();
  await insertKey(parts.pool, { key: admin, role: 'admin', agencyId: null, label: 'test' });

  const call: HttpDesk['call'] = async (method, path, body, { key = admin, headers = {} } = {}) => {
    const response = await fetch(`${baseUrl}/api/v1${path}`, {
      method,
      headers: {
        ...(key !== null && { authorization: `Bearer ${key}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    };
  };

  const desk: HttpDesk = {
    ...parts,
    baseUrl,
    call,
    async keyFor(role, agencyCode) {
      const key = makeKey();
      const agency =
        agencyCode === undefined
          ? undefined
          : (await parts.region.current()).agencyByRef(agencyCode);
      await insertKey(parts.pool, {
        key,
        role,
        agencyId: agency?.id ?? null,
        label: `test ${role}`,
      });
      return key;
    },
    async intake(text, more = {}) {
      const { status, body } = await call('POST', '/complaints', { source: 'vk', text, ...more });
      if (status !== 202) {
        throw new Error(`intake answered ${status}: ${JSON.stringify(body)}`);
      }
      await desk.until(body.id, (complaint) => complaint.status !== 'received');
      return body;
    },
    async until(idOrNumber, isSo) {
      const deadline = Date.now() + 15_000;
      for (;;) {
        const { body } = await call('GET', `/complaints/${idOrNumber}`);
        if (isSo(body)) {
          return body;
        }
        if (Date.now() > deadline) {
          throw new Error(`not in time: ${JSON.stringify(body).slice(0, 2_000)}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await pool.end();
      await parts.close();
    },
  };
  return desk;
}
