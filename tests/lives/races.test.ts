import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openDesk, type Answer, type HttpDesk } from '../support/http-desk.js';
import {
  AT_REST,
  atOnce,
  brokenTimelines,
  count,
  restOf,
  rowOf,
  times,
  tokenOf,
  typesOf,
  untilSeen,
} from './crowd.js';

const POTHOLES = 'В Арзамасе на улице Ленина огромные ямы на дороге, проехать невозможно';

let desk: HttpDesk;
beforeAll(async () => {
  desk = await openDesk();
}, 60_000);
afterAll(async () => {
  await desk.close();
});

const until = (id: string, holds: (row: any) => boolean) =>
  untilSeen(() => rowOf(desk.pool, id), holds);
const isClosed = ({ status }: { status: string }): boolean => status === 'closed';
const atRest = () =>
  untilSeen(
    () => restOf(desk.pool),
    (rest) => JSON.stringify(rest) === JSON.stringify(AT_REST),
  );
const final = (text = 'Ямы заделаны.') => ({ kind: 'final', outcome: 'solved', text });

interface Taken {
  id: string;
  number: string;
  token: string;
}

/** Takes complaints in and waits until all of them are with their agency. */
async function sorted(amount: number): Promise<Taken[]> {
  const taken = await atOnce(times(amount), 25, async () => {
    const { status, body } = await desk.call('POST', '/complaints', {
      source: 'vk',
      text: POTHOLES,
    });
    expect(status).toBe(202);
    return { id: body.id, number: body.number, token: tokenOf(body) };
  });
  const ids = taken.map(({ id }) => id);
  await untilSeen(
    () => count(desk.pool, `complaints where id = any($1) and status = 'assigned'`, [ids]),
    (n) => n === amount,
    60_000,
  );
  return taken;
}

const write = (token: string, text: string, messageId?: string): Promise<Answer> =>
  desk.call(
    'POST',
    `/track/${token}/messages`,
    { text, ...(messageId && { messageId }) },
    { key: null },
  );

