import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuid } from 'uuid';
import { complaintWorkflowId, WORKFLOWS } from '../../src/temporal/names.js';
import { beginRun } from '../../src/relay/start-run.js';
import { openParts, type DeskParts } from '../support/desk.js';
import { LifeDriver, type Complaint } from '../support/life-driver.js';
import { untilHolds } from '../support/until-holds.js';
import { recordHistory } from '../support/record-history.js';

/** How a run begins, ends, is cut off, follows another one, and goes on under a fresh history. */

let desk: DeskParts;
let life: LifeDriver;

beforeAll(async () => {
  desk = await openParts();
  life = new LifeDriver(desk);
}, 60_000);

afterAll(async () => {
  await desk?.close();
});

const closed = async (complaint: Complaint, reason: string): Promise<void> => {
  await life.until(complaint, ({ status }) => status === 'closed');
  expect((await life.row(complaint)).closure_reason).toBe(reason);
};

/** What the relay starts runs with. */
const starter = () => ({
  client: desk.client,
  clock: desk.clock,
  taskQueue: desk.config.OTKLIK_TASK_QUEUE,
});

describe('a run', () => {
  it('cancelled from outside closes its complaint as withdrawn, and answers who was heard', async () => {
    const complaint = await life.sorted();
    const handle = life.handle(complaint);
    await Promise.all([handle.cancel(), handle.signal('escalate'), handle.signal('citizenWrote')]);

    await closed(complaint, 'withdrawn');
    expect(await handle.result()).toBe('withdrawn');
    expect((await life.events(complaint)).filter(({ type }) => type === 'closed')).toMatchObject([
      { actor: 'system', data: { by: 'cancellation' } },
    ]);
    await recordHistory(handle, 'cancelled-from-outside');
  });

  it('cancelled before it has begun still takes its complaint, and closes it', async () => {
    await desk.stopWorker();
    const complaint = await life.intake();
    await beginRun(starter(), complaint.id, complaint.number, 1, { by: 'start' });
    await life.handle(complaint).cancel();

    await desk.startWorker();

    await closed(complaint, 'withdrawn');
  });

  it('that comes second to a complaint changes nothing and ends as fenced', async () => {
    const complaint = await life.sorted();
    const before = await life.row(complaint);
    const second = await desk.client.workflow.start(WORKFLOWS.complaint, {
      workflowId: `${complaintWorkflowId(complaint.number)}-second`,
      taskQueue: desk.config.OTKLIK_TASK_QUEUE,
      args: [{ complaintId: complaint.id }],
    });
    const command = second.executeUpdate('accept', {
      updateId: await life.commandRow(complaint, 'accept', {}),
    });

    await expect(command).rejects.toThrow();
    expect(await second.result()).toBe('fenced');
    expect(await life.row(complaint)).toEqual(before);
    const { rows } = await desk.pool.query('select state from commands where complaint_id = $1', [
      complaint.id,
    ]);
    expect(rows).toEqual([{ state: 'pending' }]);
    expect(await life.command(complaint, 'accept', {})).toMatchObject({ applied: true });
  });

  it('of a complaint that is gone ends as fenced', async () => {
    const run = await desk.client.workflow.start(WORKFLOWS.complaint, {
      workflowId: 'complaint/2026-999999',
      taskQueue: desk.config.OTKLIK_TASK_QUEUE,
      args: [{ complaintId: uuid() }],
    });

    expect(await run.result()).toBe('fenced');
  });

  it('is not begun again by a start that is repeated after the closing', async () => {
    const complaint = await life.sorted();
    await life.command(complaint, 'close', { reason: 'withdrawn' });
    await life.handle(complaint).result();
    const before = await life.row(complaint);
    const { firstExecutionRunId } = await life
      .handle(complaint)
      .describe()
      .then(({ runId }) => ({ firstExecutionRunId: runId }));

    await life.send(desk.pool, 'start', complaint.id, {});
    await untilHolds(
      async () =>
        (
          await desk.pool.query(`select from outbox where complaint_id = $1 and kind = 'start'`, [
            complaint.id,
          ])
        ).rows.length,
      (left) => left === 0,
    );
    await beginRun(starter(), complaint.id, complaint.number, 1, { by: 'start' });

    expect((await life.handle(complaint).describe()).runId).toBe(firstExecutionRunId);
    expect(await life.row(complaint)).toEqual(before);
  });

  it('rebuilt from its row takes the place of the one before, with its clocks', async () => {
    const complaint = await life.sorted();
    await life.command(complaint, 'accept', {});
    const { clocks } = (await life.row(complaint)).process;

    await beginRun(starter(), complaint.id, complaint.number, 2, { by: 'rebuild' });

    const row = await life.until(complaint, ({ run_no: runNo }) => runNo === 2);
    expect(row.process.clocks).toEqual(clocks);
    expect((await life.types(complaint)).slice(-1)).toEqual(['rebuilt']);
    expect(await life.replyFinal(complaint)).toMatchObject({ applied: true });
  });

  it('whose history has grown long goes on with a fresh one, and everything it knew', async () => {
    const complaint = await life.sorted();
    await life.command(complaint, 'accept', {});
    const { runId } = await life.handle(complaint).describe();
    const before = await life.row(complaint);

    // From 4 MB on the server suggests it; 1,500 messages would do as well, but take their time.
    for (let sent = 0; sent < 3; sent += 1) {
      await life.handle(complaint).signal('citizenWrote', 'x'.repeat(1_500_000));
    }
    await untilHolds(
      async () => (await life.handle(complaint).describe()).runId,
      (id) => id !== runId,
      30_000,
    );

    expect(await life.row(complaint)).toEqual(before);
    const described = await life.handle(complaint).describe();
    expect(described.searchAttributes).toMatchObject({
      ComplaintStatus: ['in_progress'],
      Topic: ['roads.potholes'],
      Agency: ['adm-arzamas'],
    });
    expect(await life.replyFinal(complaint)).toMatchObject({ applied: true, status: 'publishing' });
    await closed(complaint, 'answered');
    expect(await life.handle(complaint).result()).toBe('answered');
    await recordHistory(life.handle(complaint), 'continued-as-new');
  }, 60_000);
});
