import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { WebhookDispatcher } from '../../src/webhooks/dispatcher.js';
import { isRising, isSigned, openReceiver, orderOf, type Receiver } from '../support/receiver.js';
import { untilHolds } from '../support/until-holds.js';
import { openWebhookDesk, type WebhookDesk } from '../support/webhook-desk.js';

let desk: WebhookDesk;
const receivers: Receiver[] = [];
const dispatchers: WebhookDispatcher[] = [];
const ids: string[] = [];

beforeAll(async () => {
  desk = await openWebhookDesk();
}, 60_000);
afterEach(async () => {
  await Promise.all(dispatchers.splice(0).map((dispatcher) => dispatcher.stop()));
  for (const id of ids.splice(0)) await desk.call('DELETE', `/webhooks/${id}`);
  await Promise.all(receivers.splice(0).map((receiver) => receiver.close()));
});
afterAll(async () => {
  await desk?.close();
});

async function receiver(answer?: Receiver['answer']): Promise<Receiver> {
  const opened = await openReceiver(answer);
  receivers.push(opened);
  return opened;
}
async function webhook(url: string): Promise<{ id: string; secret: string }> {
  const made = await desk.webhook(url);
  ids.push(made.id);
  return made;
}
const dispatch: WebhookDesk['dispatch'] = (...args) => {
  const dispatcher = desk.dispatch(...args);
  dispatchers.push(dispatcher);
  return dispatcher;
};
const shown = async (id: string): Promise<any> => (await desk.call('GET', `/webhooks/${id}`)).body;
const settled = (id: string, count = 1) =>
  untilHolds(
    () => desk.deliveries(id),
    (items) => items.length === count && items.every(({ state }) => state !== 'pending'),
  );
const errors = (delivery: any): unknown[] =>
  delivery.log.map(({ error, status }: any) => (status === null ? error : status));
const tasks = async (subject: string): Promise<{ kind: string; reason: string }[]> =>
  (await desk.pool.query('select kind, reason from tasks where subject = $1', [subject])).rows;

/** What a receiver may do wrong, and how the log calls it. */
const FAILURES: [what: string, fails: Receiver['answer'], logged: string | number][] = [
  ['answers too late', () => () => 0, 'timeout'],
  [
    'breaks the connection off',
    () => (_res, socket) => {
      socket.destroy();
      return 0;
    },
    'reset',
  ],
  ['answers 500', () => 500, 500],
  ['answers 404', () => 404, 404],
  [
    'sends a redirect, which is not followed',
    () => (res) => {
      res.writeHead(307, { location: 'http://127.0.0.1:1/' }).end();
      return 307;
    },
    307,
  ],
  [
    'answers no HTTP',
    () => (_res, socket) => {
      socket.end('220 mail.example ESMTP\r\n');
      return 0;
    },
    'bad_response',
  ],
];

