import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { verifyAudit } from '../../src/audit/verify.js';
import { openDesk, type HttpDesk } from '../support/http-desk.js';
import { POTHOLES } from '../support/life-driver.js';
import { untilHolds } from '../support/until-holds.js';

const TRACES = ['лудоедов', 'ludoed', '5550001', '555-00-01', 'Фалерист'];
const PHONE = '+7 910 555-00-01';

let desk: HttpDesk;
beforeAll(async () => {
  desk = await openDesk();
}, 60_000);
afterAll(async () => {
  await desk.close();
});

const post = (path: string, body: object = {}, headers = {}) =>
  desk.call('POST', path, body, { headers });
const tracked = (url: string, verb: string, body: object) =>
  desk.call('POST', `/track/${url.split('/').at(-1)}/${verb}`, body, { key: null });

/** Every row of every table that still tells of the person. */
async function remains(): Promise<string[]> {
  const { rows: tables } = await desk.pool.query<{ name: string }>(
    `select quote_ident(tablename) as name from pg_tables where schemaname = 'public'`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const { rows } = await desk.pool.query<{ row: string }>(`select t::text as row from ${name} t`);
    found.push(
      ...rows
        .filter(({ row }) => TRACES.some((trace) => row.includes(trace)))
        .map(({ row }) => `${name} ${row}`),
    );
  }
  return found;
}

const audit = async () =>
  (await verifyAudit(desk.pool, { dataDir: desk.config.dataDir, auditKey: null })).problems;

describe('what was made of a person’s complaint', () => {
  it('is erased with it: pieces that were split off, words that were passed on', async () => {
    const first = await desk.intake(`${POTHOLES}`, {
      author: { name: 'Блудоедов Пётр' },
    });
    const other = await desk.intake(`${POTHOLES} и открытый люк`);
    const split = await post(`/complaints/${first.number}/split`, {
      text: 'Нет света, спросить Блудоедова на Фалеристов, 3',
    });
    await desk.until(split.body.child.number, ({ status }) => status !== 'received');
    await post(`/complaints/${first.number}/merge`, { into: other.number });
    await tracked(first.trackingUrl, 'messages', { text: `Блудоедов, ${PHONE}`, messageId: 'm1' });
    await untilHolds(
      async () =>
        (await desk.pool.query(`select 1 from inbox where source = 'merged' and state = 'handled'`))
          .rowCount,
      (count) => count === 1,
    );

    const erased = await post('/subjects/erase', { complaints: [first.number] });

    expect(erased.body.complaints.map(({ number }: { number: string }) => number).sort()).toEqual(
      [first.number, split.body.child.number].sort(),
    );
    expect(await remains()).toEqual([]);
    expect(await audit()).toEqual([]);
    expect((await desk.call('GET', `/complaints/${other.number}`)).body.text).toContain('люк');
  });
});

