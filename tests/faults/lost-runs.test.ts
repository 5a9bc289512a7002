import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { v7 } from 'uuid';
import { createStep } from '../../activities/step/step.js';
import { rebuild } from '../../activities/sweep.js';
import { insertText, newText } from '../../src/db/timeline.js';
import type { sweep } from '../../workflows/index.js';
import { complaintWorkflowId } from '../../src/temporal/names.js';
import { openDesk, type HttpDesk } from '../support/http-desk.js';
import { brokenTimelines, insist, rowOf, typesOf, untilSeen } from '../lives/crowd.js';

const POTHOLES = 'В Арзамасе на улице Ленина огромные ямы на дороге, проехать невозможно';

let desk: HttpDesk;
beforeAll(async () => {
  desk = await openDesk();
}, 60_000);
afterAll(async () => {
  expect(await brokenTimelines(desk.pool, desk.config.dataDir)).toEqual([]);
  await desk.close();
}, 30_000);

interface Taken {
  id: string;
  number: string;
}

async function sorted(): Promise<Taken> {
  const { body } = await desk.call('POST', '/complaints', { source: 'vk', text: POTHOLES });
  await untilSeen(
    () => rowOf(desk.pool, body.id),
    ({ status }) => status !== 'received',
  );
  return { id: body.id, number: body.number };
}

const runOf = ({ number }: Taken) => desk.client.workflow.getHandle(complaintWorkflowId(number));
const runSweep = () =>
  desk.client.workflow.execute<typeof sweep>('sweep', {
    workflowId: `sweep-${randomUUID()}`,
    taskQueue: desk.config.OTKLIK_TASK_QUEUE,
  });
const answer = ({ id }: Taken) =>
  desk.call('POST', `/complaints/${id}/replies`, { kind: 'final', text: 'Ямы заделаны.' });

describe('a run that is gone', () => {
  it('is replaced once by the sweep, from the row, and the complaint can be answered; the next sweep finds nothing', async () => {
    const [lost, sound, closed] = [await sorted(), await sorted(), await sorted()];
    await desk.call('POST', `/complaints/${closed.id}/close`, { reason: 'withdrawn' });
    const before = await rowOf(desk.pool, lost.id);
    await runOf(lost).terminate('a test');

    expect(await runSweep()).toMatchObject({ checked: 2, rebuilt: 1 });
    const after = await untilSeen(
      () => rowOf(desk.pool, lost.id),
      ({ run_no: runNo }) => runNo === 2,
    );
    expect(after).toMatchObject({
      status: 'assigned',
      level: before.level,
      accept_by: before.accept_by,
      wake_at: before.wake_at,
    });
    expect(await typesOf(desk.pool, lost.id)).toEqual([
      'received',
      'triaged',
      'assigned',
      'rebuilt',
    ]);

    expect(await runSweep()).toMatchObject({ checked: 2, rebuilt: 0 });
    expect((await rowOf(desk.pool, lost.id)).run_no).toBe(2);
    expect((await rowOf(desk.pool, sound.id)).run_no).toBe(1);
    expect((await answer(lost)).status).toBe(201);
    await untilSeen(
      () => rowOf(desk.pool, lost.id),
      ({ status }) => status === 'closed',
    );
    expect((await runOf(lost).describe()).status.name).not.toBe('TERMINATED');
    expect((await answer(sound)).status).toBe(201);
  }, 60_000);

  it('is replaced even before its first step, and when Temporal has forgotten it', async () => {
    await desk.stopWorker();
    const { body } = await desk.call('POST', '/complaints', { source: 'vk', text: POTHOLES });
    // The start was sent, as far as the outbox knows, and is nowhere.
    await desk.pool.query('delete from outbox where complaint_id = $1', [body.id]);
    await desk.startWorker();
    expect(await runSweep()).toMatchObject({ rebuilt: 1 });
    const row = await untilSeen(
      () => rowOf(desk.pool, body.id),
      ({ status }) => status !== 'received',
    );
    expect(row).toMatchObject({ run_no: 1, status: 'assigned' });
    expect(await typesOf(desk.pool, body.id)).toEqual(['received', 'triaged', 'assigned']);
  }, 60_000);

  it('is replaced by hand for an open complaint whose run still lives, which then moves nothing any more', async () => {
    const complaint = await sorted();
    const first = await runOf(complaint).describe();
    await rebuild(
      { client: desk.client, clock: desk.clock, taskQueue: desk.config.OTKLIK_TASK_QUEUE },
      { ...complaint, run_no: 1 },
    );
    await untilSeen(
      () => rowOf(desk.pool, complaint.id),
      ({ run_no: runNo }) => runNo === 2,
    );
    expect((await runOf(complaint).describe()).runId).not.toBe(first.runId);
    expect((await answer(complaint)).status).toBe(201);
    await untilSeen(
      () => rowOf(desk.pool, complaint.id),
      ({ status }) => status === 'closed',
    );
    expect(
      (await typesOf(desk.pool, complaint.id)).filter((type) => type === 'replied'),
    ).toHaveLength(1);
  }, 60_000);

  it('is not made for a closed complaint', async () => {
    const complaint = await sorted();
    await desk.call('POST', `/complaints/${complaint.id}/close`, { reason: 'withdrawn' });
    const before = await typesOf(desk.pool, complaint.id);
    await runOf(complaint).result();
    await rebuild(
      { client: desk.client, clock: desk.clock, taskQueue: desk.config.OTKLIK_TASK_QUEUE },
      { ...complaint, run_no: 1 },
    );
    expect(await runOf(complaint).result()).toBe('fenced');
    expect(await rowOf(desk.pool, complaint.id)).toMatchObject({ status: 'closed', run_no: 1 });
    expect(await typesOf(desk.pool, complaint.id)).toEqual(before);
    expect(await runSweep()).toMatchObject({ rebuilt: 0 });
  }, 60_000);
});

