import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { seedCase, seedMany } from '../support/export-desk.js';
import { csvRows, exported, fetchBytes, xlsxRows } from '../support/exported.js';
import { openResourceDesk, type ResourceDesk } from '../support/resource-desk.js';

let desk: ResourceDesk;
let operator: string;

beforeAll(async () => {
  desk = await openResourceDesk();
  operator = await desk.keyFor('operator');
  const admin = await desk.keyFor('admin');
  const topic = { code: 'formula', name: 'Формула', group: 'roads', severity: 1 };
  expect((await desk.call(admin, 'POST', 'topics', topic)).status).toBe(201);
  for (const day of [1, 2, 3]) {
    await desk.seed({
      text: `=calc ${day}`,
      receivedAt: new Date(`2026-01-0${day}T00:00:00Z`),
      columns: { campaign: 'some', topic: 'formula' },
    });
  }
});
afterAll(async () => {
  await desk.close();
});

const only = (campaign: string) => ({ campaign });
const at = (instant: string) => new Date(instant);

describe('who may export what', () => {
  it('names what is wrong with a request', async () => {
    const wrong = async (body: unknown) => {
      const { status, body: answer } = await desk.call(operator, 'POST', 'exports', body);
      return [status, ...(answer.fields ?? []).map((field) => field.path)];
    };
    expect(await wrong({ format: 'pdf', columns: 'all', zone: 'Mars/Base', more: 1 })).toEqual([
      422, 'format', 'columns', 'zone', 'more',
    ]); // prettier-ignore
    expect(await wrong({ format: 'xlsx', separator: ',' })).toEqual([422, 'separator']);
    expect(await wrong({ filter: { status: ['nowhere'], colour: 'red' } })).toEqual([
      422, 'filter.status[0]', 'filter.colour',
    ]); // prettier-ignore
    expect(await wrong({ filter: { topic: 'nothing', agency: ['nobody'] } })).toEqual([
      422, 'filter.agency', 'filter.topic',
    ]); // prettier-ignore
    expect(await wrong({ filter: { from: '12.05.2026' } })).toEqual([422, 'filter.from']);
    expect(await wrong({ filter: { from: '2026-05-12', to: '2026-05-01' } })).toEqual([
      422,
      'filter.to',
    ]);
    expect(await wrong({ filter: 'all' })).toEqual([422, 'filter']);
    expect(await wrong([])).toEqual([422, '']);
  });

  it('is asked for by staff and analysts, never by a source', async () => {
    const intake = await desk.keyFor('intake');
    const answers = await Promise.all(
      [intake, null].map((key) => desk.call(key, 'POST', 'exports', { format: 'csv' })),
    );
    expect(answers.map(({ status }) => status)).toEqual([403, 401]);
    const curator = await desk.keyFor('curator');
    const file = await exported(desk, curator, { format: 'csv', filter: only('some') });
    expect(csvRows(file.text)).toHaveLength(3);
  });

  it('is seen and fetched only by whoever asked for it', async () => {
    const { id } = await exported(desk, operator, { format: 'csv', filter: only('some') });
    const other = await desk.keyFor('operator');
    for (const path of [
      `exports/${id}`,
      `exports/${id}/file`,
      'exports/nothing',
      `exports/${id}x`,
    ]) {
      expect((await desk.call(other, 'GET', path)).status).toBe(404);
    }
    await desk.owner.query(
      `update exports set expires_machine_at = now() - interval '1 s' where id = $1`,
      [id],
    );
    expect((await desk.call(operator, 'GET', `exports/${id}/file`)).status).toBe(404);
  });

  it('is the own complaints for an agency, with those of its departments and those it co-executes', async () => {
    const { agencies } = await desk.view();
    const [mine, other] = [...agencies.values()].filter((agency) => agency.code.startsWith('min'));
    const held = await desk.seed({ columns: { campaign: 'agency', agency_id: mine?.id } });
    const helped = await desk.seed({
      columns: { campaign: 'agency', agency_id: other?.id, co_executors: [mine?.id] },
    });
    await desk.seed({ columns: { campaign: 'agency', agency_id: other?.id } });
    const key = await desk.keyFor('agency', mine?.id);

    const { text } = await exported(desk, key, { format: 'csv', filter: only('agency') });
    const sneaking = await exported(desk, key, {
      format: 'csv',
      filter: { campaign: 'agency', agency: other?.code },
    });

    expect(
      csvRows(text)
        .map((row) => row.Ид)
        .sort(),
    ).toEqual([held.id, helped.id].sort());
    expect(csvRows(sneaking.text).map((row) => row.Ид)).toEqual([helped.id]);
  });

  it('holds no name, contact, address, link or word of anybody for an analyst', async () => {
    const secrets = 'ИмяАвтора ник_автора тайна@example.org секретный-адрес пост-автора ТайныйТекст ТайныйОтвет ТайныйОтзыв внешний-ид СотрудникИванов 56.4242'.split(' '); // prettier-ignore
    const [name, handle, contact, address, url, text, reply, comment, external, worker, lat] =
      secrets;
    const { rows } = await desk.owner.query<{ id: string }>(
      `insert into users (id, name, role, created_at) values (gen_random_uuid(), $1, 'operator', now()) returning id`,
      [worker],
    );
    await seedCase(desk, {
      text: text ?? '',
      receivedAt: at('2026-03-02T10:00:00Z'),
      columns: {
        campaign: 'analyst',
        author_name: name,
        author_handle: handle,
        author_contact: contact,
        address,
        url: `https://vk.example/${url}`,
        external_id: external,
        executor_id: rows[0]?.id,
        lat,
        lon: 44.1,
      },
      replies: [{ text: reply ?? '', publishedAt: at('2026-03-02T11:00:00Z') }],
      rating: { rating: 1, solved: false, comment: comment ?? '', at: at('2026-03-03T00:00:00Z') },
    });
    const analyst = await desk.keyFor('analyst');

    for (const columns of ['plain', 'incident']) {
      const request = { columns, filter: only('analyst') };
      const whole = await exported(desk, operator, { ...request, format: 'csv' });
      const csv = await exported(desk, analyst, { ...request, format: 'csv' });
      const xlsx = await exported(desk, analyst, request);
      const seen = csv.text + JSON.stringify(await xlsxRows(xlsx.bytes));

      const known = secrets.filter((secret) => whole.text.includes(secret));
      expect(known.length).toBeGreaterThanOrEqual(columns === 'plain' ? 11 : 10);
      expect(secrets.filter((secret) => seen.includes(secret))).toEqual([]);
      expect(seen).toContain('2026-03-02 13:00:00');
    }
    const search = await desk.call(analyst, 'POST', 'exports', { filter: { q: 'Тайный' } });
    expect([search.status, search.body.fields[0]?.path]).toEqual([422, 'filter.q']);
  });
});