describe('a person', () => {
  it('is found by another order of the own name and by the same account', async () => {
    const named = await desk.intake(POTHOLES, {
      author: { name: 'Павла Блудоедова', contact: PHONE },
    });
    const account = await desk.intake(POTHOLES, { author: { handle: '@ludoed', contact: PHONE } });
    const handleOnly = await desk.intake(POTHOLES, { author: { handle: 'Ludoed' } });
    const elsewhere = await desk.intake(POTHOLES, { source: 'ok', author: { handle: 'ludoed' } });

    const found = await post('/subjects/search', { names: ['Блудоедов Павел'] });

    const numbers = found.body.complaints.map(({ number }: { number: string }) => number);
    expect(numbers).toEqual([named.number, account.number, handleOnly.number]);
    await post('/subjects/erase', { complaints: [...numbers, elsewhere.number] });
    expect(await remains()).toEqual([]);
  });

  it('is taken out of an answer and a note about another’s complaint with what remembers them', async () => {
    const { number } = await desk.intake(POTHOLES);
    const note = { text: `Звонил Пётр Блудоедов, ${PHONE}` };
    await post(`/complaints/${number}/notes`, note, { 'idempotency-key': 'note-1' });
    await post(
      `/complaints/${number}/replies`,
      { kind: 'interim', text: `Сосед Пётр Блудоедов, тел. 8–910–555–00–01, всё показал` },
      { 'idempotency-key': 'reply-1' },
    );
    const who = { names: ['Блудоедов Пётр'], contacts: [PHONE] };
    const { body } = await post('/subjects/search', who);

    const [one, two] = await Promise.all(
      [1, 2].map(() =>
        post('/subjects/erase', {
          ...who,
          mentions: body.mentions.map(({ id }: { id: string }) => id),
        }),
      ),
    );

    expect([one!.status, two!.status, one!.body.redacted + two!.body.redacted]).toEqual([
      200, 200, 2,
    ]);
    expect(await remains()).toEqual([]);
    const { rows } = await desk.pool.query(
      `select length(text_digest) as left from replies r join complaints c on c.id = r.complaint_id where number = $1`,
      [number],
    );
    expect(rows).toEqual([{ left: 0 }]);
    expect(await audit()).toEqual([]);
    await post('/subjects/erase', { complaints: [number] });
  });

  it('is looked for by any terms that a caller may send, in time', async () => {
    const long = (letter: string) => Array.from({ length: 3 }, () => letter.repeat(60)).join(' ');
    const bodies = [
      { names: ['((((', '\\\\', '[', '.*', '%'] },
      { names: Array.from({ length: 20 }, (_, i) => long('абвгдежзиклмнопрстуф'[i]!)) },
      { handles: Array.from({ length: 20 }, (_, i) => `${'\\('.repeat(90)}${i}`) },
      { contacts: Array.from({ length: 20 }, (_, i) => `${'7'.repeat(190)}${i}`) },
      { contacts: ['((((', '\\'] },
    ];

    for (const body of bodies) {
      const { status } = await post('/subjects/search', body);
      expect([status, Object.keys(body)]).toEqual([200, Object.keys(body)]);
    }
  });

  it('with more names than a search can hold at once is found by all of them', async () => {
    const names = Array.from(
      { length: 150 },
      (_, i) =>
        `Блудоедов${'абвгдежзик'[i % 10]} Пётр${'аеиоу'[i % 5]}${'клмнп'[Math.floor(i / 30)]} Ильич`,
    );
    for (const name of names) {
      await post('/complaints', {
        source: 'web',
        text: POTHOLES,
        author: { name, contact: PHONE },
      });
    }

    const began = performance.now();
    const found = await post('/subjects/search', { contacts: [PHONE] });
    const searched = performance.now();
    const erased = await post('/subjects/erase', {
      contacts: [PHONE],
      complaints: found.body.complaints.map(({ id }: { id: string }) => id),
    });

    expect([found.status, found.body.complaints.length]).toEqual([200, 150]);
    expect([erased.status, erased.body.complaints?.length]).toEqual([200, 150]);
    expect(await remains()).toEqual([]);
    expect(searched - began).toBeLessThan(10_000);
  }, 120_000);
});

describe('an erased complaint that is still open', () => {
  it('in review goes on without its words: nothing is published, and it can be closed', async () => {
    const { number } = await desk.intake(POTHOLES, { author: { name: 'Блудоедов Пётр' } });
    const { body: replied } = await post(`/complaints/${number}/replies`, {
      kind: 'final',
      outcome: 'explained',
      text: 'Уважаемый Блудоедов!',
    });
    const review = await desk.until(number, ({ status }) =>
      ['in_review', 'closed'].includes(status),
    );
    const erased = await post('/subjects/erase', { complaints: [number] });
    const again = await post('/subjects/erase', { complaints: [number] });

    expect([replied.status === undefined, erased.status, again.status]).toEqual([false, 200, 200]);
    expect(await remains()).toEqual([]);
    if (review.status === 'in_review') {
      const approved = await post(`/complaints/${number}/approve`);
      expect([review.status, approved.status]).toEqual(['in_review', 200]);
      await desk.until(number, ({ status }) => status === 'closed');
    }
    expect(await audit()).toEqual([]);
  });

  it('does not lock up with words, notes and steps that come at the same moment', async () => {
    const { number, trackingUrl } = await desk.intake(POTHOLES, { author: { contact: PHONE } });
    const answers = await Promise.all([
      ...Array.from({ length: 6 }, (_, i) =>
        tracked(trackingUrl, 'messages', { text: `Яма ${i}`, messageId: `r${i}` }),
      ),
      ...Array.from({ length: 4 }, () => post('/subjects/erase', { complaints: [number] })),
      ...Array.from({ length: 6 }, (_, i) =>
        post(`/complaints/${number}/notes`, { text: `П ${i}` }),
      ),
    ]);

    expect(
      answers.map(({ status }, i) => `${i}:${status}`).filter((line) => line.includes(':5')),
    ).toEqual([]);
    await desk.until(number, ({ status }) => status !== 'received');
    await post('/subjects/erase', { complaints: [number] });
    expect(await audit()).toEqual([]);
  }, 60_000);
});