describe('a receiver that fails', () => {
  it('a third of the time gets every event, in order per complaint, each under one id, always rightly signed', async () => {
    let count = 0;
    const target = await receiver(() => ((count += 1) % 3 === 0 ? 500 : 200));
    const { id, secret } = await webhook(target.url);
    const complaints = await Promise.all(Array.from({ length: 10 }, () => desk.complaint()));
    // As many tries as it takes: of a hundred messages some fail many times in a row.
    const patient = { waitsMs: Array.from({ length: 40 }, () => 30) };
    dispatch(patient);
    dispatch(patient);

    for (let seq = 1; seq <= 10; seq += 1) {
      await Promise.all(complaints.map((complaint) => desk.tell(complaint, seq)));
    }

    const items = await settled(id, 100);
    expect(items.filter(({ state }) => state === 'delivered')).toHaveLength(100);
    const order = orderOf(target.taken());
    expect(order.size).toBe(10);
    for (const seqs of order.values()) {
      expect(seqs).toHaveLength(10);
      expect(isRising(seqs)).toBe(true);
    }
    expect(target.received.length).toBeGreaterThan(120);
    expect(target.received.every((message) => isSigned(secret, message))).toBe(true);
    const bodies = new Map<string, string>();
    for (const { id: messageId, raw } of target.received) {
      expect(bodies.get(messageId) ?? raw).toBe(raw);
      bodies.set(messageId, raw);
    }
    expect(bodies.size).toBe(100);
  }, 60_000);

  it.each(FAILURES)('and %s is tried again until it takes the message', async (_, fails, why) => {
    const target = await receiver((message, count) => (count < 2 ? fails(message, count) : 204));
    const { id } = await webhook(target.url);
    dispatch();

    await desk.tell(await desk.complaint(), 1);

    const [delivery] = await settled(id);
    expect(errors(delivery)).toEqual([why, why, 204]);
    expect(delivery).toMatchObject({ state: 'delivered', attempts: 3 });
    expect(new Set(target.received.map((message) => message.id)).size).toBe(1);
    expect(await shown(id)).toMatchObject({ failures: 0, failingSince: null, waiting: 0 });
  });

  it('is heard in its status alone: an endless answer is cut off and nothing of it is kept', async () => {
    const target = await receiver(() => (res) => {
      res.writeHead(200, { 'content-type': 'text/plain' });
      const more = setInterval(() => res.write('Тайное слово '.repeat(1_000)), 5);
      res.on('close', () => {
        clearInterval(more);
      });
      return 200;
    });
    const { id } = await webhook(target.url);
    dispatch();

    await desk.tell(await desk.complaint(), 1);

    const [delivery] = await settled(id);
    expect(delivery.state).toBe('delivered');
    const { rows } = await desk.pool.query('select d::text from webhook_deliveries d');
    expect(JSON.stringify(rows)).not.toContain('Тайное');
  });

  it('to the end is given up, opens one task, and lets the complaint’s next event go', async () => {
    const target = await receiver(({ body }) => (body.data.seq < 3 ? 500 : 204));
    const { id } = await webhook(target.url);
    const complaint = await desk.complaint();
    for (const seq of [1, 2, 3]) await desk.tell(complaint, seq);
    dispatch();

    const items = await settled(id, 3);

    expect(items.map(({ state }) => state)).toEqual(['delivered', 'failed', 'failed']);
    expect(items[2]!.attempts).toBe(7);
    expect(isRising(target.received.map(({ body }) => body.data.seq * 100).filter(isFirst))).toBe(
      true,
    );
    expect(await tasks(id)).toEqual([
      { kind: 'webhook_failed', reason: `http_500, webhook ${id}` },
    ]);
    expect((await shown(id)).active).toBe(true);
  });

  it('for days is switched off, with a task that says so', async () => {
    const target = await receiver(() => 500);
    const { id } = await webhook(target.url);
    dispatch({ disableAfterMs: 10 });

    await desk.tell(await desk.complaint(), 1);

    await settled(id);
    expect(await shown(id)).toMatchObject({ active: false, disabledReason: 'failing' });
    expect(await tasks(id)).toEqual([
      { kind: 'webhook_disabled', reason: `failing, http_500, webhook ${id}` },
    ]);
  });
});

const isFirst = (value: number, i: number, all: number[]): boolean => all.indexOf(value) === i;

describe('a receiver that asks', () => {
  it('for a rest by 429 and Retry-After is left alone for that long, other complaints’ events included', async () => {
    let askedAt = 0;
    const target = await receiver((_message, count) => {
      if (count > 0) return 204;
      return (res) => {
        askedAt = Date.now();
        res.writeHead(429, { 'retry-after': '2' }).end();
        return 429;
      };
    });
    const { id } = await webhook(target.url);
    dispatch();
    await desk.tell(await desk.complaint(), 1);
    await untilHolds(
      () => shown(id),
      ({ pausedUntil }) => pausedUntil !== null,
    );

    await desk.tell(await desk.complaint(), 1);

    await settled(id, 2);
    expect(Math.min(...target.taken().map(({ at }) => at)) - askedAt).toBeGreaterThanOrEqual(1_950);
  });

  it('never to be told again by 410 is switched off at once, and begins again when it is switched on', async () => {
    const target = await receiver(() => 410);
    const { id } = await webhook(target.url);
    const complaint = await desk.complaint();
    await desk.tell(complaint, 1);
    await desk.tell(complaint, 2);
    dispatch();

    await untilHolds(
      () => shown(id),
      ({ active }) => !active,
    );
    await desk.tell(complaint, 3);
    const off = await desk.deliveries(id);
    target.answer = () => 204;
    await desk.call('PATCH', `/webhooks/${id}`, { active: true });

    expect(off.map(({ state, attempts }) => [state, attempts])).toEqual([
      ['pending', 0],
      ['failed', 1],
    ]);
    expect(await tasks(id)).toEqual([
      { kind: 'webhook_disabled', reason: `gone, http_410, webhook ${id}` },
    ]);
    await settled(id, 2);
    expect(target.taken().map(({ body }) => body.data.seq)).toEqual([2]);
    expect(await shown(id)).toMatchObject({ active: true, disabledReason: null });
  });
});

