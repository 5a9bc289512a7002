import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { verifyAudit } from '../../src/audit/verify.js';
import { complaintWorkflowId } from '../../src/temporal/names.js';
import { openDesk, type HttpDesk } from '../support/http-desk.js';
import { POTHOLES } from '../support/life-driver.js';
import { untilHolds } from '../support/until-holds.js';

const NAME = 'Свиристелова Аглая Тихоновна';
const PHONE = '+7 910 555-44-33';
const HANDLE = '@svirist';
/** Whatever of the person could lie anywhere. */
const TRACES = ['вирист', 'svirist', 'глая', 'ихоновн', '9105554433', '555-44-33', 'Кукушкин'];

let desk: HttpDesk;
let admin: string;
beforeAll(async () => {
  desk = await openDesk();
  admin = await desk.keyFor('admin');
}, 60_000);
afterAll(async () => {
  await desk.close();
});

const post = (path: string, body: object, headers = {}) =>
  desk.call('POST', path, body, { key: admin, headers });

/** Every row of every table as text, as a dump of the database would have it. */
async function dump(): Promise<string> {
  const { rows: tables } = await desk.pool.query<{ name: string }>(
    `select quote_ident(tablename) as name from pg_tables where schemaname = 'public'`,
  );
  const contents = await Promise.all(
    tables.map(async ({ name }) => {
      const { rows } = await desk.pool.query<{ row: string }>(
        `select t::text as row from ${name} t`,
      );
      return rows.map(({ row }) => `${name} ${row}`).join('\n');
    }),
  );
  return contents.join('\n');
}

const tracesIn = (text: string): string[] =>
  text.split('\n').filter((line) => TRACES.some((trace) => line.includes(trace)));

const author = { name: NAME, handle: HANDLE, contact: PHONE };

/** A life that leaves the person's data wherever a life can. */
async function plantedLife() {
  const key = { 'idempotency-key': 'planted-1' };
  const text = `${POTHOLES}. Свиристелова, тел. ${PHONE}, ул. Кукушкина, д. 3, кв. 8`;
  const { body: made } = await post(
    '/complaints',
    {
      source: 'vk',
      externalId: 'wall-svirist_1',
      text,
      author,
      url: 'https://vk.com/svirist?w=1',
      address: 'ул. Кукушкина, 3-8',
      location: { lat: 55.4, lon: 43.8 },
    },
    key,
  );
  const { number, trackingUrl } = made;
  await desk.until(number, ({ status }) => status === 'assigned');
  const token = trackingUrl.split('/').at(-1);
  await post(`/complaints/${number}/notes`, { text: `Звонила Аглая Тихоновна, ${PHONE}` });
  await post(`/complaints/${number}/ask`, { text: 'Аглая Тихоновна, где именно яма?' });
  await desk.call(
    'POST',
    `/track/${token}/messages`,
    { text: 'Свиристелова: у дома 3', messageId: 'svirist-2' },
    { key: null },
  );
  await desk.until(number, ({ status }) => status === 'in_progress');
  await post(
    `/complaints/${number}/extend`,
    { until: '2099-01-01T00:00:00Z', reason: 'Аглая Тихоновна просила' },
    { 'idempotency-key': 'planted-2' },
  );
  await post(`/complaints/${number}/replies`, {
    kind: 'final',
    text: 'Уважаемая Аглая Тихоновна! Яму заделали.',
  });
  await desk.until(number, ({ status }) => status === 'closed');
  await desk.call(
    'POST',
    `/track/${token}/rating`,
    { rating: 5, comment: 'Спасибо! Свиристелова' },
    { key: null },
  );
  return { number, token };
}

