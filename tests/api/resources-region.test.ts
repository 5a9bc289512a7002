import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openResourceDesk, type Item, type ResourceDesk } from '../support/resource-desk.js';

const PATHS = [
  'agencies',
  'topic-groups',
  'topics',
  'municipalities',
  'routing-rules',
  'sla-policies',
  'calendars',
  'ladders',
];

describe('the data of a region', () => {
  let desk: ResourceDesk;
  let admin: string;
  let operator: string;

  beforeAll(async () => {
    desk = await openResourceDesk();
    admin = await desk.keyFor('admin');
    operator = await desk.keyFor('operator');
  });
  afterAll(async () => {
    await desk.close();
  });

  const revision = async () =>
    (await desk.owner.query<{ revision: number }>('select revision from region_revision')).rows[0]!
      .revision;

  it.each(PATHS)(
    'reads %s as a list and one by one, by id and by code, for every role',
    async (path) => {
      const { status, body } = await desk.call(operator, 'GET', path);
      const item = body.items[0]!;
      const byCode = await desk.call(await desk.keyFor('intake'), 'GET', `${path}/${item.code}`);

      expect(status).toBe(200);
      expect(body.items.length).toBe(body.total);
      expect(byCode.body).toEqual(item);
      expect(byCode.headers.get('etag')).toBe(`"${item.version}"`);
      expect((await desk.call(operator, 'GET', `${path}/${item.id}`)).body).toEqual(item);
      expect((await desk.call(operator, 'GET', `${path}/nothing`)).status).toBe(404);
      expect((await desk.call(operator, 'PATCH', `${path}/${item.id}`, {})).status).toBe(403);
      expect((await desk.call(operator, 'PUT', `${path}/${item.id}`, {})).status).toBe(405);
    },
  );

  it.each(PATHS)('takes an item of %s back as it gave it, as a new version', async (path) => {
    const { body } = await desk.call(admin, 'GET', `${path}?limit=1`);
    const { id, version, ...rest } = body.items[0]!;
    const members: Partial<Item> = rest;
    delete members.retired;
    delete members.code;

    const changed = await desk.call(admin, 'PATCH', `${path}/${id}`, members);

    expect(changed.status).toBe(200);
    expect(changed.body).toEqual({ ...body.items[0], version: version + 1 });
  });

  it('pages a list by its cursor', async () => {
    const all = (await desk.call(operator, 'GET', 'topics?group=roads')).body.items;
    const first = (await desk.call(operator, 'GET', 'topics?group=roads&limit=5')).body;
    const second = (
      await desk.call(operator, 'GET', `topics?group=roads&limit=500&cursor=${first.nextCursor}`)
    ).body;

    expect([...first.items, ...second.items]).toEqual(all);
    expect(second.nextCursor).toBeNull();
  });

  it('makes, changes and retires an agency, each as a version that the region tells of', async () => {
    const before = await revision();
    const body = {
      code: 'test-agency',
      name: 'Проверочное агентство',
      shortName: 'Проверка',
      kind: 'ministry',
    };

    const made = await desk.call(admin, 'POST', 'agencies', body, {
      'idempotency-key': 'agency-1',
    });
    const again = await desk.call(admin, 'POST', 'agencies', body, {
      'idempotency-key': 'agency-1',
    });
    const taken = await desk.call(admin, 'POST', 'agencies', body);
    const stale = await desk.call(
      admin,
      'PATCH',
      'agencies/test-agency',
      { name: 'Б' },
      { 'if-match': '"7"' },
    );
    const changed = await desk.call(
      admin,
      'PATCH',
      'agencies/test-agency',
      { email: 'a@b.ru' },
      { 'if-match': '"1"' },
    );
    const cleared = await desk.call(admin, 'PATCH', 'agencies/test-agency', { email: null });
    const retired = await desk.call(admin, 'DELETE', 'agencies/test-agency');

    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      ...body,
      version: 1,
      approval: { interim: false, final: false },
    });
    expect(again.body).toEqual(made.body);
    expect(taken.status).toBe(409);
    expect(stale.status).toBe(412);
    expect(stale.body.version).toBe(1);
    expect(changed.body).toMatchObject({ version: 2, email: 'a@b.ru', name: body.name });
    expect(cleared.body.email).toBeUndefined();
    expect(retired.status).toBe(204);
    expect(await revision()).toBe(before + 4);
    const { items } = (await desk.call(operator, 'GET', 'agencies')).body;
    expect(items.map((item) => item.code)).not.toContain('test-agency');
    const { rows } = await desk.owner.query(
      `select version, current, retired from region_items where kind = 'agency' and code = 'test-agency' order by version`,
    );
    expect(rows).toEqual([
      { version: 1, current: false, retired: false },
      { version: 2, current: false, retired: false },
      { version: 3, current: false, retired: false },
      { version: 4, current: true, retired: true },
    ]);
    expect((await desk.call(admin, 'POST', 'agencies', body)).body).toMatchObject({
      id: made.body.id,
      version: 5,
    });
  });

  it.each([
    [
      'POST',
      'agencies',
      { code: 'x1', name: 'Х', shortName: 'Х', kind: 'ministry', parent: 'nobody' },
      'parent',
    ],
    ['POST', 'agencies', { code: 'X 1', name: 'Х', shortName: 'Х', kind: 'ministry' }, 'code'],
    [
      'POST',
      'agencies',
      { code: 'x1', name: 'Х', shortName: 'Х', kind: 'ministry', colour: 1 },
      'colour',
    ],
    [
      'POST',
      'topics',
      { code: 'roads.new', group: 'nothing', severity: 2, name: 'Новая' },
      'group',
    ],
    [
      'POST',
      'topics',
      { code: 'roads.new', group: 'roads', severity: 6, name: 'Новая' },
      'severity',
    ],
    [
      'POST',
      'routing-rules',
      { code: 'r1', when: { topics: ['no.such'] }, then: { agency: 'cur' } },
      'when.topics.0',
    ],
    ['POST', 'routing-rules', { code: 'r1', when: {}, then: {} }, 'then'],
    ['POST', 'municipalities', { code: 'm1', name: 'Арзамас', kind: 'город' }, 'name'],
    [
      'PATCH',
      'sla-policies/ordinary',
      { acceptance: { allowanceMs: 0, time: 'working' } },
      'acceptance',
    ],
    [
      'PATCH',
      'sla-policies/ordinary',
      { acceptance: { allowanceMs: 61_000, time: 'working' } },
      'acceptance.allowanceMs',
    ],
    ['PATCH', 'sla-policies/ordinary', { name: null }, 'name'],
    ['PATCH', 'sla-policies/ordinary', { code: 'other' }, 'code'],
  ] as const)(
    'refuses %s %s %j, naming the field, and nothing changes',
    async (method, path, body, field) => {
      const before = await revision();

      const answer = await desk.call(admin, method, path, body);

      expect(answer.status).toBe(422);
      expect(answer.body.fields.map((wrong) => wrong.path)).toContain(field);
      expect(await revision()).toBe(before);
    },
  );

  it('refuses a circle of agencies', async () => {
    await desk.call(admin, 'POST', 'agencies', {
      code: 'c1',
      name: 'К1',
      shortName: 'К1',
      kind: 'ministry',
    });
    await desk.call(admin, 'POST', 'agencies', {
      code: 'c2',
      name: 'К2',
      shortName: 'К2',
      kind: 'ministry',
      parent: 'c1',
    });

    const { status, body } = await desk.call(admin, 'PATCH', 'agencies/c1', { parent: 'c2' });

    expect(status).toBe(422);
    expect(body.detail).toContain('circle');
  });

  it('refuses rules under which a topic has no answerer or a rule is never reached', async () => {
    const rules = (await desk.call(admin, 'GET', 'routing-rules')).body.items;
    const broad = rules.find((rule) => 'groups' in rule.when && !('topics' in rule.when));

    // While a rule for everything stands last, every topic has an answerer.
    expect((await desk.call(admin, 'DELETE', 'routing-rules/everything-else')).status).toBe(204);
    const none = await desk.call(admin, 'DELETE', `routing-rules/${broad?.code}`);
    const all = await desk.call(admin, 'POST', 'routing-rules', {
      code: 'all',
      when: {},
      then: { agency: 'cur' },
    });

    expect(none.status).toBe(422);
    expect(none.body.detail).toContain('answerer');
    expect(all.status).toBe(422);
    expect(all.body.detail).toContain('never be reached');
  });

  it('refuses to retire what others need, and an agency that holds open complaints', async () => {
    const { body } = await desk.call(admin, 'POST', 'agencies', {
      code: 'held',
      name: 'Д',
      shortName: 'Д',
      kind: 'ministry',
    });
    await desk.seed({ columns: { agency_id: body.id, status: 'assigned' } });

    expect((await desk.call(admin, 'DELETE', 'agencies/held')).status).toBe(409);
    expect((await desk.call(admin, 'DELETE', 'calendars/region')).status).toBe(422);
    expect((await desk.call(admin, 'DELETE', 'topic-groups/roads')).status).toBe(422);
  });

  it('puts a new rule where it is asked to stand, moves the others on, and routes by it', async () => {
    const text = 'Огромная яма на дороге в Арзамасе, выбоины на асфальте';
    const before = (await desk.call(operator, 'POST', 'routing-rules/dry-run', { text })).body;
    const codes = async () =>
      (await desk.call(admin, 'GET', 'routing-rules')).body.items.map((rule) => rule.code);
    const old = await codes();

    const made = await desk.call(admin, 'POST', 'routing-rules', {
      code: 'arzamas-holes',
      position: 2,
      when: { topics: [before.topic], municipalities: ['arzamas'] },
      then: { agency: 'cur' },
    });
    const after = (await desk.call(operator, 'POST', 'routing-rules/dry-run', { text })).body;

    expect(made.body).toMatchObject({ version: 1, position: 2 });
    expect(await codes()).toEqual([old[0], 'arzamas-holes', ...old.slice(1)]);
    expect(before.municipality).toBe('arzamas');
    expect(after).toMatchObject({
      rule: { code: 'arzamas-holes', position: 2 },
      agency: { code: 'cur' },
    });
    await desk.call(admin, 'PATCH', 'routing-rules/arzamas-holes', { position: 1 });
    expect((await codes()).slice(0, 2)).toEqual(['arzamas-holes', old[0]]);
    await desk.call(admin, 'PATCH', 'routing-rules/arzamas-holes', { position: 2 });
    expect((await codes()).slice(0, 2)).toEqual([old[0], 'arzamas-holes']);
    await desk.call(admin, 'DELETE', 'routing-rules/arzamas-holes');
    const { rows } = await desk.owner.query<{ place: number }>(
      `select (body ->> 'position')::int as place from region_items
       where kind = 'routing_rule' and current and not retired order by 1`,
    );
    expect(rows.map((row) => row.place)).toEqual(old.map((_: string, i: number) => i + 1));
  });

  it('tries a text out without writing anything', async () => {
    const count = () =>
      desk.owner.query(
        'select (select count(*) from complaints) + (select count(*) from texts) as n',
      );
    const before = (await count()).rows;

    const given = await desk.call(operator, 'POST', 'routing-rules/dry-run', {
      text: 'Пахнет газом в подъезде',
      municipality: 'bor',
      topic: 'roads.potholes',
      source: 'vk',
    });
    const wrong = await desk.call(operator, 'POST', 'routing-rules/dry-run', {
      text: 'А',
      municipality: 'atlantis',
      topic: 'no.such',
    });

    expect(given.status).toBe(200);
    expect(given.body).toMatchObject({
      topic: 'roads.potholes',
      municipality: 'bor',
      priority: 'danger',
      policy: { code: 'danger' },
      triage: false,
    });
    expect(Date.parse(given.body.dues.firstReplyBy!.at) - Date.now()).toBeLessThanOrEqual(
      3_600_000,
    );
    expect(wrong.body.fields.map((field) => field.path)).toEqual(['topic', 'municipality']);
    expect((await count()).rows).toEqual(before);
    expect(
      (
        await desk.call(await desk.keyFor('analyst'), 'POST', 'routing-rules/dry-run', {
          text: 'А',
        })
      ).status,
    ).toBe(403);
  });
});