describe('what comes at once', () => {
  it('makes the same message, sent 20 times in parallel, one complaint with one workflow', async () => {
    const message = { source: 'telegram', externalId: 'update-77', text: POTHOLES };
    const answers = await atOnce(times(20), 20, () => desk.call('POST', '/complaints', message));
    expect(answers.map(({ status }) => status)).toEqual(times(20).map(() => 202));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(answers.filter(({ body }) => !body.duplicate)).toHaveLength(1);
    const { id, number } = answers[0]!.body;
    await until(id, ({ status }) => status !== 'received');
    expect((await typesOf(desk.pool, id)).filter((type) => type === 'received')).toHaveLength(1);

    expect(
      (await desk.call('POST', `/complaints/${id}/close`, { reason: 'withdrawn' })).status,
    ).toBe(200);
    const again = await desk.call('POST', '/complaints', message);
    expect(again).toMatchObject({
      status: 202,
      body: { id, number, duplicate: true, status: 'closed' },
    });
    await desk.client.workflow.getHandle(`complaint/${number}`).result();
    expect(await count(desk.pool, `complaints where external_id = 'update-77'`)).toBe(1);
    expect(await rowOf(desk.pool, id)).toMatchObject({ run_no: 1, status: 'closed' });
  });

  it('publishes one of two different final replies that come at once, and refuses the other with what is allowed', async () => {
    const agency = (await rowOf(desk.pool, (await sorted(1))[0]!.id)).agency_id;
    const code = (await desk.region.current()).agencies.get(agency)!.code;
    const keys = [await desk.keyFor('agency', code), await desk.keyFor('agency', code)];
    const complaints = await sorted(20);
    const pairs = await atOnce(complaints, 5, ({ id }) =>
      Promise.all(
        keys.map((key, index) =>
          desk.call('POST', `/complaints/${id}/replies`, final(`Ответ ${index}`), { key }),
        ),
      ),
    );
    for (const [index, pair] of pairs.entries()) {
      expect(pair.map(({ status }) => status).sort()).toEqual([201, 409]);
      const refused = pair.find(({ status }) => status === 409)!;
      expect(refused.body).toMatchObject({ code: 'state_forbids', allowed: expect.any(Array) });
      expect(['publishing', 'closed']).toContain(refused.body.status);
      await until(complaints[index]!.id, isClosed);
    }
    const ids = complaints.map(({ id }) => id);
    expect(
      await count(desk.pool, `publications where complaint_id = any($1) and state = 'published'`, [
        ids,
      ]),
    ).toBe(20);
    expect(await count(desk.pool, 'publications where complaint_id = any($1)', [ids])).toBe(20);
    expect(
      await count(desk.pool, `events where complaint_id = any($1) and type = 'replied'`, [ids]),
    ).toBe(20);
  });

  it('publishes a reply sent twice with the same key once, and refuses the same words under another key', async () => {
    const [complaint] = await sorted(1);
    const path = `/complaints/${complaint!.id}/replies`;
    const headers = { 'idempotency-key': 'reply-1' };
    const both = await Promise.all([1, 2].map(() => desk.call('POST', path, final(), { headers })));
    const accepted = both.filter(({ status }) => status === 201);
    expect(accepted.length).toBeGreaterThanOrEqual(1);
    // The second may come while the first still runs: then it is told to come again.
    expect(
      both.map(({ status }) => status).filter((status) => status !== 201 && status !== 409),
    ).toEqual([]);
    const again = await desk.call('POST', path, final(), { headers });
    expect(again).toMatchObject({ status: 201, body: { replyId: accepted[0]!.body.replyId } });
    const other = await desk.call('POST', path, final(), {
      headers: { 'idempotency-key': 'reply-2' },
    });
    expect(other.status).toBe(409);
    await until(complaint!.id, isClosed);
    expect(await count(desk.pool, 'publications where complaint_id = $1', [complaint!.id])).toBe(1);
    expect(
      (await typesOf(desk.pool, complaint!.id)).filter((type) => type === 'replied'),
    ).toHaveLength(1);
  });

  it('refuses an interim reply with the words of the one before', async () => {
    const [complaint] = await sorted(1);
    const path = `/complaints/${complaint!.id}/replies`;
    const interim = { kind: 'interim', text: 'Приняли в работу, ответим на неделе.' };
    const both = await Promise.all(
      ['a', 'b'].map((key) =>
        desk.call('POST', path, interim, { headers: { 'idempotency-key': key } }),
      ),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
    await atRest();
    expect(await count(desk.pool, 'publications where complaint_id = $1', [complaint!.id])).toBe(1);
  });

  it('keeps all 2,500 words of a talkative citizen, and a new run begins before Temporal would end the old one', async () => {
    const [complaint] = await sorted(1);
    const { id, number, token } = complaint!;
    const statuses = await atOnce(times(2_500), 50, async (index) => {
      const { status } = await write(token, `Слово ${index}`, `talk-${index}`);
      return status;
    });
    expect(statuses.filter((status) => status !== 202 && status !== 429)).toEqual([]);
    const kept = statuses.filter((status) => status === 202).length;
    await atRest();
    expect((await typesOf(desk.pool, id)).filter((type) => type === 'citizen_wrote')).toHaveLength(
      kept,
    );
    expect(await count(desk.pool, `texts where complaint_id = $1 and kind = 'word'`, [id])).toBe(
      kept,
    );
    expect(await rowOf(desk.pool, id)).toMatchObject({ status: 'assigned', run_no: 1 });
    const described = await desk.client.workflow.getHandle(`complaint/${number}`).describe();
    expect(described.status.name).toBe('RUNNING');
    expect(described.historyLength).toBeLessThan(20_000);
    // It still lives: it can be answered.
    const { status } = await desk.call('POST', `/complaints/${id}/replies`, final());
    expect(status).toBe(201);
    await until(id, isClosed);
    expect(await brokenTimelines(desk.pool, desk.config.dataDir)).toEqual([]);
  }, 240_000);

  it('loses none of the words that race with 500 final replies, and tells none twice', async () => {
    const complaints = await sorted(500);
    const words = await atOnce(complaints, 25, async ({ id, token }, index) => {
      // The citizen writes before, at and after the moment of the answer.
      const reply = desk.call('POST', `/complaints/${id}/replies`, final());
      const moment =
        index % 3 === 0 ? Promise.resolve() : index % 3 === 1 ? reply : until(id, isClosed);
      const word = moment.then(() => write(token, 'Яма всё ещё на месте', `word-${index}`));
      const [replied, written] = await Promise.all([reply, word]);
      expect(replied.status).toBe(201);
      return written;
    });
    expect(words.filter(({ status }) => status !== 202)).toEqual([]);
    await atRest();
    await untilSeen(
      () => count(desk.pool, `complaints where status = 'publishing'`),
      (n) => n === 0,
    );

    const ids = complaints.map(({ id }) => id);
    const { rows } = await desk.pool.query<{
      id: string;
      status: string;
      run_no: number;
      told: number;
      reopened: number;
    }>(
      `select c.id, c.status, c.run_no,
         (select count(*)::int from events e where e.complaint_id = c.id and e.type = 'citizen_wrote') as told,
         (select count(*)::int from events e where e.complaint_id = c.id and e.type = 'reopened') as reopened
       from complaints c where c.id = any($1)`,
      [ids],
    );
    expect(rows.filter(({ told }) => told !== 1)).toEqual([]);
    // Told in the run that was closing, or it has begun the next one.
    expect(
      rows.filter(({ status, reopened }) =>
        status === 'closed' ? reopened !== 0 : reopened !== 1,
      ),
    ).toEqual([]);
    expect(rows.filter(({ run_no, reopened }) => run_no !== 1 + reopened)).toEqual([]);
    expect(rows.some(({ status }) => status !== 'closed')).toBe(true);
    expect(
      await count(desk.pool, `publications where complaint_id = any($1) and state = 'published'`, [
        ids,
      ]),
    ).toBe(500);
    expect(await brokenTimelines(desk.pool, desk.config.dataDir)).toEqual([]);
  }, 240_000);
});
