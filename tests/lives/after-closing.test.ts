import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openDesk, type Answer, type HttpDesk } from '../support/http-desk.js';
import {
  AT_REST,
  brokenTimelines,
  count,
  restOf,
  rowOf,
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
  expect(await atRest()).toEqual(AT_REST);
  expect(await brokenTimelines(desk.pool, desk.config.dataDir)).toEqual([]);
  await desk.close();
}, 60_000);

interface Taken {
  id: string;
  number: string;
  token: string;
}

const atRest = () =>
  untilSeen(
    () => restOf(desk.pool),
    (rest) => JSON.stringify(rest) === JSON.stringify(AT_REST),
  );
const until = ({ id }: Taken, holds: (row: any) => boolean) =>
  untilSeen(() => rowOf(desk.pool, id), holds);
const isClosed = ({ status }: { status: string }): boolean => status === 'closed';
const types = ({ id }: Taken): Promise<string[]> => typesOf(desk.pool, id);
const amount = async (complaint: Taken, type: string): Promise<number> =>
  (await types(complaint)).filter((t) => t === type).length;
const post = ({ id }: Taken, path: string, body: object = {}): Promise<Answer<any>> =>
  desk.call('POST', `/complaints/${id}/${path}`, body);
const write = ({ token }: Taken, text: string): Promise<Answer> =>
  desk.call('POST', `/track/${token}/messages`, { text }, { key: null });
const rate = ({ token }: Taken, body: object): Promise<Answer> =>
  desk.call('POST', `/track/${token}/rating`, body, { key: null });
const follow = ({ token }: Taken): Promise<Answer<any>> =>
  desk.call('GET', `/track/${token}`, undefined, { key: null });

async function sorted(): Promise<Taken> {
  const { body } = await desk.call('POST', '/complaints', { source: 'vk', text: POTHOLES });
  const taken = { id: body.id, number: body.number, token: tokenOf(body) };
  await until(taken, ({ status }) => status !== 'received');
  return taken;
}

async function answer(complaint: Taken, text = 'Ямы заделаны.'): Promise<string> {
  const { status, body } = await post(complaint, 'replies', {
    kind: 'final',
    outcome: 'solved',
    text,
  });
  expect(status).toBe(201);
  await until(complaint, isClosed);
  return body.replyId;
}

async function answered(): Promise<Taken> {
  const complaint = await sorted();
  await answer(complaint);
  return complaint;
}

