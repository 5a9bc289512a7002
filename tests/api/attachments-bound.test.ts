import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuid } from 'uuid';
import { signedPath } from '../../src/attachments/link.js';
import { verifyAudit } from '../../src/audit/verify.js';
import { secretOf } from '../../src/db/settings.js';
import { message, openApi, until, type TestApi } from '../support/api.js';
import { caseworkOf, type Casework, type Held, type Taken } from '../support/casework.js';
import { PDF, phonePicture, PLACE } from '../support/pictures.js';
import { fetchFile, upload, type Shown, type Tracked } from '../support/uploads.js';

let api: TestApi;
let work: Casework;
let intake: string;
let photo: Buffer;
beforeAll(async () => {
  api = await openApi({}, { worker: true });
  work = caseworkOf(api);
  intake = await api.keyOf('intake');
  photo = await phonePicture('jpeg');
}, 180_000);
afterAll(async () => {
  await api.close();
});

const sent = async (key: string, content = photo, name = 'яма.jpg'): Promise<string> => {
  const { status, body } = await upload(api, content, { key, name });
  expect(status).toBe(201);
  return body.id;
};
const take = (attachments: string[], changes = {}, headers = {}) =>
  api.post('/api/v1/complaints', message({ ...changes, attachments }), { key: intake, headers });
const shown = async (complaint: { id: string }): Promise<Shown> =>
  (await work.read(complaint)) as unknown as Shown;
const tracked = async (complaint: Taken): Promise<Tracked> =>
  (await work.follow(complaint)) as unknown as Tracked;
const tokenOf = (trackingUrl: string): string => trackingUrl.split('/track/')[1] ?? '';
const ids = (files: { id: string }[]): string[] => files.map(({ id }) => id);
const typesOf = async (complaint: { id: string }): Promise<string[]> =>
  (await work.events(complaint)).map(({ type }) => type);
const byKey = (id: string, key: string) =>
  fetchFile(api, `${api.url}/api/v1/attachments/${id}`, { authorization: `Bearer ${key}` });

describe('a complaint with photos', () => {
  it('shows them in their order, to staff with the location hint and to its citizen without', async () => {
    const [first, second] = [await sent(intake), await sent(intake, PDF, 'акт.pdf')];

    const { status, body } = await take([second, first]);
    const complaint = { id: body.id, number: body.number, token: tokenOf(body.trackingUrl) };
    const staff = await shown(complaint);
    const citizen = await tracked(complaint);
    const attached = (await work.events(complaint)).filter(({ type }) => type === 'attached');

    expect(status).toBe(202);
    expect(ids(staff.attachments)).toEqual([second, first]);
    expect(staff.attachments[1]).toMatchObject({
      mediaType: 'image/jpeg',
      name: 'яма.jpg',
      width: 40,
      height: 60,
      locationHint: { lat: expect.closeTo(PLACE.lat, 5), lon: expect.closeTo(PLACE.lon, 5) },
    });
    expect(ids(citizen.attachments)).toEqual([second, first]);
    expect(citizen.attachments[1]).not.toHaveProperty('locationHint');
    expect(citizen.attachments[1]).not.toHaveProperty('uploadedBy');
    expect((await fetchFile(api, citizen.attachments[1]!.url)).status).toBe(200);
    expect(attached.map(({ data }) => data)).toEqual(
      [second, first].map((attachment) => ({ attachment, digest: expect.any(String) })),
    );
  });

  it('may have no words: it waits in triage as one without text', async () => {
    const { status, body } = await take([await sent(intake)], { text: ' ' });

    const complaint = await until(
      () => work.read(body),
      (seen) => seen.status !== 'received',
    );
    const triaged = (await work.events(body)).find(({ type }) => type === 'triaged');

    expect(status).toBe(202);
    expect(complaint).toMatchObject({ status: 'triage', text: '' });
    expect(triaged?.data).toMatchObject({ noText: true });
    expect((await take([], { text: ' ' })).body.fields).toEqual([
      { path: 'text', message: 'must not be empty' },
    ]);
  });

  it('is refused whole, each wrong attachment named, when one is unknown, another’s, bound or named twice', async () => {
    const good = await sent(intake);
    const bound = await sent(intake);
    await take([bound]);
    const foreign = await sent(await api.keyOf('operator'));
    const externalId = `refused-${uuid()}`;
    const headers = { 'idempotency-key': externalId };

    const refused = await take([good, uuid(), 'nonsense', foreign, bound], { externalId }, headers);
    const twice = await take([good, good], { externalId });
    const { rows } = await api.parts.pool.query('select from complaints where external_id = $1', [
      externalId,
    ]);
    const corrected = await take([good], { externalId }, headers);

    expect(refused.status).toBe(422);
    expect(refused.body.fields.map(({ path }) => path)).toEqual(
      [1, 2, 3, 4].map((index) => `attachments[${index}]`),
    );
    expect(twice.body.fields).toEqual([{ path: 'attachments[1]', message: 'is named twice' }]);
    expect(rows).toEqual([]);
    expect(corrected.status).toBe(202);
  });

  it('sent again under its key is the same, with its photo bound once', async () => {
    const photoId = await sent(intake);
    const body = message({ attachments: [photoId] });
    const call = { key: intake, headers: { 'idempotency-key': `again-${photoId}` } };

    const first = await api.post('/api/v1/complaints', body, call);
    const again = await api.post('/api/v1/complaints', body, call);

    expect([first.status, again.status, again.body.id]).toEqual([202, 202, first.body.id]);
    expect((await typesOf(first.body)).filter((type) => type === 'attached')).toHaveLength(1);
  });

  it('takes one upload from two messages at once into one of them only', async () => {
    const photoId = await sent(intake);

    const answers = await Promise.all(Array.from({ length: 6 }, () => take([photoId])));

    expect(answers.map(({ status }) => status).sort()).toEqual([202, 422, 422, 422, 422, 422]);
  });
});

