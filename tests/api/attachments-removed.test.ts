import { randomBytes } from 'node:crypto';
import { writeFile, utimes } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as uuid } from 'uuid';
import { createApp } from '../../src/api/app.js';
import { openFiles } from '../../src/api/attachments/files.js';
import { DiskStore } from '../../src/attachments/disk-store.js';
import { removeOrphans, tidyAttachments } from '../../src/attachments/tidy.js';
import { verifyAudit } from '../../src/audit/verify.js';
import { openPool } from '../../src/db/pool.js';
import { RegionCache } from '../../src/db/region-store.js';
import { eraseComplaint } from '../../src/subjects/erase.js';
import { openLog } from '../../src/log.js';
import { message, openApi, type TestApi } from '../support/api.js';
import { phonePicture, PDF } from '../support/pictures.js';
import { fetchFile, storedFiles, upload, type UploadAnswer } from '../support/uploads.js';

let api: TestApi;
let intake: string;
let store: DiskStore;
let photo: Buffer;
beforeAll(async () => {
  api = await openApi();
  intake = await api.keyOf('intake');
  store = new DiskStore(api.parts.config.dataDir);
  photo = await phonePicture('jpeg');
}, 180_000);
afterAll(async () => {
  await api.close();
});

const sent = async (): Promise<UploadAnswer['body']> =>
  (await upload(api, photo, { key: intake, name: 'Иванов.jpg' })).body;
const withPhoto = async () => {
  const file = await sent();
  const { body } = await api.post('/api/v1/complaints', message({ attachments: [file.id] }), {
    key: intake,
  });
  return { complaint: body, file };
};
const fileOf = async (id: string): Promise<string | undefined> =>
  (await storedFiles(api)).find((path) => path.endsWith(id));
const rowOf = async (id: string): Promise<Record<string, unknown> | undefined> =>
  (await api.parts.pool.query('select * from attachments where id = $1', [id])).rows[0] as
    Record<string, unknown> | undefined;
const tidy = () => tidyAttachments(api.parts.pool, store, Date.now());

describe('a file on the disk', () => {
  it('is called by its id alone, in folders of the id’s end', async () => {
    const { id } = await sent();

    expect(await fileOf(id)).toBe(join(id.slice(-2), id.slice(-4, -2), id));
  });
});

describe('erasing a complaint', () => {
  it('leaves a row that tells nothing, no file, and a chain that verifies', async () => {
    const { complaint, file } = await withPhoto();
    const before = await api.get(`/api/v1/complaints/${complaint.id}/timeline`);

    const erasing = { actor: 'system', at: Date.now() };
    await eraseComplaint(api.parts.pool, store, complaint.id, erasing);
    await eraseComplaint(api.parts.pool, store, complaint.id, erasing);

    expect(await rowOf(file.id)).toMatchObject({
      complaint_id: complaint.id,
      media_type: 'image/jpeg',
      name: null,
      digest: null,
      key: null,
      lat: null,
      lon: null,
      stored: false,
    });
    expect(await fileOf(file.id)).toBeUndefined();
    expect((await fetchFile(api, file.url)).status).toBe(410);
    const staff = `${api.url}/api/v1/attachments/${file.id}`;
    const operator = { authorization: `Bearer ${await api.keyOf('operator')}` };
    expect((await fetchFile(api, staff, operator)).status).toBe(404);
    const { body } = await api.get(`/api/v1/complaints/${complaint.id}`);
    expect(body).toMatchObject({ attachments: [] });
    const after = await api.get(`/api/v1/complaints/${complaint.id}/timeline`);
    expect(after.body.items.map(({ type }) => type)).toEqual(['received', 'attached', 'erased']);
    expect(after.body.items[1]).toEqual(before.body.items[1]);
    const { dataDir } = api.parts.config;
    expect((await verifyAudit(api.parts.pool, { dataDir, auditKey: null })).problems).toEqual([]);
  });

  it('is finished by the sweep when a crash came between row and file', async () => {
    const { file } = await withPhoto();
    await api.parts.pool.query(
      'update attachments set erased_machine_at = now(), digest = null, key = null where id = $1',
      [file.id],
    );

    expect(await fileOf(file.id)).toBeDefined();
    expect((await tidy()).erased).toBe(1);

    expect(await fileOf(file.id)).toBeUndefined();
    expect((await tidy()).erased).toBe(0);
  });
});

