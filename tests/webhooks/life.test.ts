import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { openDesk, type HttpDesk } from '../support/http-desk.js';
import { isRising, isSigned, openReceiver, orderOf, type Receiver } from '../support/receiver.js';
import { untilHolds } from '../support/until-holds.js';
import { QUICK } from '../support/webhook-desk.js';

/** Webhooks of a whole desk: what a complaint's life tells whom. */

const POTHOLES = 'В Арзамасе на улице Ленина огромные ямы на дороге, проехать невозможно';
const AGENCY = 'adm-arzamas';
const OTHER = 'adm-bor';
const PERSON = {
  author: { name: 'Святополк Незабвенный', handle: 'svyatopolk_n', contact: '+79990001122' },
  address: 'Лиственничная аллея, 17',
};
const EXAMPLE = fileURLToPath(new URL('../../docs/examples/webhook-receiver.mjs', import.meta.url));

let desk: HttpDesk;
let target: Receiver;
beforeAll(async () => {
  target = await openReceiver();
  // As many tries as it takes: of a hundred messages some fail many times in a row.
  const waitsMs = Array.from({ length: 40 }, () => 30);
  desk = await openDesk({ OTKLIK_WEBHOOK_ALLOW: '127.0.0.1' }, { webhooks: { ...QUICK, waitsMs } });
  await desk.pool.query(
    `update region_items set body = body || '{"approval": {"interim": true, "final": true}}' where kind = 'agency' and code = $1`,
    [OTHER],
  );
  await desk.pool.query('update region_revision set revision = revision + 1');
}, 60_000);
afterAll(async () => {
  await desk?.close();
  await target?.close();
});

async function webhook(path: string, more: object = {}, key?: string): Promise<any> {
  const { status, body } = await desk.call(
    'POST',
    '/webhooks',
    { url: `${target.url.replace('/hook', '')}${path}`, label: path, ...more },
    key === undefined ? {} : { key },
  );
  expect([status, body.detail]).toEqual([201, undefined]);
  return body;
}
const heard = (path: string, id?: string) =>
  target.taken().filter((m) => m.path === path && (id === undefined || m.body.data.id === id));
const hears = (path: string, id: string, types: string[]) =>
  untilHolds(
    () => Promise.resolve(heard(path, id).map(({ body }) => body.type)),
    (seen) => types.every((type) => seen.includes(type)),
  );
const write = (trackingUrl: string, text: string) =>
  desk.call('POST', `/track/${trackingUrl.split('/').at(-1)}/messages`, { text }, { key: null });

