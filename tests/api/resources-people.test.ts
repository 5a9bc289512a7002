import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuid } from 'uuid';
import { openResourceDesk, type Item, type ResourceDesk } from '../support/resource-desk.js';

describe('keys, people and work', () => {
  let desk: ResourceDesk;
  let admin: string;
  let operator: string;
  let agencies: string[];

  beforeAll(async () => {
    desk = await openResourceDesk();
    admin = await desk.keyFor('admin');
    operator = await desk.keyFor('operator');
    agencies = [...(await desk.view()).agencies.keys()];
  });
  afterAll(async () => {
    await desk.close();
  });

  const makeUser = async (body: object) => (await desk.call(admin, 'POST', 'users', body)).body;

  it('shows a key once, lists it without its secret, and revokes it', async () => {
    const body = { role: 'agency', agency: agencies[0], label: 'Бот' };
    const made = await desk.call(admin, 'POST', 'keys', body, { 'idempotency-key': 'key-1' });
    const again = await desk.call(admin, 'POST', 'keys', body, { 'idempotency-key': 'key-1' });

    expect(made.status).toBe(201);
    expect((await desk.call(made.body.key, 'GET', 'complaints')).status).toBe(200);
    expect(again.body).toMatchObject({ id: made.body.id, prefix: made.body.prefix });
    expect(again.body.key).toBeUndefined();
    const listed = (await desk.call(admin, 'GET', 'keys')).body.items.find(
      (key) => key.id === made.body.id,
    );
    expect(listed).toMatchObject({
      role: 'agency',
      label: 'Бот',
      agency: { id: agencies[0] },
      revokedAt: null,
    });
    expect(JSON.stringify(listed)).not.toContain(made.body.key);
    const kept = await desk.owner.query(
      `select body::text from idempotency_keys where key = 'key-1'`,
    );
    expect(kept.rows[0].body).not.toContain(made.body.key);

    expect((await desk.call(admin, 'DELETE', `keys/${made.body.id}`)).status).toBe(204);
    const { rows } = await desk.owner.query('select revoked_at from api_keys where id = $1', [
      made.body.id,
    ]);
    expect(rows[0].revoked_at).not.toBeNull();
    expect((await desk.call(admin, 'DELETE', `keys/${uuid()}`)).status).toBe(404);
    expect((await desk.call(admin, 'DELETE', 'keys/nothing')).status).toBe(404);
  });

  it.each([
    [{ role: 'agency', label: 'А' }, 'agency'],
    [{ role: 'agency', agency: 'nobody', label: 'А' }, 'agency'],
    [{ role: 'operator', agency: 'cur', label: 'А' }, 'agency'],
    [{ role: 'king', label: 'А' }, 'role'],
    [{ role: 'operator', label: 'А\0' }, 'label'],
  ])('refuses the key %j', async (body, field) => {
    const answer = await desk.call(admin, 'POST', 'keys', body);

    expect(answer.status).toBe(422);
    expect(answer.body.fields[0]?.path).toBe(field);
  });

  it('lets nobody but an admin make keys and people', async () => {
    for (const role of ['intake', 'operator', 'curator', 'analyst'] as const) {
      const key = await desk.keyFor(role);
      expect((await desk.call(key, 'POST', 'keys', {})).status).toBe(403);
      expect((await desk.call(key, 'GET', 'keys')).status).toBe(403);
      expect((await desk.call(key, 'POST', 'users', {})).status).toBe(403);
    }
  });

  it('makes, changes and retires a person; an agency sees its own people', async () => {
    const made = await desk.call(admin, 'POST', 'users', {
      name: 'Иванова А. П.',
      role: 'executor',
      agency: agencies[0],
      email: 'ivanova@example.org',
    });
    const other = await makeUser({ name: 'Чужой', role: 'head', agency: agencies[1] });
    const agency = await desk.keyFor('agency', agencies[0]);

    const changed = await desk.call(admin, 'PATCH', `users/${made.body.id}`, {
      role: 'coordinator',
      email: null,
    });
    const own = (await desk.call(agency, 'GET', 'users')).body;
    const gone = await desk.call(admin, 'DELETE', `users/${made.body.id}`);

    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      name: 'Иванова А. П.',
      active: true,
      agency: { id: agencies[0] },
    });
    expect(changed.body).toMatchObject({ role: 'coordinator', email: null, name: 'Иванова А. П.' });
    expect(own.items.map((user) => user.id)).toEqual([made.body.id]);
    expect((await desk.call(agency, 'GET', `users/${other.id}`)).status).toBe(404);
    expect(gone.status).toBe(204);
    expect((await desk.call(admin, 'GET', `users/${made.body.id}`)).body.active).toBe(false);
  });

  it.each([
    [{ name: 'А', role: 'executor' }, 'agency'],
    [{ name: 'А', role: 'operator', agency: 'cur' }, 'agency'],
    [{ name: 'А', role: 'curator', scope: { topics: ['no.such'] } }, 'scope.topics[0]'],
    [{ name: 'А', role: 'operator', scope: { groups: ['roads'] } }, 'scope.groups'],
    [{ name: 'А', role: 'operator', email: 'nowhere' }, 'email'],
    [{ name: '', role: 'operator' }, 'name'],
  ])('refuses the person %j', async (body, field) => {
    const answer = await desk.call(admin, 'POST', 'users', body);

    expect(answer.status).toBe(422);
    expect(answer.body.fields.map((wrong) => wrong.path)).toContain(field);
  });

  it('takes a chain of deputies and refuses one that comes back (A01)', async () => {
    const [a, b, c] = (await Promise.all(
      ['А', 'Б', 'В'].map((name) => makeUser({ name, role: 'executor', agency: agencies[0] })),
    )) as Item[] as [Item, Item, Item];
    const away = (user: { id: string }, deputy: { id: string }, from: string, to: string) =>
      desk.call(operator, 'POST', 'absences', {
        user: user.id,
        deputy: deputy.id,
        from: `2026-${from}T00:00:00Z`,
        to: `2026-${to}T00:00:00Z`,
      });

    const first = await away(a, b, '03-02', '03-09');
    const second = await away(b, c, '03-04', '03-11');
    const circle = await away(c, a, '03-05', '03-06');
    const apart = await away(c, a, '03-09', '03-10');
    const twice = await away(a, c, '03-08', '03-12');
    const self = await away(a, a, '05-01', '05-02');

    expect([first.status, second.status]).toEqual([201, 201]);
    expect(first.body).toMatchObject({ user: { id: a.id, name: 'А' }, deputy: { id: b.id } });
    expect(circle.status).toBe(422);
    expect(circle.body.fields[0]?.path).toBe('deputy');
    // On the 9th A is back: nobody stands in for themselves.
    expect(apart.status).toBe(201);
    expect(twice.status).toBe(422);
    expect(self.status).toBe(422);
    const listed = (await desk.call(operator, 'GET', `absences?user=${a.id}`)).body;
    expect(listed).toMatchObject({ total: 1, nextCursor: null });
    expect((await desk.call(operator, 'DELETE', `absences/${first.body.id}`)).status).toBe(204);
    expect((await desk.call(operator, 'GET', `absences/${first.body.id}`)).status).toBe(404);
  });

  it('refuses one of two absences that would close a circle when both are made at once', async () => {
    const [a, b] = (await Promise.all(
      ['Г', 'Д'].map((name) => makeUser({ name, role: 'executor', agency: agencies[0] })),
    )) as Item[] as [Item, Item, Item];
    const span = { from: '2026-06-01T00:00:00Z', to: '2026-06-08T00:00:00Z' };

    const statuses = (
      await Promise.all([
        desk.call(operator, 'POST', 'absences', { user: a.id, deputy: b.id, ...span }),
        desk.call(operator, 'POST', 'absences', { user: b.id, deputy: a.id, ...span }),
      ])
    ).map((answer) => answer.status);

    expect(statuses.sort()).toEqual([201, 422]);
  });

  it('lists tasks, the oldest first, and marks one as done once', async () => {
    const complaint = await desk.seed({});
    const ids = [uuid(), uuid(), uuid()];
    for (const [n, id] of ids.entries()) {
      await desk.owner.query(
        `insert into tasks (id, kind, complaint_id, subject, reason, created_at, updated_at)
         values ($1, $2, $3, $4, 'no channel', $5, $5)`,
        [
          id,
          n === 2 ? 'mail' : 'publication',
          complaint.id,
          id,
          new Date(Date.UTC(2026, 1, 3 - n)),
        ],
      );
    }

    const first = (await desk.call(operator, 'GET', 'tasks?state=open&limit=2')).body;
    const second = (
      await desk.call(operator, 'GET', `tasks?state=open&limit=2&cursor=${first.nextCursor}`)
    ).body;
    const done = await desk.call(operator, 'POST', `tasks/${ids[0]}/done`);
    const again = await desk.call(admin, 'POST', `tasks/${ids[0]}/done`, {});

    expect([...first.items, ...second.items].map((task) => task.id)).toEqual([
      ids[2],
      ids[1],
      ids[0],
    ]);
    expect(first).toMatchObject({ total: 3 });
    expect(first.items[0]).toMatchObject({ kind: 'mail', state: 'open', complaint });
    expect(done.body).toMatchObject({ id: ids[0], state: 'done' });
    expect(again.body.doneBy).toBe(done.body.doneBy);
    expect((await desk.call(operator, 'GET', 'tasks?kind=mail')).body.total).toBe(1);
    expect((await desk.call(operator, 'POST', `tasks/${uuid()}/done`)).status).toBe(404);
    expect(
      (await desk.call(await desk.keyFor('curator'), 'POST', `tasks/${ids[1]}/done`)).status,
    ).toBe(403);
  });

  it('shows an agency the notices of its own', async () => {
    const complaint = await desk.seed({});
    for (const agency of [agencies[0], agencies[1]]) {
      await desk.owner.query(
        `insert into notifications (id, complaint_id, recipient, agency_id, type, data, subject, at)
         values ($1, $2, 'coordinator', $3, 'assigned', '{}', $4, now())`,
        [uuid(), complaint.id, agency, uuid()],
      );
    }

    const own = (await desk.call(await desk.keyFor('agency', agencies[0]), 'GET', 'notifications'))
      .body;
    const all = (await desk.call(operator, 'GET', 'notifications?unread=true')).body;

    expect(own.items).toHaveLength(1);
    expect(own.items[0]).toMatchObject({
      type: 'assigned',
      complaint,
      agency: { id: agencies[0] },
      user: null,
    });
    expect(all.total).toBe(2);
  });
});