describe('the sweep', () => {
  const age = (id: string, hours: number) =>
    api.parts.pool.query(
      `update attachments set uploaded_machine_at = now() - $2 * interval '1 hour' where id = $1`,
      [id, hours],
    );

  it('removes uploads that nothing bound within a day, and no others', async () => {
    const [old, young, bound] = [await sent(), await sent(), (await withPhoto()).file];
    await age(old.id, 25);
    await age(young.id, 23);
    await age(bound.id, 1_000);

    expect((await tidy()).expired).toBe(1);

    expect([await rowOf(old.id), await fileOf(old.id)]).toEqual([undefined, undefined]);
    expect(await fileOf(young.id)).toBeDefined();
    expect(await fileOf(bound.id)).toBeDefined();
  });

  it('removes files that no row knows once they are a day old, and what was never finished', async () => {
    const known = await sent();
    const orphan = uuid();
    const young = `${uuid().slice(0, -2)}${orphan.slice(-2)}`;
    const yesterday = new Date(Date.now() - 25 * 3_600_000);
    for (const id of [orphan, young]) {
      const path = await store.temporaryPath();
      await writeFile(path, 'bytes');
      await store.put(id, path);
    }
    const unfinished = await store.temporaryPath();
    await writeFile(unfinished, 'half');
    for (const path of [await fileOf(orphan), await fileOf(known.id)]) {
      await utimes(join(api.parts.config.dataDir, 'attachments', path!), yesterday, yesterday);
    }
    await utimes(unfinished, yesterday, yesterday);

    const removed: number[] = [];
    for (const id of [orphan, known.id]) {
      const shard = parseInt(id.slice(-2), 16);
      removed.push(await removeOrphans(api.parts.pool, store, shard, Date.now()));
    }
    const { unfinished: dropped } = await tidy();

    expect(removed[0]).toBe(1);
    expect(await fileOf(orphan)).toBeUndefined();
    expect(await fileOf(young)).toBeDefined();
    expect(await fileOf(known.id)).toBeDefined();
    expect(dropped).toBe(1);
  });
});

describe('when the disk', () => {
  const failing = (code: string) => Object.assign(new Error(`${code}: the disk`), { code });
  let server: Server;
  let url: string;
  let pool: ReturnType<typeof openPool>;
  const broken = { put: undefined as string | undefined, receive: undefined as string | undefined };

  class BrokenStore extends DiskStore {
    override put(id: string, path: string): Promise<void> {
      return broken.put ? Promise.reject(failing(broken.put)) : super.put(id, path);
    }
    override temporaryPath(): Promise<string> {
      return broken.receive ? Promise.reject(failing(broken.receive)) : super.temporaryPath();
    }
  }

  beforeEach(async () => {
    const { config, clock } = api.parts;
    pool = openPool(api.parts.databaseUrl, 'otklik_api', 5);
    const app = createApp({
      config,
      pool,
      region: new RegionCache(pool),
      desk: { command: () => Promise.reject(new Error('none')), ping: () => Promise.resolve(true) },
      anchor: clock,
      log: openLog(config, 'api'),
      files: openFiles(config, pool, new BrokenStore(config.dataDir)),
      kickRelay: () => undefined,
    });
    server = createServer(app);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    Object.assign(broken, { put: undefined, receive: undefined });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await pool.end();
  });

  const counted = async (): Promise<unknown> => [
    (await storedFiles(api)).length,
    (await api.parts.pool.query('select count(*) as count from attachments')).rows,
  ];

  it.each<['put' | 'receive', string, number, string]>([
    ['receive', 'ENOSPC', 507, 'storage_full'],
    ['put', 'ENOSPC', 507, 'storage_full'],
    ['put', 'EDQUOT', 507, 'storage_full'],
    ['put', 'EROFS', 503, 'unavailable'],
  ])(
    'fails to %s with %s, the answer is %i, nothing is left, and the key can be tried again',
    async (step, code, status, problem) => {
      const headers = { 'idempotency-key': randomBytes(8).toString('hex') };
      const before = await counted();
      broken[step] = code;

      const failed = await upload({ url }, PDF, { key: intake, headers });
      const after = await counted();
      broken[step] = undefined;
      const again = await upload({ url }, PDF, { key: intake, headers });

      expect([failed.status, failed.body.code]).toEqual([status, problem]);
      expect(Number(failed.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(after).toEqual(before);
      expect(again.status).toBe(201);
    },
  );
});