describe('a complaint’s life', () => {
  it('is told to its agency’s webhook, event by event, in ids and codes', async () => {
    const key = await desk.keyFor('agency', AGENCY);
    const { secret } = await webhook('/life', {}, key);
    const { id, number, trackingUrl } = await desk.intake(POTHOLES, PERSON);
    await write(trackingUrl, 'Ещё и люк открыт, звоните Святополку');
    await desk.call('POST', `/complaints/${id}/escalate`, { reason: 'Опасно для Святополка' });
    await desk.call('POST', `/complaints/${id}/replies`, { kind: 'final', text: 'Ямы заделаны.' });
    await desk.until(id, ({ status }) => status === 'closed');
    await write(trackingUrl, 'Спасибо большое!');

    await hears('/life', id, ['complaint.closed']);
    await untilHolds(
      () => Promise.resolve(heard('/life', id)),
      (messages) => messages.length === 5,
    );

    const messages = heard('/life', id);
    expect(messages.map(({ body }) => body.type)).toEqual([
      'complaint.assigned',
      'complaint.citizen_wrote',
      'complaint.escalated',
      'complaint.closed',
      'complaint.citizen_wrote',
    ]);
    expect(isRising(messages.map(({ body }) => body.data.seq))).toBe(true);
    const { body: timeline } = await desk.call('GET', `/complaints/${id}/timeline`);
    for (const message of messages) {
      const { seq } = message.body.data;
      expect(isSigned(secret, message)).toBe(true);
      expect(message.body.timestamp).toBe(
        timeline.items.find((event: { seq: number }) => event.seq === seq).at,
      );
      expect(message.id).toBe(`evt_${id.replaceAll('-', '')}_${seq}`);
    }
    const [assigned, , escalated, closed, thanks] = messages.map(({ body }) => body.data);
    const shown = await desk.call('GET', `/complaints/${id}`);
    expect(assigned).toMatchObject({
      id,
      number,
      status: 'assigned',
      topic: 'roads.potholes',
      municipality: 'arzamas',
      agency: { code: AGENCY, name: shown.body.agency.name },
      level: 0,
      clocks: { acceptBy: shown.body.clocks.acceptBy, paused: false },
      links: { complaint: expect.stringMatching(`/api/v1/complaints/${id}$`) },
    });
    expect(escalated).toMatchObject({ level: 1, event: { level: 1, cause: 'operator' } });
    expect(closed).toMatchObject({
      status: 'closed',
      closureReason: 'answered',
      event: { closure: 'answered' },
    });
    expect(thanks).toMatchObject({ event: { decision: 'thanks' } });
    const { rows } = await desk.pool.query('select d::text as row from webhook_deliveries d');
    const kept = rows.map(({ row }) => row).join() + target.received.map(({ raw }) => raw).join();
    for (const secretWord of ['Святополк', 'svyatopolk', '+7999', 'Лиственничная', 'люк', 'Ямы']) {
      expect(kept).not.toContain(secretWord);
    }
  }, 60_000);

  it('tells of a reply that was returned', async () => {
    await webhook('/returned', { agency: OTHER, events: ['complaint.returned'] });
    const { id } = await desk.intake(POTHOLES);
    await desk.call('POST', `/complaints/${id}/assign`, { agency: OTHER });
    const { body: reply } = await desk.call('POST', `/complaints/${id}/replies`, {
      kind: 'final',
      text: 'Сделано.',
    });
    const returned = await desk.call('POST', `/complaints/${id}/replies/${reply.replyId}/return`, {
      reason: 'Где акт?',
    });
    expect(returned.status).toBe(200);

    await hears('/returned', id, ['complaint.returned']);

    expect(heard('/returned').map(({ body }) => [body.type, body.data.event])).toEqual([
      ['complaint.returned', { reply: reply.replyId }],
    ]);
  }, 30_000);

  it('is heard by the webhooks of the agencies above and by those of the whole desk, and by no other agency; one that loses it learns that', async () => {
    const { body: parent } = await desk.call('GET', `/agencies/${AGENCY}`);
    const department = `${AGENCY}-roads`;
    const { kind, calendar, approval } = parent;
    const made = await desk.call('POST', '/agencies', {
      ...{ code: department, name: 'Отдел дорог', shortName: 'Дороги', kind, parent: AGENCY },
      ...(calendar && { calendar }),
      ...(approval && { approval }),
    });
    expect([made.status, made.body.detail]).toEqual([201, undefined]);
    await untilHolds(
      async () => (await desk.region.current()).agencyByRef(department),
      (agency) => agency !== undefined,
    );
    await webhook('/above', { agency: AGENCY });
    await webhook('/department', { agency: department });
    await webhook('/elsewhere', { agency: OTHER });
    await webhook('/all');
    await webhook('/closed-only', { events: ['complaint.closed'] });
    const { id } = await desk.intake(POTHOLES);
    await untilHolds(
      () => desk.call('POST', `/complaints/${id}/assign`, { agency: department }),
      ({ status }) => status === 200,
    );
    await desk.call('POST', `/complaints/${id}/assign`, { agency: AGENCY });
    await desk.call('POST', `/complaints/${id}/close`, { reason: 'withdrawn' });
    await hears('/department', id, ['complaint.moved']);

    for (const path of ['/above', '/all', '/closed-only']) {
      await hears(path, id, ['complaint.closed']);
    }

    const types = (path: string) => heard(path, id).map(({ body }) => body.type.split('.')[1]);
    expect(types('/above')).toEqual(['assigned', 'assigned', 'assigned', 'closed']);
    expect(types('/department')).toEqual(['assigned', 'moved']);
    const { data } = heard('/department', id)[1]!.body;
    expect(Object.keys(data).sort()).toEqual(['id', 'links', 'number', 'seq', 'version']);
    expect(types('/all')).toEqual(['assigned', 'assigned', 'assigned', 'closed']);
    expect(types('/closed-only')).toEqual(['closed']);
    expect(heard('/elsewhere', id)).toEqual([]);
  }, 60_000);
});