describe('a closed complaint', () => {
  it('begins one new run when a bad rating and a word come at the same time', async () => {
    const complaints = await Promise.all(Array.from({ length: 10 }, answered));
    for (const complaint of complaints) {
      const [rated, written] = await Promise.all([
        rate(complaint, { rating: 1 }),
        write(complaint, 'Ничего не сделано, яма на месте'),
      ]);
      // The word may have reopened it before the rating came: then there is nothing closed to rate.
      expect([201, 409]).toContain(rated.status);
      expect(written.status).toBe(202);
    }
    await atRest();
    for (const complaint of complaints) {
      expect(await rowOf(desk.pool, complaint.id)).toMatchObject({ run_no: 2, status: 'assigned' });
      expect(await amount(complaint, 'reopened')).toBe(1);
      expect(await amount(complaint, 'citizen_wrote')).toBe(1);
    }
  });

  it('is reopened once by two bad ratings, and the second is refused', async () => {
    const complaint = await answered();
    const both = await Promise.all([
      rate(complaint, { rating: 1 }),
      rate(complaint, { rating: 1 }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
    await until(complaint, ({ status }) => status === 'assigned');
    expect((await rate(complaint, { rating: 1 })).status).toBe(409);
    await atRest();
    expect(await amount(complaint, 'reopened')).toBe(1);
    expect(await amount(complaint, 'rated')).toBe(1);
  });

  it('keeps both ratings of two answers, each tied to its reply', async () => {
    const complaint = await sorted();
    const first = await answer(complaint, 'Ямы заделаны.');
    expect((await rate(complaint, { solved: false })).body).toMatchObject({ reopens: true });
    await until(complaint, ({ status }) => status === 'assigned');
    const second = await answer(complaint, 'Теперь заделаны все.');
    expect((await rate(complaint, { rating: 5 })).status).toBe(201);
    const { rows } = await desk.pool.query(
      'select reply_id, solved, rating from ratings where complaint_id = $1 order by created_at',
      [complaint.id],
    );
    expect(rows).toEqual([
      { reply_id: first, solved: false, rating: null },
      { reply_id: second, solved: null, rating: 5 },
    ]);
    expect((await follow(complaint)).body.answers).toHaveLength(2);
    expect(await rowOf(desk.pool, complaint.id)).toMatchObject({ status: 'closed', run_no: 2 });
  });

  it('refuses to be closed, answered, rejected or merged again, says what is allowed, and nothing happens', async () => {
    const complaint = await answered();
    const other = await sorted();
    const before = await types(complaint);
    const { version } = await rowOf(desk.pool, complaint.id);
    const refused = [
      await post(complaint, 'close', { reason: 'withdrawn' }),
      await post(complaint, 'close', { reason: 'withdrawn' }),
      await post(complaint, 'replies', { kind: 'final', text: 'Ещё один ответ.' }),
      await post(complaint, 'reject', { code: 'spam' }),
      await post(complaint, 'merge', { into: other.number }),
      await post(complaint, 'escalate', { reason: 'Срочно' }),
      await post(complaint, 'unmerge'),
      await desk.call('POST', `/track/${complaint.token}/withdraw`, {}, { key: null }),
    ];
    for (const { status, body } of refused) {
      expect({ status, body }).toMatchObject({
        status: 409,
        body: { status: 'closed', allowed: ['reopen', 'correct', 'rate'] },
      });
    }
    expect(await types(complaint)).toEqual(before);
    expect((await rowOf(desk.pool, complaint.id)).version).toBe(version);
    expect(await count(desk.pool, 'publications where complaint_id = $1', [complaint.id])).toBe(1);
  });

  it('takes thanks for an event and leaves the complaint closed', async () => {
    const complaint = await answered();
    await write(complaint, 'Спасибо большое, всё отлично сделали!');
    await atRest();
    expect(await rowOf(desk.pool, complaint.id)).toMatchObject({ status: 'closed', run_no: 1 });
    expect(await amount(complaint, 'citizen_wrote')).toBe(1);
  });

  it('makes a word on a rejected complaint an operator’s task', async () => {
    const complaint = await sorted();
    expect((await post(complaint, 'reject', { code: 'no_facts' })).status).toBe(200);
    await write(complaint, 'Вот адрес: улица Ленина, 5');
    await atRest();
    expect(await rowOf(desk.pool, complaint.id)).toMatchObject({ status: 'closed', run_no: 1 });
    const tasks = await desk.call('GET', '/tasks');
    expect(
      tasks.body.items.filter(
        (task: any) => task.complaint?.id === complaint.id || task.complaintId === complaint.id,
      ),
    ).toHaveLength(1);
    expect(await amount(complaint, 'citizen_wrote')).toBe(1);
  });

  it('is reopened by one of two operators at once, and the other one is refused', async () => {
    const complaint = await answered();
    const both = await Promise.all(
      [1, 2].map(() => post(complaint, 'reopen', { reason: 'Жалуются снова' })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(both.find(({ status }) => status === 409)!.body).toMatchObject({
      allowed: expect.any(Array),
    });
    expect(await amount(complaint, 'reopened')).toBe(1);
    expect((await rowOf(desk.pool, complaint.id)).run_no).toBe(2);
  });
});

describe('a complaint merged into another', () => {
  it('hands its citizen’s word to the other one, marked as from there, and stays closed', async () => {
    const [a, b] = [await sorted(), await sorted()];
    expect((await post(b, 'merge', { into: a.number })).status).toBe(200);
    await write(b, 'И во дворе тоже яма');
    await atRest();
    expect(await rowOf(desk.pool, b.id)).toMatchObject({
      status: 'closed',
      closure_reason: 'duplicate',
      run_no: 1,
    });
    const { body } = await desk.call('GET', `/complaints/${a.id}/timeline?limit=100`);
    expect(body.items.filter(({ type }: any) => type === 'citizen_wrote')).toEqual([
      expect.objectContaining({
        data: expect.objectContaining({ text: 'И во дворе тоже яма', route: `from ${b.number}` }),
      }),
    ]);
    expect(await amount(b, 'citizen_wrote')).toBe(1);
    // The citizen of A does not read what the citizen of B wrote.
    expect((await follow(a)).body.messages).toEqual([]);
    expect((await follow(b)).body.messages).toHaveLength(1);
  });

  it('shows the other one’s final answer at its own link, also by way of a third one', async () => {
    const [a, b, c] = [await sorted(), await sorted(), await sorted()];
    await post(c, 'merge', { into: b.number });
    await post(b, 'merge', { into: a.number });
    await answer(a, 'Все ямы заделаны.');
    for (const complaint of [a, b, c]) {
      expect((await follow(complaint)).body.answers).toEqual([
        expect.objectContaining({ text: 'Все ямы заделаны.', kind: 'final' }),
      ]);
    }
    expect(
      await count(desk.pool, `publications where state = 'published' and complaint_id = any($1)`, [
        [a.id, b.id, c.id],
      ]),
    ).toBe(3);
  });

  it('lives on after unmerging, with what was left on its clocks and its own answer', async () => {
    const [a, b] = [await sorted(), await sorted()];
    const before = await rowOf(desk.pool, b.id);
    await post(b, 'merge', { into: a.number });
    const undone = await post(b, 'unmerge');
    expect(undone).toMatchObject({ status: 200, body: { status: 'assigned' } });
    const after = await rowOf(desk.pool, b.id);
    expect(after).toMatchObject({
      merged_into: null,
      closure_reason: null,
      run_no: 2,
      topic: before.topic,
    });
    // In working time nothing, or a few seconds, went by while it was closed.
    for (const clock of ['acceptance', 'first_reply', 'resolution']) {
      expect(
        after.process.clocks[clock].dueAt - before.process.clocks[clock].dueAt,
      ).toBeGreaterThanOrEqual(0);
      expect(after.process.clocks[clock].dueAt - before.process.clocks[clock].dueAt).toBeLessThan(
        120_000,
      );
    }
    expect((await types(b)).slice(-3)).toEqual(['closed', 'unmerged', 'assigned']);
    await answer(a, 'Ямы на Ленина заделаны.');
    expect((await follow(b)).body.answers).toEqual([]);
    await answer(b, 'Яма во дворе заделана.');
    expect((await follow(b)).body.answers).toHaveLength(1);
  });

  it('cannot be merged in a circle, even when both are merged at once', async () => {
    const [a, b] = [await sorted(), await sorted()];
    const both = await Promise.all([
      post(a, 'merge', { into: b.number }),
      post(b, 'merge', { into: a.number }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 422]);
    const rows = [await rowOf(desk.pool, a.id), await rowOf(desk.pool, b.id)];
    expect(rows.map(({ status }) => status).sort()).toEqual(['assigned', 'closed']);
  });
});
