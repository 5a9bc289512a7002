import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { openApi, until, type Body, type TestApi } from '../support/api.js';
import { caseworkOf, type Casework, type Taken } from '../support/casework.js';

let api: TestApi;
let work: Casework;
const logged: string[] = [];
beforeAll(async () => {
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      logged.push(chunk.toString());
      done();
    },
  });
  api = await openApi({}, { worker: true, log: pino({ level: 'trace' }, stream) });
  work = caseworkOf(api);
}, 180_000);
afterAll(async () => {
  await api.close();
});

const anonymous = { key: null };
const follow = (complaint: Taken): Promise<Body> => work.follow(complaint);
const assigned = (changes = {}): Promise<Taken> => work.assigned(changes);
const answered = (): Promise<Taken> => work.answered();
const send = ({ token }: Taken, verb: string, body: unknown = {}, headers = {}) =>
  api.post(`/api/v1/track/${token}/${verb}`, body, { key: null, headers });
const typesOf = async (complaint: Taken): Promise<string[]> =>
  (await work.events(complaint)).map((event) => event.type);

describe('the private link', () => {
  it('shows answers in the order in which they were given, whichever reached the source first', async () => {
    const complaint = await assigned();
    const { body: interim } = await api.post(`/api/v1/complaints/${complaint.id}/replies`, {
      kind: 'interim',
      text: 'Выезжаем',
    });
    await api.post(`/api/v1/complaints/${complaint.id}/replies`, { kind: 'final', text: 'Готово' });
    await work.closed(complaint);
    await until(
      () => follow(complaint),
      ({ answers }) => answers.length === 2,
    );
    await api.parts.pool.query(
      `update publications set published_at = published_at + interval '1 hour' where reply_id = $1`,
      [interim.replyId],
    );

    const { answers } = await follow(complaint);

    expect(answers).toMatchObject([{ kind: 'interim' }, { kind: 'final' }]);
  });

  it('shows the own words, the answer and what happened in public, and nothing internal', async () => {
    const complaint = await assigned({ text: 'Яма во дворе', author: { name: 'Анна Секретова' } });
    await api.post(`/api/v1/complaints/${complaint.id}/escalate`, { reason: 'Тайная причина' });
    await api.post(`/api/v1/complaints/${complaint.id}/notes`, { text: 'Тайная заметка' });
    await api.post(`/api/v1/complaints/${complaint.id}/replies`, {
      kind: 'final',
      text: 'Заделали',
    });
    await until(
      () => follow(complaint),
      (seen) => seen.status === 'closed',
    );

    const tracked = await follow(complaint);

    expect(tracked).toMatchObject({
      text: 'Яма во дворе',
      status: 'closed',
      closureReason: 'answered',
      answers: [{ text: 'Заделали', kind: 'final', outcome: 'explained' }],
      canRate: true,
      canWithdraw: false,
    });
    const types = tracked.timeline.map((event) => event.type);
    expect(types).toEqual(expect.arrayContaining(['received', 'assigned', 'answered', 'closed']));
    expect(JSON.stringify(tracked)).not.toMatch(/Тайная|escalat|key:/);
  });

  it('is closed by its author, while the table allows it', async () => {
    const complaint = await assigned();

    const first = await send(complaint, 'withdraw');
    const again = await send(complaint, 'withdraw');

    expect([first.status, first.body.closureReason]).toEqual([200, 'withdrawn']);
    expect([again.status, again.body.status]).toEqual([409, 'closed']);
  });

  it('takes a good rating once and leaves the complaint closed', async () => {
    const complaint = await answered();

    const answers = await Promise.all([
      send(complaint, 'rating', { rating: 5, comment: 'Спасибо' }),
      send(complaint, 'rating', { rating: 5, comment: 'Спасибо' }),
    ]);

    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409]);
    expect((await follow(complaint)).status).toBe('closed');
    const { ratings } = (await api.get(`/api/v1/complaints/${complaint.id}`)).body;
    expect(ratings).toMatchObject([{ rating: 5, solved: null, comment: 'Спасибо' }]);
  });

  it.each([{ solved: false }, { rating: 2 }])(
    'takes the complaint up again on %j',
    async (body) => {
      const complaint = await answered();

      const { status, body: rated } = await send(complaint, 'rating', body);
      await until(
        () => follow(complaint),
        (seen) => seen.status === 'assigned',
      );

      expect([status, rated.reopens]).toEqual([201, true]);
      expect(await typesOf(complaint)).toEqual(expect.arrayContaining(['rated', 'reopened']));
    },
  );

  it('refuses a rating of nothing, of an open complaint, and one that comes too late', async () => {
    const open = await assigned();
    const late = await answered();
    await api.parts.pool.query(
      `update complaints set closed_at = closed_at - interval '16 days' where id = $1`,
      [late.id],
    );

    expect((await send(open, 'rating', {})).status).toBe(422);
    expect((await send(open, 'rating', { rating: 6 })).status).toBe(422);
    expect((await send(open, 'rating', { rating: 5 })).status).toBe(409);
    expect((await send(late, 'rating', { rating: 5 })).status).toBe(410);
  });

  it('keeps every word that is sent while the answer is being published', async () => {
    const complaint = await assigned();

    const [, ...words] = await Promise.all([
      api.post(`/api/v1/complaints/${complaint.id}/replies`, { kind: 'final', text: 'Готово' }),
      ...Array.from({ length: 10 }, (_, i) => send(complaint, 'messages', { text: `Слово ${i}` })),
    ]);

    expect(words.map((answer) => answer.status)).toEqual(Array(10).fill(202));
    await until(
      () => typesOf(complaint),
      (types) => types.filter((type) => type === 'citizen_wrote').length === 10,
    );
  });

  it('takes a repeated form under one key once', async () => {
    const complaint = await assigned();
    const headers = { 'idempotency-key': 'word' };

    const first = await send(complaint, 'messages', { text: 'Ещё' }, headers);
    const again = await send(complaint, 'messages', { text: 'Ещё' }, headers);

    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotent-replay')).toBe('true');
    expect((await follow(complaint)).messages).toHaveLength(1);
  });
});

