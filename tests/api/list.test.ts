import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openResourceDesk, type ResourceDesk } from '../support/resource-desk.js';

describe('the list of complaints', () => {
  let desk: ResourceDesk;
  let operator: string;

  beforeAll(async () => {
    desk = await openResourceDesk();
    operator = await desk.keyFor('operator');
  });
  afterAll(async () => {
    await desk.close();
  });

  const list = (query: string, key = operator) => desk.call(key, 'GET', `complaints?${query}`);

  async function pageThrough(query: string, between: () => Promise<void>): Promise<string[]> {
    const seen: string[] = [];
    let cursor = '';
    for (let page = 0; page < 1_000; page += 1) {
      const { status, body } = await list(`${query}${cursor}`);
      expect(status).toBe(200);
      seen.push(...body.items.map((item) => item.id));
      if (body.nextCursor === null) return seen;
      cursor = `&cursor=${encodeURIComponent(body.nextCursor)}`;
      await between();
    }
    throw new Error('the list does not end');
  }

  it('shows each of 1,000 complaints with one receipt time exactly once while others come in (P01)', async () => {
    const at = new Date('2026-03-02T10:00:00.123Z');
    await desk.owner.query(
      `with c as (
         insert into complaints (id, number, source, text_id, received_at, origin, visibility, track_token,
           created_by, event_hash, campaign)
         select gen_random_uuid(), '2026-' || lpad((500000 + n)::text, 6, '0'), 'web', gen_random_uuid(), $1,
           'elsewhere', 'private', 'p01-' || n, 'system', '\\x00', 'p01' from generate_series(1, 1000) n
         returning id, text_id)
       insert into texts (id, complaint_id, kind, body) select text_id, id, 'complaint', 'Яма' from c`,
      [at],
    );
    const { rows } = await desk.owner.query<{ id: string }>(
      `select id from complaints where campaign = 'p01'`,
    );

    for (const sort of ['-receivedAt', 'receivedAt', '-number']) {
      const seen = await pageThrough(`campaign=p01&limit=7&sort=${sort}`, async () => {
        await desk.seed({ receivedAt: at, columns: { campaign: 'p01' } });
      });
      const old = rows.map((row) => row.id);
      expect(seen.filter((id) => old.includes(id)).sort()).toEqual([...old].sort());
      expect(new Set(seen).size).toBe(seen.length);
    }
  }, 120_000);

  it.each(['dueAt', '-dueAt', '-level'])(
    'neither skips nor repeats a complaint while what %s sorts by changes',
    async (sort) => {
      const campaign = `moving${sort}`;
      const ids: string[] = [];
      for (let n = 0; n < 40; n += 1) {
        const dueAt = n % 5 === 0 ? null : new Date(Date.UTC(2026, 3, 1 + (n % 7)));
        const columns = { campaign, status: 'assigned', due_at: dueAt, level: n % 3 };
        ids.push((await desk.seed({ columns })).id);
      }

      const seen = await pageThrough(`campaign=${campaign}&limit=7&sort=${sort}`, async () => {
        await desk.owner.query(
          `update complaints set due_at = '2026-04-01'::timestamptz + random() * interval '9 days',
             level = floor(random() * 5) where campaign = $1`,
          [campaign],
        );
      });

      expect([...seen].sort()).toEqual([...ids].sort());
    },
  );

  it('sorts by number past six digits', async () => {
    const columns = { campaign: 'digits' };
    await desk.seed({ number: '2024-999999', columns });
    await desk.seed({ number: '2024-1000000', columns });
    await desk.seed({ number: '2025-000001', columns });

    const { body } = await list('campaign=digits&sort=number&limit=2');
    const next = await list(`campaign=digits&sort=number&limit=2&cursor=${body.nextCursor}`);

    expect([...body.items, ...next.body.items].map((item) => item.number)).toEqual([
      '2024-999999',
      '2024-1000000',
      '2025-000001',
    ]);
    expect(body.total).toBe(3);
    expect(next.body.total).toBe(3);
  });

  it('shows an agency its own, its departments’ and those it co-executes, and nobody else’s', async () => {
    const { agencies } = await desk.view();
    const [own, other, third] = [...agencies.values()].map((agency) => agency.id);
    const campaign = 'scopes';
    const mine = await desk.seed({ columns: { campaign, agency_id: own, status: 'assigned' } });
    const shared = await desk.seed({
      columns: { campaign, agency_id: other, co_executors: [own], status: 'assigned' },
    });
    const foreign = await desk.seed({
      columns: { campaign, agency_id: third, status: 'assigned' },
    });
    const key = await desk.keyFor('agency', own);

    const { body } = await list(`campaign=${campaign}`, key);
    const asked = await list(`campaign=${campaign}&agency=${third}`, key);
    const all = await list(`campaign=${campaign}`, await desk.keyFor('curator'));

    expect(body.items.map((item) => item.id).sort()).toEqual([mine.id, shared.id].sort());
    expect(body.total).toBe(2);
    expect(asked.body.items).toEqual([]);
    expect(all.body.items.map((item) => item.id)).toContain(foreign.id);
    expect((await list('', await desk.keyFor('intake'))).status).toBe(403);
    expect((await list('', await desk.keyFor('analyst'))).status).toBe(403);
    expect((await desk.call(null, 'GET', 'complaints')).status).toBe(401);
  });

  it('takes a complaint out of a later page when it leaves the agency meanwhile', async () => {
    const { agencies } = await desk.view();
    const [own, other] = [...agencies.values()].map((agency) => agency.id);
    const columns = { campaign: 'leaves', agency_id: own, status: 'assigned' };
    for (let n = 0; n < 4; n += 1) await desk.seed({ columns: { ...columns, level: n } });
    const key = await desk.keyFor('agency', own);

    const first = await list('campaign=leaves&sort=-level&limit=2', key);
    await desk.owner.query(`update complaints set agency_id = $1 where campaign = 'leaves'`, [
      other,
    ]);
    const second = await list(
      `campaign=leaves&sort=-level&limit=2&cursor=${first.body.nextCursor}`,
      key,
    );

    expect(first.body.items).toHaveLength(2);
    expect(second.body).toMatchObject({ items: [], nextCursor: null });
  });

  it('filters by every parameter, comma lists and repetitions being alternatives', async () => {
    const { agencies } = await desk.view();
    const agency = [...agencies.values()][3]!;
    const past = new Date('2020-01-01T00:00:00Z');
    const hit = await desk.seed({
      text: 'Скамейка сломана',
      columns: {
        campaign: 'filters',
        status: 'in_progress',
        kind: 'question',
        topic: 'roads.potholes',
        municipality: 'arzamas',
        agency_id: agency.id,
        priority: 'raised',
        level: 2,
        due_at: past,
        source: 'vk',
      },
    });
    await desk.seed({ columns: { campaign: 'filters' } });
    const full =
      `campaign=filters&status=triage,in_progress&status=assigned&agency=${agency.code}&topic=roads.potholes&kind=question` +
      '&municipality=arzamas&source=vk,ok&overdue=true&level=1,2&repeat=false&priority=raised&q=скамейки';

    const { body } = await list(full);

    expect(body).toMatchObject({ total: 1, nextCursor: null });
    expect(body.items[0]).toMatchObject({
      id: hit.id,
      number: hit.number,
      version: 0,
      status: 'in_progress',
      closureReason: null,
      topic: 'roads.potholes',
      agency: { id: agency.id, name: agency.name, code: agency.code },
      dueAt: past.toISOString(),
      overdue: true,
      level: 2,
      preview: 'Скамейка сломана',
      repeat: false,
      highlight: '<mark>Скамейка</mark> сломана',
    });
    expect(typeof body.items[0]?.topicName).toBe('string');
    for (const other of [
      'status=closed',
      'overdue=false',
      'level=3',
      'repeat=true',
      `executor=${hit.id}`,
    ]) {
      const name = other.split('=')[0]!;
      const rest = full.split('&').filter((part) => !part.startsWith(`${name}=`));
      expect((await list([...rest, other].join('&'))).body.total).toBe(0);
    }
  });

  it.each([
    ['status=nowhere', 'status[0]'],
    ['colour=red', 'colour'],
    ['topic=no.such', 'topic'],
    ['agency=nobody', 'agency'],
    ['municipality=atlantis', 'municipality'],
    ['level=99999999999', 'level[0]'],
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['sort=shoe', 'sort'],
    ['sort=relevance', 'sort'],
    ['overdue=perhaps', 'overdue'],
    ['executor=me', 'executor[0]'],
    ['topic=%00', 'topic[0]'],
    ['q=%00', 'q'],
    ['q=a&q=b', 'q'],
    ['cursor=%00', 'cursor'],
    ['cursor=bm90IGEgY3Vyc29y', 'cursor'],
    ['incident=7', 'incident[0]'],
  ])('refuses %s and names the parameter', async (query, path) => {
    const { status, body } = await list(query);

    expect(status).toBe(422);
    expect(body.fields.map((field) => field.path)).toContain(path);
  });

  it('binds a cursor to its query and its caller', async () => {
    for (let n = 0; n < 3; n += 1) await desk.seed({ columns: { campaign: 'bound' } });
    const { body } = await list('campaign=bound&limit=1');
    const made = Buffer.from(JSON.stringify({ d: 'x'.repeat(16), k: {} })).toString('base64url');

    expect((await list(`campaign=bound&limit=2&cursor=${body.nextCursor}`)).status).toBe(200);
    expect((await list(`campaign=other&limit=1&cursor=${body.nextCursor}`)).status).toBe(422);
    expect(
      (await list(`campaign=bound&cursor=${body.nextCursor}`, await desk.keyFor('curator'))).status,
    ).toBe(422);
    expect((await list(`campaign=bound&cursor=${made}`)).status).toBe(422);
  });

  it('says that a snapshot has expired instead of ending the list early', async () => {
    for (let n = 0; n < 3; n += 1) await desk.seed({ columns: { campaign: 'expired' } });
    const { body } = await list('campaign=expired&limit=1&sort=dueAt');
    await desk.owner.query('update list_snapshots set expires_machine_at = now()');

    const { status } = await list(`campaign=expired&limit=1&sort=dueAt&cursor=${body.nextCursor}`);

    expect(status).toBe(422);
  });

  it('cuts previews between characters as people count them (T05)', async () => {
    const family = '👨‍👩‍👧‍👦';
    await desk.seed({ text: family.repeat(5_000), columns: { campaign: 'emoji' } });

    const { body } = await list('campaign=emoji');

    expect(body.items[0]?.preview).toBe(family.repeat(160));
  });

  it('says that a total over 10,000 is an estimate', async () => {
    await desk.owner.query(
      `insert into complaints (id, number, source, text_id, received_at, origin, visibility, track_token,
         created_by, event_hash, campaign)
       select gen_random_uuid(), '2023-' || lpad(n::text, 6, '0'), 'web', gen_random_uuid(), '2023-01-01',
         'elsewhere', 'private', 'many-' || n, 'system', '\\x00', 'many' from generate_series(1, 12000) n`,
    );
    await desk.owner.query('analyze complaints');

    const first = await list('campaign=many&limit=5');
    const next = await list(`campaign=many&limit=5&cursor=${first.body.nextCursor}`);
    const moving = await list('campaign=many&limit=5&sort=dueAt');

    expect(first.body.totalIsEstimate).toBe(true);
    expect(first.body.total).toBeGreaterThan(10_000);
    expect(next.body.total).toBe(first.body.total);
    expect(moving.body.truncated).toBe(true);
  });

  it('finds complaints close in words, of the same place or topic', async () => {
    const text = 'Во дворе дома 5 по улице Королёва третий день не вывозят мусор';
    const columns = { municipality: 'bor', campaign: 'similar' };
    const one = await desk.seed({ text, columns });
    const near = await desk.seed({ text: text.replace('дома 5', 'дома 7'), columns });
    await desk.seed({ text: 'Нет отопления в детском саду', columns });
    await desk.seed({ text, columns: { municipality: 'arzamas' } });

    const { status, body } = await desk.call(operator, 'GET', `complaints/${one.number}/similar`);

    expect(status).toBe(200);
    expect(body.items.map((item) => item.id)).toEqual([near.id]);
    expect(body.items[0]?.similarity).toBeGreaterThan(0.7);
    const stranger = await desk.keyFor('agency', [...(await desk.view()).agencies.keys()][0]);
    expect((await desk.call(stranger, 'GET', `complaints/${one.id}/similar`)).status).toBe(404);
    expect((await desk.call(operator, 'GET', 'complaints/nothing/similar')).status).toBe(404);
  });
});
