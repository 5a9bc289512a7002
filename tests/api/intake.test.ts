import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { message, openApi, type Body, type TestApi } from '../support/api.js';

let api: TestApi;
beforeAll(async () => {
  api = await openApi();
}, 120_000);
afterAll(async () => {
  await api.close();
});

const take = (changes: Record<string, unknown> = {}) =>
  api.post('/api/v1/complaints', message(changes));
const read = async (id: string): Promise<Body> => (await api.get(`/api/v1/complaints/${id}`)).body;
const count = async (sql: string, values: unknown[] = []): Promise<number> =>
  (await api.parts.pool.query<{ n: number }>(`select count(*)::int as n ${sql}`, values)).rows[0]!
    .n;

describe('taking a message in', () => {
  it('makes it durable with its text, first event and start, and answers with a number and a private link', async () => {
    const { status, body } = await take();

    expect(status).toBe(202);
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      number: expect.stringMatching(/^\d{4}-\d{6,}$/),
      status: 'received',
      trackingUrl: expect.stringMatching(/\/track\/[\w-]{22,}$/),
      duplicate: false,
    });
    const { rows } = await api.parts.pool.query(
      'select type, seq, actor, data from events where complaint_id = $1',
      [body.id],
    );
    expect(rows).toEqual([
      { type: 'received', seq: 1, actor: expect.stringMatching(/^key:/), data: expect.anything() },
    ]);
    expect(await count(`from outbox where complaint_id = $1 and kind = 'start'`, [body.id])).toBe(
      1,
    );
  });

  it('makes one complaint of the same message sent twenty times at once', async () => {
    const same = message();

    const answers = await Promise.all(
      Array.from({ length: 20 }, () => api.post('/api/v1/complaints', same)),
    );

    expect(answers.map((answer) => answer.status)).toEqual(Array(20).fill(202));
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
    expect(answers.filter((answer) => !answer.body.duplicate)).toHaveLength(1);
    expect(await count('from complaints where external_id = $1', [same.externalId])).toBe(1);
    expect(await count('from outbox where complaint_id = $1', [answers[0]!.body.id])).toBe(1);
  });

  it('keeps messages without an id of their own apart', async () => {
    const body = { source: 'web', text: 'Не горит фонарь' };

    const [one, two] = await Promise.all([
      api.post('/api/v1/complaints', body),
      api.post('/api/v1/complaints', body),
    ]);

    expect(one.body.id).not.toBe(two.body.id);
  });

  it('keeps emoji, joiners, flags, keycaps and bidi marks as they were written', async () => {
    const text = 'Двор 👨‍👩‍👧‍👦 🇷🇺 1️⃣ потом текст e\u0301 \u202Eabc\u202C \u200D конец';

    const { body } = await take({ text });

    expect((await read(body.id)).text).toBe(text);
  });

  it('removes NUL and control characters from texts and keeps lines', async () => {
    const { status, body } = await take({
      text: 'а\u0000б\u0001в\r\nг\u001f\tд\uFFFE',
      author: { name: 'Анна\u0000 К.' },
    });

    expect(status).toBe(202);
    const complaint = await read(body.id);
    expect(complaint.text).toBe('абв\nг\tд');
    expect(complaint.author.name).toBe('Анна К.');
  });

  it('takes 20,000 characters however many bytes they have, and no more', async () => {
    expect((await take({ text: '🙂'.repeat(20_000) })).status).toBe(202);

    const longer = await take({ text: '🙂'.repeat(20_001) });

    expect(longer.status).toBe(422);
    expect(longer.body.fields).toEqual([
      { path: 'text', message: 'must have at most 20000 characters' },
    ]);
  });

  it.each([
    ['a lone surrogate', { text: 'а\ud800б' }, 'text'],
    ['white space alone', { text: ' \n\u200b ' }, 'text'],
    ['an unknown source', { source: 'pigeon' }, 'source'],
    ['NUL in an id', { externalId: 'a\u0000b' }, 'externalId'],
    ['an unknown member', { colour: 'red' }, 'colour'],
    ['an unknown member inside', { author: { name: 'А', age: 3 } }, 'author.age'],
    ['a contact that is none', { author: { contact: 'нет' } }, 'author.contact'],
    ['a script as address', { url: 'javascript:alert(1)' }, 'url'],
    ['a place off the globe', { location: { lat: 91, lon: 0 } }, 'location.lat'],
    ['an unknown municipality', { municipality: 'Атлантида' }, 'municipality'],
    ['an unknown attachment', { attachments: ['a', 'b'] }, 'attachments[1]'],
    ['a date that is none', { postedAt: 'yesterday' }, 'postedAt'],
    ['a date ahead', { postedAt: new Date(Date.now() + 400_000).toISOString() }, 'postedAt'],
    ['a number for a text', { text: 5 }, 'text'],
  ])('refuses %s and names the field', async (_what, changes, path) => {
    const { status, body, headers } = await take(changes);

    expect(status).toBe(422);
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(body).toMatchObject({ status: 422, code: 'invalid', title: 'Unprocessable Entity' });
    expect(body.fields.map((field: { path: string }) => field.path)).toContain(path);
  });

  it('takes a date up to five minutes ahead and keeps it beside its own', async () => {
    const postedAt = new Date(Date.now() + 240_000).toISOString();

    const { status, body } = await take({ postedAt });

    expect(status).toBe(202);
    expect((await read(body.id)).postedAt).toBe(postedAt);
  });

  it('knows a municipality by code and by name in any case', async () => {
    const { municipalities } = await api.parts.region.current();
    const { code, name } = [...municipalities.values()][0]!;

    for (const municipality of [code, name.toUpperCase(), name.replaceAll('ё', 'е')]) {
      const { body } = await take({ municipality });
      const { rows } = await api.parts.pool.query(
        'select municipality_given from complaints where id = $1',
        [body.id],
      );
      expect(rows).toEqual([{ municipality_given: code }]);
    }
  });

  it('knows the same person by contact on every source and by handle on one', async () => {
    const keyOf = async (changes: Record<string, unknown>): Promise<string | null | undefined> => {
      const { body } = await take(changes);
      const { rows } = await api.parts.pool.query<{ key: string | null }>(
        `select encode(person_key, 'hex') as key from complaints where id = $1`,
        [body.id],
      );
      return rows[0]?.key;
    };

    expect(await keyOf({ source: 'web', author: { contact: '8 (912) 345-67-89' } })).toBe(
      await keyOf({ source: 'phone', author: { contact: '+79123456789' } }),
    );
    expect(await keyOf({ author: { handle: 'Anna' } })).toBe(
      await keyOf({ author: { handle: 'anna' } }),
    );
    expect(await keyOf({ author: { handle: 'anna' } })).not.toBe(
      await keyOf({ source: 'ok', author: { handle: 'anna' } }),
    );
    expect(await keyOf({ author: { name: 'Анна' } })).toBeNull();
  });
});