describe('a hundred writes within two seconds to a receiver that fails a third of them', () => {
  it('come each at least once, under one id, in order per complaint, signed with a timestamp', async () => {
    let count = 0;
    target.answer = ({ path }) => (path === '/burst' && (count += 1) % 3 === 0 ? 500 : 204);
    const { id: webhookId, secret } = await webhook('/burst');
    const complaints = await Promise.all(
      Array.from({ length: 10 }, () => desk.intake(POTHOLES, PERSON)),
    );
    for (let round = 0; round < 10; round += 1) {
      const answers = await Promise.all(
        complaints.map(({ trackingUrl }) => write(trackingUrl, `Слово ${round}`)),
      );
      expect(answers.map(({ status }) => status)).toEqual(complaints.map(() => 202));
    }

    const ids = complaints.map(({ id }) => id);
    const words = () =>
      heard('/burst').filter(
        ({ body }) => body.type === 'complaint.citizen_wrote' && ids.includes(body.data.id),
      );
    await untilHolds(
      () => Promise.resolve(new Set(words().map(({ id }) => id)).size),
      (size) => size === 100,
      40_000,
    );

    const { rows } = await desk.pool.query(
      `select complaint_id as id, array_agg(seq order by seq) as seqs from events
       where type in ('assigned', 'citizen_wrote') and complaint_id = any($1) group by 1`,
      [ids],
    );
    const order = orderOf(heard('/burst'));
    for (const { id, seqs } of rows) expect(order.get(id)).toEqual(seqs);
    const got = target.received.filter(({ path }) => path === '/burst');
    expect(got.some(({ status }) => status === 500)).toBe(true);
    expect(got.every((message) => isSigned(secret, message))).toBe(true);
    const { body } = await desk.call('GET', `/webhooks/${webhookId}`);
    expect(body.waiting).toBe(0);
  }, 90_000);
});

describe('the example receiver of the documents', () => {
  let child: ChildProcess | undefined;
  afterAll(async () => {
    if (child?.exitCode === null) {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    }
  });

  it('hears of a complaint, accepts and answers it through the API, and it is closed', async () => {
    const key = await desk.keyFor('agency', AGENCY);
    const made = await webhook('/later', {}, key);
    child = spawn(process.execPath, [EXAMPLE], {
      env: {
        PATH: process.env.PATH,
        PORT: '0',
        WEBHOOK_SECRET: made.secret,
        OTKLIK_URL: desk.baseUrl,
        OTKLIK_KEY: key,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout!, 'data')) as [Buffer];
    const port = /listening on (\d+)/.exec(line.toString())![1];
    await desk.call('PATCH', `/webhooks/${made.id}`, { url: `http://127.0.0.1:${port}/` }, { key });
    const test = await desk.call('POST', `/webhooks/${made.id}/test`, {}, { key });
    expect(test.body).toMatchObject({ delivered: true, status: 204, error: null });

    const { id } = await desk.intake(POTHOLES);

    const closed = await desk.until(id, ({ status }) => status === 'closed');
    expect(closed).toMatchObject({ closureReason: 'answered' });
    expect(closed.replies[0]).toMatchObject({ kind: 'final', outcome: 'solved' });
    const { body: timeline } = await desk.call('GET', `/complaints/${id}/timeline`);
    expect(timeline.items.map(({ type }: { type: string }) => type)).toEqual(
      expect.arrayContaining(['accepted', 'replied', 'closed']),
    );
    const forged = await fetch(`http://127.0.0.1:${port}/`, {
      method: 'POST',
      headers: {
        'webhook-id': 'x',
        'webhook-timestamp': String(Math.floor(Date.now() / 1_000)),
        'webhook-signature': 'v1,AAAA',
      },
      body: '{}',
    });
    expect(forged.status).toBe(401);
  }, 60_000);
});
