import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuid } from 'uuid';
import { verifyAudit } from '../../src/audit/verify.js';
import { openApi, until, type TestApi } from '../support/api.js';
import { caseworkOf, type Casework, type Taken } from '../support/casework.js';
import { PDF, phonePicture } from '../support/pictures.js';
import { upload, type Shown, type Tracked } from '../support/uploads.js';

let api: TestApi;
let work: Casework;
let photo: Buffer;
beforeAll(async () => {
  api = await openApi({}, { worker: true });
  work = caseworkOf(api);
  photo = await phonePicture('jpeg');
}, 180_000);
afterAll(async () => {
  await api.close();
});

const shown = async (complaint: { id: string }): Promise<Shown> =>
  (await work.read(complaint)) as unknown as Shown;
const tracked = async (complaint: Taken): Promise<Tracked> =>
  (await work.follow(complaint)) as unknown as Tracked;
const ids = (files: { id: string }[]): string[] => files.map(({ id }) => id);
const typesOf = async (complaint: { id: string }): Promise<string[]> =>
  (await work.events(complaint)).map(({ type }) => type);
describe('a further word of the citizen', () => {
  const sentBy = ({ token }: Taken, content = photo) =>
    upload(api, content, { path: `/api/v1/track/${token}/attachments`, key: null });
  const write = ({ token }: Taken, body: object) =>
    api.post(`/api/v1/track/${token}/messages`, body, { key: null });

  it('brings its photos along, words or not, and nobody else’s', async () => {
    const [complaint, another] = [await work.assigned(), await work.assigned()];
    const [own, foreign] = [await sentBy(complaint), await sentBy(another)];

    const refused = await write(complaint, { text: 'Вот', attachments: [foreign.body.id] });
    const taken = await write(complaint, { text: '', attachments: [own.body.id] });
    const empty = await write(complaint, { text: '' });
    const { messages } = await tracked(complaint);

    expect(own.status).toBe(201);
    expect(refused.status).toBe(422);
    expect(refused.body.fields[0]?.path).toBe('attachments[0]');
    expect(taken.status).toBe(202);
    expect(empty.status).toBe(422);
    expect(messages.map((one) => [one.text, ids(one.attachments)])).toEqual([['', [own.body.id]]]);
    expect(ids((await shown(complaint)).attachments)).toEqual([own.body.id]);
    await until(
      () => typesOf(complaint),
      (types) => types.includes('citizen_wrote'),
    );
  });

  it('goes by the page’s own form, photo and words together, once', async () => {
    const complaint = await work.assigned();
    const form = async (files: Buffer[], text: string, messageId = uuid()) => {
      const body = new FormData();
      body.append('messageId', messageId);
      body.append('text', text);
      files.forEach((file, index) => {
        body.append('file', new Blob([new Uint8Array(file)]), `${index}.jpg`);
      });
      return fetch(`${api.url}/track/${complaint.token}/messages?lang=ru`, {
        method: 'POST',
        body,
        redirect: 'manual',
      });
    };

    const id = uuid();
    const first = await form([photo, PDF], 'Смотрите', id);
    const again = await form([photo, PDF], 'Смотрите', id);
    const wrong = await form([Buffer.from('no picture')], 'Ещё');
    const tooMany = await form(
      Array.from({ length: 6 }, () => PDF),
      'Ещё',
    );
    const { messages } = await tracked(complaint);
    const page = await (await fetch(`${api.url}/track/${complaint.token}?lang=ru`)).text();

    expect([first.status, again.status, wrong.status, tooMany.status]).toEqual([
      303, 303, 415, 422,
    ]);
    expect(await wrong.text()).toMatch(/Такой файл приложить нельзя[^]*>Ещё</);
    expect(messages.map((one) => one.text)).toEqual(['Смотрите']);
    expect(messages[0]!.attachments.map(({ mediaType }) => mediaType)).toEqual([
      'image/jpeg',
      'application/pdf',
    ]);
    expect(page).toMatch(/<img src="\/files\/[^"]+signature=[^"]+" alt="Фото 1" title="0.jpg"/);
    expect(page).toContain('<bdi>1.jpg</bdi>');
  });

  it('cannot fill the disk: a complaint takes twenty files from its citizen', async () => {
    const complaint = await work.taken();
    await api.parts.pool.query(
      `insert into attachments (id, complaint_id, media_type, bytes, uploaded_by, created_at)
       select gen_random_uuid(), $1, 'application/pdf', 1, 'citizen', now() from generate_series(1, 19)`,
      [complaint.id],
    );

    const last = await sentBy(complaint, PDF);
    const more = await sentBy(complaint, PDF);

    expect([last.status, more.status]).toEqual([201, 422]);
    expect(more.body.fields[0]?.message).toContain('at most 20');
  });

  it('on a complaint that was merged shows its photo where the word went, and still to its sender', async () => {
    const [main, second] = [await work.assigned(), await work.assigned()];
    await api.post(work.path(second, '/merge'), { into: main.id });
    await until(
      () => work.read(second),
      (seen) => seen.status === 'closed',
    );
    const { body } = await sentBy(second);

    await write(second, { text: 'Ещё фото', attachments: [body.id] });
    const there = await until(
      () => shown(main),
      (seen) => seen.attachments.length > 0,
    );

    expect(ids(there.attachments)).toEqual([body.id]);
    expect((await tracked(second)).messages.map((one) => ids(one.attachments))).toEqual([
      [body.id],
    ]);
    expect((await tracked(main)).attachments).toEqual([]);
  });

  it('too late to reopen takes its photo to the new complaint that it makes', async () => {
    const complaint = await work.answered();
    const { pool } = api.parts;
    await pool.query(
      `update complaints set closed_at = closed_at - interval '16 days' where id = $1`,
      [complaint.id],
    );
    const { body } = await sentBy(complaint);

    await write(complaint, { text: 'Снова яма', attachments: [body.id] });
    const found = await until(
      () =>
        pool.query<{ id: string; number: string; token: string }>(
          'select id, number, track_token as token from complaints where repeat_of = $1',
          [complaint.id],
        ),
      ({ rows }) => rows.length > 0,
    );
    const made = found.rows[0]!;

    expect(ids((await shown(made)).attachments)).toEqual([body.id]);
    expect(ids((await tracked(made)).attachments)).toEqual([body.id]);
    expect(await typesOf(made)).toContain('attached');
    expect((await shown(complaint)).attachments).toEqual([]);
  });

  it('with an unknown token is not read', async () => {
    const unknown = { id: '', number: '', token: 'unknown-unknown-unknown' };

    expect((await sentBy(unknown)).status).toBe(404);
  });
});

it('leaves every timeline in order', async () => {
  const { dataDir } = api.parts.config;

  const { problems, events } = await verifyAudit(api.parts.pool, { dataDir, auditKey: null });

  expect(problems).toEqual([]);
  expect(events).toBeGreaterThan(30);
});