describe('an Idempotency-Key on intake', () => {
  const send = (key: string, body: unknown) =>
    api.post('/api/v1/complaints', body, { headers: { 'idempotency-key': key } });
  const anonymous = { source: 'web', text: 'Яма' };

  it('makes one complaint of twenty tries at once, each answered the same', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => send('intake-1', anonymous)),
    );

    expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1);
    expect(answers.map((answer) => answer.status)).toEqual(Array(20).fill(202));
    expect(answers.filter((a) => a.headers.get('idempotent-replay') === 'true')).toHaveLength(19);
    expect(answers[0]!.body.duplicate).toBe(false);
  });

  it('is refused with another body', async () => {
    await send('intake-2', anonymous);

    const { status, body } = await send('intake-2', { ...anonymous, text: 'Другая яма' });

    expect(status).toBe(422);
    expect(body.code).toBe('idempotency_mismatch');
  });

  it('answers a duplicate as a duplicate, also the second time', async () => {
    const known = message();
    const first = await api.post('/api/v1/complaints', known);

    const answers = [await send('intake-3', known), await send('intake-3', known)];

    for (const answer of answers) {
      expect(answer.status).toBe(202);
      expect(answer.body).toMatchObject({ id: first.body.id, duplicate: true });
    }
  });

  it('is free again after a body that was refused', async () => {
    expect((await send('intake-4', { source: 'web', text: '' })).status).toBe(422);

    expect((await send('intake-4', anonymous)).status).toBe(202);
  });

  it('must be 1 to 255 visible characters', async () => {
    for (const key of ['x'.repeat(256), 'a b']) {
      const { status, body } = await send(key, anonymous);
      expect([status, body.fields[0]?.path]).toEqual([422, 'Idempotency-Key']);
    }
  });
});
