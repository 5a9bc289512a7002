import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuid } from 'uuid';
import { openResourceDesk, type ResourceDesk } from '../support/resource-desk.js';

const URL = 'https://agency.example/otklik';

describe('webhooks by the API', () => {
  let desk: ResourceDesk;
  let admin: string;
  /** An agency, one below it, and one that has nothing to do with them. */
  let above: string;
  let below: string;
  let other: string;
  let agency: string;

  beforeAll(async () => {
    desk = await openResourceDesk();
    admin = await desk.keyFor('admin');
    const agencies = [...(await desk.view()).agencies.values()];
    const child = agencies.find(({ parent }) => parent !== undefined)!;
    const parent = agencies.find(({ code }) => code === child.parent)!;
    [above, below] = [parent.id, child.id];
    other = agencies.find(
      ({ id, parent: p }) => ![above, below].includes(id) && p !== parent.code,
    )!.id;
    agency = await desk.keyFor('agency', above);
  });
  afterAll(async () => {
    await desk.close();
  });

  const make = async (key: string, more: object = {}): Promise<any> => {
    const made = await desk.call(key, 'POST', 'webhooks', { url: URL, label: 'СЭД', ...more });
    expect([made.status, made.body.detail]).toEqual([201, undefined]);
    return made.body;
  };

  it('show a secret when they are made and never again, under an Idempotency-Key neither', async () => {
    const body = { url: URL, label: 'СЭД' };
    const headers = { 'idempotency-key': 'webhook-1' };
    const made = await desk.call(agency, 'POST', 'webhooks', body, headers);
    const again = await desk.call(agency, 'POST', 'webhooks', body, headers);
    const secret = String((made.body as any).secret);
    const read = await desk.call(agency, 'GET', `webhooks/${made.body.id}`);
    const list = await desk.call(agency, 'GET', 'webhooks');
    const kept = await desk.owner.query('select body::text from idempotency_keys');

    expect(made.status).toBe(201);
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(made.headers.get('location')).toBe(`/api/v1/webhooks/${made.body.id}`);
    expect(again.body.id).toBe(made.body.id);
    expect(read.body).toMatchObject({
      agency: { id: above },
      events: null,
      active: true,
      disabledReason: null,
      waiting: 0,
    });
    for (const shown of [again.text, read.text, list.text, ...kept.rows.map((row) => row.body)]) {
      expect(shown).not.toContain(secret);
      expect(shown).not.toContain('whsec_');
    }
  });

  it('are of the own agency and its departments for an agency; others’ are not found', async () => {
    const own = await make(agency, { agency: below });
    const foreign = await make(admin, { agency: other });
    const whole = await make(admin);

    expect(own.agency.id).toBe(below);
    expect(whole.agency).toBeNull();
    const { items } = (await desk.call(agency, 'GET', 'webhooks')).body;
    const ids = items.map(({ id }) => id);
    expect(ids).toContain(own.id);
    expect(ids).not.toContain(foreign.id);
    expect(ids).not.toContain(whole.id);
    for (const id of [foreign.id, whole.id, uuid(), 'nothing']) {
      const calls: [string, string, object?][] = [
        ['GET', `webhooks/${id}`],
        ['PATCH', `webhooks/${id}`, { active: false }],
        ['DELETE', `webhooks/${id}`],
        ['POST', `webhooks/${id}/test`, {}],
        ['POST', `webhooks/${id}/rotate-secret`, {}],
        ['GET', `webhooks/${id}/deliveries`],
        ['POST', `webhooks/${id}/deliveries/${uuid()}/resend`, {}],
      ];
      for (const [method, path, body] of calls) {
        expect([path, (await desk.call(agency, method, path, body)).status]).toEqual([path, 404]);
      }
    }
    const refused = await desk.call(agency, 'POST', 'webhooks', {
      ...{ url: URL, label: 'А', agency: other },
    });
    expect(refused.body.fields).toEqual([
      { path: 'agency', message: 'is not an agency, or none of yours' },
    ]);
    expect((await desk.call(admin, 'GET', `webhooks/${foreign.id}`)).status).toBe(200);
  });

  it.each(['intake', 'operator', 'curator', 'analyst'] as const)(
    'are nothing for %s',
    async (role) => {
      const key = await desk.keyFor(role);

      expect((await desk.call(key, 'GET', 'webhooks')).status).toBe(403);
      expect((await desk.call(key, 'POST', 'webhooks', { url: URL, label: 'А' })).status).toBe(403);
    },
  );

  it.each([
    [{ label: 'А' }, 'url'],
    [{ url: 'agency.example', label: 'А' }, 'url'],
    [{ url: 'https://127.0.0.1/', label: 'А' }, 'url'],
    [{ url: 'https://0x7f000001/', label: 'А' }, 'url'],
    [{ url: 'https://[::1]:8443/', label: 'А' }, 'url'],
    [{ url: 'https://a:b@agency.example/', label: 'А' }, 'url'],
    [{ url: 'https://agency.example:25/', label: 'А' }, 'url'],
    [{ url: `https://agency.example/${'a'.repeat(2_000)}`, label: 'А' }, 'url'],
    [{ url: URL }, 'label'],
    [{ url: URL, label: 'А', events: [] }, 'events'],
    [{ url: URL, label: 'А', events: ['complaint.opened'] }, 'events[0]'],
    [{ url: URL, label: 'А', events: ['complaint.closed', 'complaint.closed'] }, 'events'],
    [{ url: URL, label: 'А', agency: 'nobody' }, 'agency'],
    [{ url: URL, label: 'А', secret: 'whsec_mine' }, 'secret'],
  ])('refuse %j by its field', async (body, field) => {
    const { status, body: problem } = await desk.call(admin, 'POST', 'webhooks', body);

    expect(status).toBe(422);
    expect(problem.fields.map(({ path }) => path)).toEqual([field]);
  });

  it('change what is named and keep the rest', async () => {
    const { id } = await make(agency, { events: ['complaint.closed'] });

    const moved = await desk.call(agency, 'PATCH', `webhooks/${id}`, {
      url: 'https://new.example/',
    });
    const off = await desk.call(agency, 'PATCH', `webhooks/${id}`, { active: false });
    const all = await desk.call(agency, 'PATCH', `webhooks/${id}`, {
      events: null,
      label: 'Новый',
    });
    const bad = await desk.call(agency, 'PATCH', `webhooks/${id}`, { url: 'http://10.0.0.1/' });

    expect(moved.body).toMatchObject({ url: 'https://new.example/', events: ['complaint.closed'] });
    expect(off.body).toMatchObject({ active: false, disabledReason: null, label: 'СЭД' });
    expect(all.body).toMatchObject({ active: false, events: null, label: 'Новый' });
    expect(bad.status).toBe(422);
    expect((await desk.call(agency, 'DELETE', `webhooks/${id}`)).status).toBe(204);
    expect((await desk.call(agency, 'GET', `webhooks/${id}`)).status).toBe(404);
  });

  it('have a new secret at a rotation and say how long the former one signs', async () => {
    const { id, secret } = await make(agency);

    const rotated = await desk.call(agency, 'POST', `webhooks/${id}/rotate-secret`, {});

    const { rows } = await desk.owner.query(
      'select secret, old_secrets from webhooks where id = $1',
      [id],
    );
    const body = rotated.body as any;
    expect(body.secret).not.toBe(secret);
    expect(rows[0]).toMatchObject({ secret: body.secret, old_secrets: [{ secret }] });
    const left = Date.parse(body.oldSecretUntil) - Date.now();
    expect(Math.abs(left - 24 * 3_600_000)).toBeLessThan(60_000);
    expect((await desk.call(agency, 'GET', `webhooks/${id}`)).body.oldSecretUntil).toBe(
      body.oldSecretUntil,
    );
  });

  it('tell at once what comes of a test, and keep it in the log', async () => {
    const { id } = await make(agency);
    await desk.owner.query(`update webhooks set url = 'https://127.0.0.1:9/' where id = $1`, [id]);

    const { status, body } = await desk.call(agency, 'POST', `webhooks/${id}/test`, {});

    expect(status).toBe(200);
    expect(body).toMatchObject({ delivered: false, status: null, error: 'address_forbidden' });
    const log = await desk.call(agency, 'GET', `webhooks/${id}/deliveries?state=failed`);
    expect(log.body).toMatchObject({ total: 1, nextCursor: null });
    expect(log.body.items[0]).toMatchObject({
      type: 'webhook.test',
      complaint: null,
      state: 'failed',
      attempts: 1,
      messageId: body.messageId,
      nextAttemptAt: null,
    });
    const [item] = log.body.items;
    const resent = await desk.call(
      agency,
      'POST',
      `webhooks/${id}/deliveries/${item!.id}/resend`,
      {},
    );
    expect([resent.status, resent.body.state]).toEqual([202, 'pending']);
    await desk.call(agency, 'PATCH', `webhooks/${id}`, { active: false });
    const off = await desk.call(agency, 'POST', `webhooks/${id}/deliveries/${item!.id}/resend`, {});
    expect(off.status).toBe(409);
  });

  it('page through the log, the newest first', async () => {
    const { id } = await make(agency);
    await desk.owner.query(
      `insert into webhook_deliveries (webhook_id, complaint_id, seq, type, payload)
       select $1, $2, n, 'complaint.warned', '{}' from generate_series(1, 5) n`,
      [id, uuid()],
    );
    const page = (cursor = '') =>
      desk.call(agency, 'GET', `webhooks/${id}/deliveries?limit=2${cursor && `&cursor=${cursor}`}`);
    const seqs = (answer: { body: any }) => answer.body.items.map((d: any) => d.complaint.seq);

    const first = await page();
    const second = await page(first.body.nextCursor!);
    const third = await page(second.body.nextCursor!);

    expect([first, second, third].map(seqs)).toEqual([[5, 4], [3, 2], [1]]);
    expect(third.body.nextCursor).toBeNull();
    expect(first.body.total).toBe(5);
  });

  it('are no business of the worker’s role but how they do', async () => {
    const may = async (role: string, what: string): Promise<boolean> => {
      const { rows } = await desk.owner.query(
        `select has_column_privilege($1, 'webhooks', $2, 'update') as may`,
        [role, what],
      );
      return rows[0].may;
    };

    expect(await may('otklik_worker', 'secret')).toBe(false);
    expect(await may('otklik_worker', 'url')).toBe(false);
    expect(await may('otklik_worker', 'active')).toBe(true);
    expect(await may('otklik_api', 'agency_id')).toBe(false);
  });
});
