import { afterEach, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { toWorld } from '../../src/domain/world-clock.js';
import { openDesk, type HttpDesk } from '../support/http-desk.js';
import {
  atOnce,
  brokenTimelines,
  count,
  insist,
  rowOf,
  times,
  tokenOf,
  untilSeen,
} from './crowd.js';

const POTHOLES = 'В Арзамасе на улице Ленина огромные ямы на дороге, проехать невозможно';
/** A Monday of the calendar, 09:00 in Moscow. */
const MONDAY = '2026-03-02T06:00:00.000Z';
const HOUR_MS = 3_600_000;

let desk: HttpDesk;
afterEach(async () => {
  await desk.close();
}, 30_000);

const open = async (scale: number): Promise<void> => {
  desk = await openDesk({ OTKLIK_CLOCK_START: MONDAY, OTKLIK_TIME_SCALE: String(scale) });
};
const worldNow = (): number => toWorld(desk.clock, Date.now());
const untilWorld = (at: number): Promise<void> =>
  pause(Math.max(0, (at - worldNow()) / desk.clock.scale));

async function sorted(): Promise<{ id: string; number: string; token: string }> {
  const { body } = await desk.call('POST', '/complaints', { source: 'vk', text: POTHOLES });
  await untilSeen(
    () => rowOf(desk.pool, body.id),
    ({ status }) => status !== 'received',
  );
  return { id: body.id, number: body.number, token: tokenOf(body) };
}

async function events(id: string): Promise<{ seq: number; type: string; at: number; data: any }[]> {
  const { rows } = await desk.pool.query(
    'select seq, type, at, data from events where complaint_id = $1 order by seq',
    [id],
  );
  return rows.map((event) => ({ ...event, at: event.at.getTime() }));
}

describe('what comes late', () => {
  it('climbs each level once, in order, at its own instant, when the workers were away past two dues', async () => {
    await open(3_600);
    const { id } = await sorted();
    await desk.stopWorker();
    const acceptBy = (await rowOf(desk.pool, id)).accept_by.getTime();
    // Level 1 at the missed acceptance, level 2 two working hours after it: both on Monday.
    await untilWorld(acceptBy + 3 * HOUR_MS);
    expect((await rowOf(desk.pool, id)).level).toBe(0);
    await desk.startWorker();
    await untilSeen(
      () => rowOf(desk.pool, id),
      ({ level }) => level >= 2,
    );

    const climbs = (await events(id)).filter(({ type }) => type === 'escalated');
    expect(climbs.map(({ data }) => data.level)).toEqual(climbs.map((_, index) => index + 1));
    expect(climbs.slice(0, 2).map(({ at }) => at)).toEqual([acceptBy, acceptBy + 2 * HOUR_MS]);
    for (const { at, data } of climbs.slice(0, 2)) {
      expect(data.recordedAt).toBeGreaterThanOrEqual(acceptBy + 3 * HOUR_MS);
      expect(data.recordedAt).toBeGreaterThan(at);
    }
    expect((await events(id)).filter(({ type }) => type === 'breached')[0]).toMatchObject({
      at: acceptBy,
    });
    await untilSeen(
      () =>
        count(
          desk.pool,
          `outbox where kind = 'notice' and payload ->> 'subject' like 'escalated/%' and not_before <= now()`,
        ),
      (n) => n === 0,
    );
    const { rows } = await desk.pool.query<{ subject: string }>(
      `select subject from notifications where complaint_id = $1 and type = 'escalated'`,
      [id],
    );
    expect(new Set(rows.map(({ subject }) => subject)).size).toBe(rows.length);
    expect(
      rows.filter(({ subject }) => subject.includes('escalated/1/')).length,
    ).toBeLessThanOrEqual(1);
  }, 60_000);

  it('never escalates after closing, when 200 final replies come exactly at the due', async () => {
    await open(300);
    const complaints = await atOnce(times(200), 10, sorted);
    let atDue = 0;
    const answers = await Promise.all(
      complaints.map(async ({ id }) => {
        const { accept_by: due } = await rowOf(desk.pool, id);
        atDue += Number(due.getTime() > worldNow());
        await untilWorld(due.getTime());
        return insist(() =>
          desk.call(
            'POST',
            `/complaints/${id}/replies`,
            { kind: 'final', outcome: 'solved', text: 'Ямы заделаны.' },
            { headers: { 'idempotency-key': `due-${id}` } },
          ),
        );
      }),
    );
    expect(answers.map(({ status }) => status)).toEqual(times(200).map(() => 201));
    expect(atDue).toBeGreaterThan(0);
    await untilSeen(
      () => count(desk.pool, `complaints where status <> 'closed'`),
      (n) => n === 0,
      60_000,
    );
    for (const { id } of complaints) {
      const told = await events(id);
      const types = told.map(({ type }) => type);
      const replied = types.indexOf('replied');
      expect(types.slice(replied)).toEqual(['replied', 'published', 'closed']);
      expect(told.filter(({ type, at }) => type === 'escalated' && at > told[replied]!.at)).toEqual(
        [],
      );
    }
    expect(await brokenTimelines(desk.pool, desk.config.dataDir)).toEqual([]);
  }, 240_000);

  it('makes a word after 15 days a new complaint marked as a repeat, and a rating then comes too late', async () => {
    // Six days pass in a second.
    await open(518_400);
    const { id, token } = await sorted();
    const replied = await desk.call('POST', `/complaints/${id}/replies`, {
      kind: 'final',
      text: 'Ямы заделаны.',
    });
    expect(replied.status).toBe(201);
    const closed = await untilSeen(
      () => rowOf(desk.pool, id),
      ({ status }) => status === 'closed',
    );
    await untilWorld(closed.closed_at.getTime() + 16 * 24 * HOUR_MS);
    expect(
      (await desk.call('POST', `/track/${token}/rating`, { rating: 1 }, { key: null })).status,
    ).toBe(410);
    expect(
      (await desk.call('POST', `/track/${token}/messages`, { text: POTHOLES }, { key: null }))
        .status,
    ).toBe(202);
    const { rows } = await untilSeen(
      () =>
        desk.pool.query(
          `select id, repeat_of, status, topic from complaints where id <> $1 and status <> 'received'`,
          [id],
        ),
      ({ rowCount }) => rowCount === 1,
    );
    expect(rows[0]).toMatchObject({ repeat_of: id, topic: 'roads.potholes' });
    expect(await rowOf(desk.pool, id)).toMatchObject({ status: 'closed', run_no: 1 });
    expect(await count(desk.pool, `inbox where state = 'pending'`)).toBe(0);
    expect(await brokenTimelines(desk.pool, desk.config.dataDir)).toEqual([]);
  }, 60_000);
});