describe('a person of the desk', () => {
  it('is found by a phone with every complaint and every mention, given out, and erased everywhere', async () => {
    const closed = await plantedLife();
    const open = await desk.intake(`${POTHOLES}, ещё одна`, { author: { contact: '89105554433' } });
    const other = await desk.intake(
      `${POTHOLES}. Спросите соседку Аглаю Свиристелову, ${PHONE}, она покажет`,
    );

    const found = await post('/subjects/search', { contacts: [PHONE] });

    expect(found.status).toBe(200);
    expect(found.body.complaints.map(({ number }: { number: string }) => number)).toEqual([
      closed.number,
      open.number,
    ]);
    expect(found.body.mentions).toMatchObject([
      { kind: 'complaint', complaint: { number: other.number } },
    ]);
    const given = await post('/subjects/export', { contacts: [PHONE] });
    expect(given.body.complaints[0]).toMatchObject({ number: closed.number, author });
    expect(given.body.complaints[0].texts.map(({ kind }: { kind: string }) => kind)).toEqual(
      expect.arrayContaining(['complaint', 'word', 'question', 'reply', 'comment']),
    );

    const erased = await post('/subjects/erase', {
      complaints: found.body.complaints.map(({ id }: { id: string }) => id),
      mentions: found.body.mentions.map(({ id }: { id: string }) => id),
      contacts: [PHONE],
    });

    expect(erased.body).toEqual({
      complaints: [
        { number: closed.number, status: 'closed', withdrawn: false },
        { number: open.number, status: 'closed', withdrawn: true },
      ],
      redacted: 1,
    });
    expect(tracesIn(await dump())).toEqual([]);
    const kept = (await desk.call('GET', `/complaints/${closed.number}`)).body;
    expect(kept).toMatchObject({ number: closed.number, topic: 'roads.potholes', text: null });
    expect((await desk.call('GET', `/complaints/${other.number}`)).body.text).toBe(
      `${POTHOLES}. Спросите соседку [удалено], [удалено], она покажет`,
    );
    const histories = await Promise.all(
      [closed, open, other].map(({ number }) =>
        desk.client.workflow.getHandle(complaintWorkflowId(number)).fetchHistory(),
      ),
    );
    expect(tracesIn(JSON.stringify(histories))).toEqual([]);
    const audit = await verifyAudit(desk.pool, { dataDir: desk.config.dataDir, auditKey: null });
    expect(audit.problems).toEqual([]);
    const { items } = (await desk.call('GET', `/complaints/${closed.number}/timeline`)).body;
    expect(items.at(-1)).toMatchObject({ type: 'erased', data: {} });
    const again = await post('/subjects/search', { contacts: [PHONE], names: [NAME] });
    expect(again.body).toEqual({ complaints: [], mentions: [], truncated: false });
  });

  it('does not come back with the same message, which its source may send again', async () => {
    const message = { source: 'ok', externalId: 'topic-77', text: POTHOLES, author };
    const { number } = await desk.intake(POTHOLES, message);
    await post('/subjects/erase', { complaints: [number] });

    const again = await post('/complaints', message);
    const keyed = await post('/complaints', message, { 'idempotency-key': 'again-1' });

    for (const { status, body } of [again, keyed]) {
      expect([status, body]).toMatchObject([202, { number, duplicate: true }]);
    }
    expect(tracesIn(await dump())).toEqual([]);
  });

  it('is erased at the citizen’s own wish, once confirmed, by the private link', async () => {
    const { number, trackingUrl } = await desk.intake(POTHOLES, {
      author: { name: 'Кукушкин Пётр', contact: 'kukushkin@example.org' },
    });
    const page = trackingUrl.replace(/^.*\/track/, `${desk.baseUrl}/track`);
    const send = (body: Record<string, string>) =>
      fetch(`${page}/erase?lang=ru`, {
        method: 'POST',
        redirect: 'manual',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(body),
      });

    const unconfirmed = await send({});
    expect([unconfirmed.status, await unconfirmed.text()]).toEqual([
      422,
      expect.stringContaining('Отметьте'),
    ]);
    const done = await send({ confirm: 'true' });

    expect(done.status).toBe(303);
    const shown = await (await fetch(`${page}?lang=ru`)).text();
    expect(shown).toContain('Текст удалён');
    expect(shown).not.toContain('Удалить мои данные');
    expect(tracesIn(await dump())).toEqual([]);
    expect((await desk.call('GET', `/complaints/${number}`)).body).toMatchObject({
      status: 'closed',
      closureReason: 'withdrawn',
      author: null,
    });
  });

  it('is not shown by the page of the private link what their own text gave away', async () => {
    const text = `${POTHOLES}. Звоните +7 910 111-22-33, паспорт 2205 123456, кв. 12`;
    const { number, trackingUrl } = await desk.intake(text);
    const token = trackingUrl.split('/').at(-1)!;

    const tracked = (await desk.call('GET', `/track/${token}`, undefined, { key: null })).body;
    const page = await (await fetch(`${desk.baseUrl}/track/${token}?lang=ru`)).text();

    expect(tracked).toMatchObject({
      text: `${POTHOLES}. Звоните [скрыто], паспорт [скрыто], кв. [скрыто]`,
      hidden: true,
    });
    expect(page).toContain('скрыты');
    expect(page).not.toContain('111-22-33');
    expect((await desk.call('GET', `/complaints/${number}`)).body.text).toBe(text);
  });

  it('is left alone by a wrong request, which names what is wrong', async () => {
    const { number } = await desk.intake(POTHOLES);

    const unknown = await post('/subjects/erase', { complaints: [number, '2026-999999999'] });
    const nobody = await post('/subjects/search', {});
    const operator = await desk.keyFor('operator');
    const forbidden = await desk.call(
      'POST',
      '/subjects/search',
      { names: ['а б'] },
      { key: operator },
    );

    expect([unknown.status, unknown.body.fields[0].path]).toEqual([422, 'complaints[1]']);
    expect([nobody.status, nobody.body.fields[0].path]).toEqual([422, 'contacts']);
    expect(forbidden.status).toBe(403);
    expect((await desk.call('GET', `/complaints/${number}`)).body.text).toBe(POTHOLES);
  });

  it('loses their words at once while Temporal or a review keeps the complaint open', async () => {
    const { number } = await desk.intake(POTHOLES, { author });
    await desk.stopWorker();

    const erased = await post('/subjects/erase', { complaints: [number] });

    expect(erased.body.complaints).toEqual([{ number, status: 'assigned', withdrawn: false }]);
    expect(tracesIn(await dump())).toEqual([]);
    await desk.startWorker();
    const closed = await untilHolds(
      async () => (await desk.call('GET', `/complaints/${number}`)).body,
      ({ status }) => status === 'closed',
      30_000,
    );
    expect(closed).toMatchObject({ closureReason: 'withdrawn' });
  }, 60_000);
});
