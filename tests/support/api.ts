import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { v7 as uuid } from 'uuid';
import { startApi, type RunningApi } from '../../src/api/server.js';
import { insertKey, makeKey, type KeyRole } from '../../src/db/keys-store.js';
import { openLog } from '../../src/log.js';
import { openParts, type DeskParts } from './desk.js';

/** An event or an item of a list, as far as tests look into it by name. */
export interface Item {
  id: string;
  seq: number;
  type: string;
  text: string | null;
  data: { text: string | null };
}

interface Clock {
  kind: string;
  skipped: object[];
}

/** Whatever the API answers, with the members that tests name; a wrong shape fails their expectations. */
export interface Body {
  id: string;
  number: string;
  status: string | number;
  version: number;
  closureReason: string | null;
  trackingUrl: string;
  duplicate: boolean;
  code: string;
  fields: { path: string; message: string }[];
  items: Item[];
  total: number;
  nextCursor: string | null;
  text: string;
  author: { name: string };
  postedAt: string;
  replyId: string;
  revision: number;
  extensionId: string;
  child: { id: string };
  reopens: boolean;
  clocks: { paused: boolean; resolveBy: string; details: Clock[] };
  replies: { id: string; text: string }[];
  extensions: object[];
  ratings: object[];
  answers: { revision: number }[];
  messages: object[];
  timeline: Item[];
}

export interface Answer {
  status: number;
  headers: Headers;
  /** Parsed JSON; `{}` for a page. */
  body: Body;
  text: string;
}

export interface Call {
  method?: string;
  /** JSON, unless `raw` is given. */
  body?: unknown;
  raw?: string | Buffer;
  headers?: Record<string, string>;
  /** A key's text; the admin's when left out, none when null. */
  key?: string | null;
}

/** A desk's API on a port of its own, over real servers, with keys to call it. */
export interface TestApi {
  parts: DeskParts;
  running: RunningApi;
  url: string;
  call(path: string, call?: Call): Promise<Answer>;
  post(path: string, body?: unknown, call?: Call): Promise<Answer>;
  get(path: string, call?: Call): Promise<Answer>;
  /** Makes a key of a role and returns its text. */
  keyOf(role: KeyRole, agencyCode?: string): Promise<string>;
  /** Makes a user and returns the id. */
  userOf(role: string, agencyCode?: string): Promise<string>;
  close(): Promise<void>;
}

/** Starts an API; its worker runs only when `worker` is true. */
export async function openApi(
  env: Record<string, string> = {},
  options: { worker?: boolean; log?: Logger } = {},
): Promise<TestApi> {
  const parts = await openParts(env, { worker: options.worker ?? false });
  const running = await startApi(
    { ...parts.config, PORT: 0 },
    options.log ?? openLog(parts.config, 'api'),
  );
  const url = `http://127.0.0.1:${running.port}`;
  const adminKey = makeKey();
  await insertKey(parts.pool, { key: adminKey, role: 'admin', agencyId: null, label: 'test' });

  const call = async (
    path: string,
    { method, body, raw, headers, key }: Call = {},
  ): Promise<Answer> => {
    const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const response = await fetch(`${url}${path}`, {
      method: method ?? 'GET',
      redirect: 'manual',
      headers: {
        ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === null ? {} : { authorization: `Bearer ${key ?? adminKey}` }),
        ...headers,
      },
      ...(sent === undefined ? {} : { body: sent }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    const parsed = (isJson ? JSON.parse(text) : {}) as Body;
    return { status: response.status, headers: response.headers, body: parsed, text };
  };
  const agencyId = async (code: string): Promise<string> => {
    const agency = (await parts.region.current()).agencyByRef(code);
    if (!agency) throw new Error(`no agency ${code}`);
    return agency.id;
  };
  return {
    parts,
    running,
    url,
    call,
    get: (path, options) => call(path, options),
    post: (path, body, options) => call(path, { method: 'POST', body: body ?? {}, ...options }),
    async keyOf(role, agencyCode) {
      const key = makeKey();
      const id = agencyCode === undefined ? null : await agencyId(agencyCode);
      await insertKey(parts.pool, { key, role, agencyId: id, label: `test ${role}` });
      return key;
    },
    async userOf(role, agencyCode) {
      const id = uuid();
      await parts.pool.query(
        `insert into users (id, name, role, agency_id, created_at) values ($1, $2, $3, $4, now())`,
        [id, `Test ${role}`, role, agencyCode === undefined ? null : await agencyId(agencyCode)],
      );
      return id;
    },
    async close() {
      await running.close();
      await parts.close();
    },
  };
}

/** A message as sources send it, with an id of its own. */
export const message = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  source: 'vk',
  externalId: randomBytes(8).toString('hex'),
  text: 'Арзамас, улица Ленина: огромные ямы на дороге, проехать невозможно',
  ...changes,
});

/** Waits until a look shows what is wanted, at most 40 s. */
export async function until<T>(look: () => Promise<T>, wanted: (seen: T) => boolean): Promise<T> {
  const limit = Date.now() + 40_000;
  for (;;) {
    const seen = await look();
    if (wanted(seen)) return seen;
    if (Date.now() > limit) throw new Error(`not seen in time: ${JSON.stringify(seen)}`);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
}