describe('the page behind the link', () => {
  const page = ({ token }: Taken, query = '', headers: Record<string, string> = {}) =>
    api.get(`/track/${token}${query}`, { key: null, headers });
  const submit = ({ token }: Taken, verb: string, fields: Record<string, string>) =>
    api.call(`/track/${token}/${verb}?lang=en`, {
      method: 'POST',
      key: null,
      raw: new URLSearchParams(fields).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });

  it('speaks the language that the reader asks for', async () => {
    const complaint = await assigned();

    const russian = await page(complaint, '', { 'accept-language': 'ru-RU,en;q=0.5' });
    const english = await page(complaint, '', { 'accept-language': 'en-GB' });
    const chosen = await page(complaint, '?lang=en', { 'accept-language': 'ru' });

    expect(russian.text).toContain('<html lang="ru">');
    expect(russian.text).toContain('Ваше обращение');
    expect(english.text).toContain('What you wrote');
    expect(chosen.text).toContain('<html lang="en">');
    expect(russian.headers.get('cache-control')).toBe('no-store');
  });

  it('shows words as words, whatever is in them', async () => {
    const complaint = await assigned({ text: '<script>alert(1)</script> & "кавычки" \u202Eобман' });

    const { text: body } = await page(complaint);

    expect(body).not.toContain('<script');
    expect(body).toContain(
      '<bdi>&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;кавычки&quot; \u202Eобман</bdi>',
    );
  });

  it('works by plain forms and leads back to itself', async () => {
    const complaint = await answered();

    const rated = await submit(complaint, 'rating', { rating: '4', solved: '', comment: '' });
    expect(rated.status).toBe(303);
    expect(rated.headers.get('location')).toBe(`/track/${complaint.token}?lang=en&done=rated`);
    expect((await page(complaint, '?lang=en&done=rated')).text).toContain('Thank you');

    const written = await submit(complaint, 'messages', {
      text: 'Спасибо большое!',
      messageId: 'form-1',
    });
    expect(written.status).toBe(303);
    const empty = await submit(complaint, 'messages', { text: ' ', messageId: 'form-2' });
    expect([empty.status, empty.text.includes('role="alert"')]).toEqual([422, true]);
    const again = await submit(complaint, 'rating', { rating: '4' });
    expect([again.status, again.text.includes('role="alert"')]).toEqual([409, true]);
  });

  it('names every field and every region of the page for those who do not see it', async () => {
    const { text: body } = await page(await answered(), '?lang=en');

    const ids = [...body.matchAll(/<(?:textarea|select)[^>]* id="(\w+)"/g)].map(
      (match) => match[1],
    );
    expect(ids).toEqual(['rating', 'comment', 'text']);
    for (const id of ids) {
      expect(body).toContain(`<label for="${id}">`);
    }
    expect(body.match(/<h1/g)).toHaveLength(1);
    expect(body).toMatch(/<main id="main">/);
    expect(body).toMatch(/:focus-visible\{outline/);
  });

  it('says in words that a link leads nowhere', async () => {
    const { status, text: body } = await api.get(
      '/track/unknown-token-of-some-length?lang=en',
      anonymous,
    );

    expect(status).toBe(404);
    expect(body).toContain('No such complaint');
  });
});

describe('the log', () => {
  it('holds routes, never a token, a text or a query', async () => {
    const complaint = await assigned({
      text: 'Приметные слова жалобы',
      author: { name: 'Приметное Имя' },
    });
    await send(complaint, 'messages', { text: 'Приметное сообщение' });
    await api.get(`/track/${complaint.token}?lang=en&q=примета`, anonymous);
    await api.get(`/api/v1/complaints?q=${encodeURIComponent('приметные')}`);

    const all = logged.join('');
    expect(all).toContain('"route":"/api/v1/track/:token/messages"');
    expect(all).not.toContain(complaint.token);
    expect(all).not.toMatch(/примет|%D0|q=/i);
  });
});