describe('evidence', () => {
  const reply = (held: Held, key: string, body: object) =>
    api.post(work.path(held, '/replies'), { kind: 'final', outcome: 'solved', ...body }, { key });

  it('goes with its reply to staff at once, and to the citizen when it is published', async () => {
    const held = await work.assigned();
    const agency = await api.keyOf('agency', held.agency);
    const evidence = await sent(agency);
    const draft = await sent(agency, PDF, 'акт.pdf');
    const drafted = { text: 'Черновик', submit: false, attachments: [draft] };
    await reply(held, agency, drafted);
    expect((await tracked(held)).answers).toEqual([]);

    const { status } = await reply(held, agency, { text: 'Заделали', attachments: [evidence] });
    await work.closed(held);
    const { replies } = await shown(held);
    const { answers, attachments } = await tracked(held);

    expect(status).toBe(201);
    expect(replies.map((one) => [one.text, ids(one.attachments)])).toEqual([
      ['Черновик', [draft]],
      ['Заделали', [evidence]],
    ]);
    expect(answers.map((one) => ids(one.attachments))).toEqual([[evidence]]);
    expect(attachments).toEqual([]);
    const data = (await work.events(held)).filter(({ type }) => type === 'attached');
    expect(data).toHaveLength(2);
    expect(data[1]?.data).toMatchObject({ attachment: evidence, reply: expect.any(String) });
  });

  it('that is not the answerer’s own makes no reply', async () => {
    const held = await work.assigned();
    const agency = await api.keyOf('agency', held.agency);
    const foreign = await sent(intake);

    const { status, body } = await reply(held, agency, { text: 'Готово', attachments: [foreign] });

    expect([status, body.fields[0]?.path]).toEqual([422, 'attachments[0]']);
    expect((await shown(held)).replies).toEqual([]);
  });
});

describe('a file', () => {
  it('is given to the staff who may see its complaint, before that to its uploader, to nobody else', async () => {
    const held = await work.assigned();
    const own = await api.keyOf('agency', held.agency);
    const other = await api.keyOf('agency', 'adm-arzamas');
    const id = await sent(own);
    const body = { kind: 'interim', text: 'Начали', attachments: [id] };

    const unbound = [await byKey(id, own), await byKey(id, other)];
    await api.post(work.path(held, '/replies'), body, { key: own });
    const bound = [
      await byKey(id, own),
      await byKey(id, await api.keyOf('operator')),
      await byKey(id, other),
      await byKey(uuid(), own),
      await byKey('nonsense', own),
      await byKey(id, intake),
    ];

    expect(unbound.map(({ status }) => status)).toEqual([200, 404]);
    expect(bound.map(({ status }) => status)).toEqual([200, 200, 404, 404, 404, 403]);
    expect(bound[0]!.headers.get('cache-control')).toBe('private, no-store');
  });

  it('runs nothing, is called by its own name twice, and may stay in a browser while its link lasts', async () => {
    const { body } = await upload(api, photo, {
      key: intake,
      name: 'Дороги / тротуары "двор".jpg',
    });
    const { status, headers } = await fetchFile(api, body.url);

    expect(status).toBe(200);
    expect(headers.get('content-disposition')).toBe(
      `inline; filename="trotuary-dvor.jpg"; filename*=UTF-8''%20%D1%82%D1%80%D0%BE%D1%82%D1%83%D0%B0%D1%80%D1%8B%20%22%D0%B4%D0%B2%D0%BE%D1%80%22.jpg`.replace(
        "''%20",
        "''",
      ),
    );
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*sandbox/);
    expect(headers.get('cache-control')).toMatch(/^private, max-age=\d{3,4}$/);
    expect(headers.get('x-robots-tag')).toBe('noindex');
  });
});

describe('a signed link', () => {
  it('is worth nothing when a character is changed, and says so when it has expired', async () => {
    const { body } = await upload(api, photo, { key: intake });
    const { pathname, search } = new URL(body.url);
    const other = await sent(intake);
    const secret = await secretOf(api.parts.pool, 'file_links');
    const expired = api.url + signedPath(secret, body.id, Date.now() - 30 * 60_000);
    const page = { accept: 'text/html', 'accept-language': 'ru' };

    const wrong = [
      api.url + pathname,
      api.url + pathname + search.slice(0, -2),
      api.url + pathname + search.replace(/expires=\d/, 'expires=9'),
      api.url + pathname.replace(body.id, other) + search,
      api.url + pathname.replace(body.id, 'nonsense') + search,
    ];
    for (const url of wrong) {
      expect((await fetchFile(api, url)).status).toBe(404);
    }
    const told = await fetchFile(api, expired);
    const toldPeople = await fetchFile(api, expired, page);

    expect(told.status).toBe(410);
    expect(JSON.parse(told.bytes.toString())).toMatchObject({ code: 'gone' });
    expect(toldPeople.status).toBe(410);
    expect(toldPeople.headers.get('content-type')).toContain('text/html');
    expect(toldPeople.bytes.toString()).toContain('ссылка устарела');
  });
});

it('leaves every timeline in order', async () => {
  const { dataDir } = api.parts.config;

  const { problems, events } = await verifyAudit(api.parts.pool, { dataDir, auditKey: null });

  expect(problems).toEqual([]);
  expect(events).toBeGreaterThan(40);
});