describe('a command whose step was done and whose update Temporal lost', () => {
  /** What is left when Temporal is restarted between a step and its update's record: the run has not heard of it. */
  async function doUnheard({ id }: Taken, type: 'close' | 'replyFinal'): Promise<void> {
    const row = await rowOf(desk.pool, id);
    const commandId = v7();
    const replyId = v7();
    const text = newText('reply', 'Ямы заделаны.');
    if (type === 'replyFinal') {
      await insertText(desk.pool, id, text);
      await desk.pool.query(
        `insert into replies (id, complaint_id, kind, outcome, text_id, text_digest, actor, created_at)
         values ($1, $2, 'final', 'solved', $3, 'x', 'system', now())`,
        [replyId, id, text.id],
      );
    }
    await desk.pool.query(
      `insert into commands (id, complaint_id, type, actor, body, created_at) values ($1, $2, $3, 'system', $4, now())`,
      [
        commandId,
        id,
        type,
        JSON.stringify(type === 'close' ? { reason: 'withdrawn' } : { replyId }),
      ],
    );
    const step = createStep({ pool: desk.pool, region: desk.region, channelOf: () => 'web' });
    const result = await step({
      ...{ complaintId: id, runNo: row.run_no, fence: row.fence, now: Date.now() },
      cause: { do: 'command', commandId },
    });
    expect(result.refused).toBeUndefined();
  }

  it('is noticed by the sweep: the answer is published', async () => {
    const complaint = await sorted();
    await doUnheard(complaint, 'replyFinal');
    expect(await rowOf(desk.pool, complaint.id)).toMatchObject({ status: 'publishing' });
    expect(await runSweep()).toMatchObject({ rebuilt: 0 });
    await untilSeen(
      () => rowOf(desk.pool, complaint.id),
      ({ status }) => status === 'closed',
    );
    expect(await runOf(complaint).result()).toBe('answered');
    expect(await typesOf(desk.pool, complaint.id)).toEqual([
      ...['received', 'triaged', 'assigned', 'accepted', 'replied', 'published', 'closed'],
    ]);
  }, 60_000);

  it('that closed the complaint does not keep it from being reopened', async () => {
    const complaint = await sorted();
    await doUnheard(complaint, 'close');
    const reopened = await insist(() =>
      desk.call(
        'POST',
        `/complaints/${complaint.id}/reopen`,
        { reason: 'Ошибка' },
        { headers: { 'idempotency-key': 'again' } },
      ),
    );
    expect(reopened).toMatchObject({ status: 200, body: { status: 'assigned' } });
    expect((await rowOf(desk.pool, complaint.id)).run_no).toBe(2);
  }, 60_000);
});

describe('a command that nobody asked for again', () => {
  it('is given up by the sweep after a day of machine time, and its caller is told so', async () => {
    const { id } = await sorted();
    const dayAgo = Date.now() - 25 * 3_600_000;
    const old = v7({ msecs: dayAgo });
    // A young one whose row is a year old in world time waits on; so does an old one that is still being sent.
    const [young, sent] = [v7(), v7({ msecs: dayAgo })];
    for (const command of [old, young, sent]) {
      await desk.pool.query(
        `insert into commands (id, complaint_id, type, actor, body, created_at)
         values ($1, $2, 'accept', 'system', '{}', now() - interval '1 year')`,
        [command, id],
      );
    }
    await desk.pool.query(
      `insert into outbox (kind, complaint_id, payload, not_before) values ('start', $1, $2, now() + interval '1 hour')`,
      [id, JSON.stringify({ commandId: sent })],
    );
    expect(await runSweep()).toMatchObject({ expired: 1 });
    const { rows } = await desk.pool.query<{ id: string; state: string; result: object | null }>(
      'select id, state, result from commands where id = any($1)',
      [[old, young, sent]],
    );
    expect(new Map(rows.map((row) => [row.id, row.state]))).toEqual(
      new Map([
        [old, 'refused'],
        [young, 'pending'],
        [sent, 'pending'],
      ]),
    );
    expect(rows.find((row) => row.id === old)!.result).toMatchObject({
      refused: { code: 'invalid', allowed: [] },
    });
  }, 60_000);
});