describe('what an export holds', () => {
  it.each([
    ['campaign=some', { campaign: 'some' }],
    ['status=received,triage&source=web', { status: ['received', 'triage'], source: 'web' }],
    ['level=0&repeat=false&overdue=false', { level: [0], repeat: false, overdue: false }],
    ['topic=formula&q=calc', { topic: ['formula'], q: 'calc' }],
    ['from=2026-01-02&to=2026-01-03', { from: '2026-01-02', to: '2026-01-03' }],
    [
      'from=2026-01-02T00:00:00Z&to=2026-01-03T00:00:00Z',
      { from: '2026-01-02T00:00:00Z', to: '2026-01-03T00:00:00Z' },
    ],
  ])('is what the list shows for the same filter: %s', async (query, filter) => {
    const listed = await desk.call(
      operator,
      'GET',
      `complaints?${query}&limit=100&sort=receivedAt`,
    );
    const { text } = await exported(desk, operator, { format: 'csv', filter });

    expect(listed.body.total).toBeGreaterThan(0);
    expect(csvRows(text).map((row) => row.Ид)).toEqual(listed.body.items.map((item) => item.id));
  });

  it('is what was there when it was asked for, as it is when it is fetched', async () => {
    const first = await desk.seed({ text: 'До', columns: { campaign: 'when' } });
    const asked = await desk.call(operator, 'POST', 'exports', {
      format: 'csv',
      filter: only('when'),
    });
    await desk.seed({
      text: 'После',
      receivedAt: new Date(Date.now() + 60_000),
      columns: { campaign: 'when' },
    });
    await desk.owner.query('update complaints set author_name = $2 where id = $1', [
      first.id,
      'Новое имя',
    ]);

    const url = `${desk.url}/api/v1/exports/${asked.body.id}/file`;
    const { text } = await fetchBytes(url, operator);

    expect(asked.status).toBe(202);
    expect(asked.headers.get('location')).toBe(`/api/v1/exports/${asked.body.id}`);
    expect(asked.body).toMatchObject({ state: 'ready', total: 1, rows: 0 });
    expect(csvRows(text)).toMatchObject([{ Текст: 'До', Автор: 'Новое имя' }]);
  });

  it('is asked for once under one key, and given by the address of the export to who accepts its type', async () => {
    const ask = () =>
      desk.call(operator, 'POST', 'exports', { format: 'csv', filter: only('some') }, {
        'idempotency-key': 'export-1',
      }); // prettier-ignore
    const [one, two] = [await ask(), await ask()];
    const url = `${desk.url}/api/v1/exports/${one.body.id}`;
    const file = await fetchBytes(url, operator, { accept: 'text/csv' });
    const shown = await fetchBytes(url, operator);
    const head = await fetch(`${url}/file`, {
      method: 'HEAD',
      headers: { authorization: `Bearer ${operator}` },
    });

    expect(two.body.id).toBe(one.body.id);
    expect(csvRows(file.text)).toHaveLength(3);
    expect(shown.headers.get('content-type')).toContain('application/json');
    expect(head.headers.get('content-disposition')).toContain('.csv');
  });

  it('is empty but whole when nothing fits', async () => {
    for (const format of ['csv', 'xlsx']) {
      const file = await exported(desk, operator, { format, filter: only('nothing at all') });
      expect(file.status).toBe(200);
      expect(format === 'csv' ? csvRows(file.text) : await xlsxRows(file.bytes)).toEqual([]);
    }
  });
});

describe('a large export', () => {
  it('is sent whole, in order, each complaint once', async () => {
    await seedMany(desk, 'pages', 1_234, 1);
    const { text } = await exported(desk, operator, { format: 'csv', filter: only('pages') });
    const numbers = csvRows(text).map((row) => row.Номер);

    expect(new Set(numbers).size).toBe(1_234);
    expect(csvRows(text).map((row) => row.Поступило)).toEqual(
      csvRows(text).map((row) => row.Поступило).sort(), // prettier-ignore
    );
  });
});