describe('a dispatcher', () => {
  it('that is held up by dead and slow receivers goes on telling the others at once', async () => {
    const slow = await receiver(() => () => 0);
    const well = await receiver();
    const slowOnes = await Promise.all(Array.from({ length: 5 }, () => webhook(slow.url)));
    dispatch({ attemptMs: 5_000, leaseMs: 15_000, concurrency: 60 });
    for (let i = 0; i < 12; i += 1) await desk.tell(await desk.complaint(), 1);
    await untilHolds(
      () => Promise.resolve(slow.received.length),
      (count) => count >= 8 * slowOnes.length,
    );

    const { id } = await webhook(well.url);
    await desk.tell(await desk.complaint(), 1);

    await settled(id);
    // Not one of the attempts that hang has ended meanwhile.
    expect(slow.received).toHaveLength(8 * slowOnes.length);
    // Ends the attempts under way.
    await slow.close();
  }, 40_000);

  it('that is killed in the middle of an attempt loses nothing: another sends it under the same id', async () => {
    const target = await receiver((_message, count) => (count === 0 ? () => 0 : 204));
    const { id } = await webhook(target.url);
    const complaint = await desk.complaint();
    await desk.tell(complaint, 1);
    await desk.tell(complaint, 2);
    const script = `
      import pino from 'pino';
      const { openPool } = await import('./dist/src/db/pool.js');
      const { readConfig } = await import('./dist/src/config.js');
      const { WebhookDispatcher } = await import('./dist/src/webhooks/dispatcher.js');
      new WebhookDispatcher(
        { config: readConfig(), pool: openPool(process.env.DATABASE_URL, 'otklik_worker'), clock: { machineStart: 0, worldStart: 0, scale: 1 }, log: pino({ level: 'silent' }) },
        { attemptMs: 60_000, leaseMs: 122_000, idleMs: 20 },
      ).start();`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      env: {
        PATH: process.env.PATH,
        DATABASE_URL: desk.databaseUrl,
        OTKLIK_WEBHOOK_ALLOW: '127.0.0.1',
      },
      stdio: 'inherit',
    });
    await untilHolds(
      () => Promise.resolve(target.received.length),
      (count) => count === 1,
    );
    child.kill('SIGKILL');
    await once(child, 'exit');
    // What the dead one would have had left of its lease.
    await desk.pool.query(
      `update webhook_deliveries set next_at = now() + interval '300 ms' where webhook_id = $1 and attempts = 1`,
      [id],
    );

    dispatch();

    const items = await settled(id, 2);
    expect(items.map(({ attempts }) => attempts)).toEqual([1, 2]);
    expect(target.received.map(({ body }) => body.data.seq)).toEqual([1, 1, 2]);
    expect(target.received[0]!.id).toBe(target.received[1]!.id);
  }, 40_000);

  it('does not connect to a name that leads to a private address, nor to one allowed no longer', async () => {
    const target = await receiver();
    const byName = await desk.webhook('http://receiver.test:9999/hook');
    const byAddress = await webhook(target.url);
    ids.push(byName.id);
    await desk.pool.query('update webhooks set url = $2 where id = $1', [
      byName.id,
      `http://localhost:${target.port}/hook`,
    ]);
    dispatch({}, { OTKLIK_WEBHOOK_ALLOW: '' });

    await desk.tell(await desk.complaint(), 1);

    const [named] = await settled(byName.id);
    const [addressed] = await settled(byAddress.id);
    for (const delivery of [named, addressed]) {
      expect(new Set(errors(delivery))).toEqual(new Set(['address_forbidden']));
    }
    expect(target.received).toEqual([]);
  });
});
