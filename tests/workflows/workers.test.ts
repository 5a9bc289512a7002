import { afterEach, describe, expect, it } from '@jest/globals';
import { v7 as uuid } from 'uuid';
import { complaintWorkflowId } from '../../src/temporal/names.js';
import { makeBuildCurrent } from '../../src/temporal/prepare-server.js';
import { DEPLOYMENT } from '../../src/temporal/worker.js';
import { openDesk, type HttpDesk } from '../support/http-desk.js';
import { POTHOLES } from '../support/life-driver.js';
import { brokenTimelines, insist } from '../lives/crowd.js';
import { untilHolds } from '../support/until-holds.js';

const WORKFLOW_TASK_FAILED = 9;

let desk: HttpDesk;
afterEach(async () => {
  await desk.close();
});

const post = async (number: string, path: string, body: object = {}): Promise<number> =>
  (await desk.call('POST', `/complaints/${number}${path}`, body)).status;

const closed = (number: string) => desk.until(number, ({ status }) => status === 'closed');

/** A run that was evicted with its step under way takes it up again after ten seconds: meanwhile the API says 503. */
async function insisting(number: string, path: string, body: object = {}): Promise<number> {
  const headers = { 'idempotency-key': uuid() };
  return (await insist(() => desk.call('POST', `/complaints/${number}${path}`, body, { headers })))
    .status;
}

async function failedTasksOf(number: string): Promise<number> {
  const handle = desk.client.workflow.getHandle(complaintWorkflowId(number));
  const { events } = await handle.fetchHistory();
  return events!.filter(({ eventType }) => Number(eventType) === WORKFLOW_TASK_FAILED).length;
}

describe('workers', () => {
  it('lose nothing and fail no task when running complaints are evicted from their cache all the time', async () => {
    desk = await openDesk({ OTKLIK_WORKFLOW_CACHE: '2' });
    const complaints = await Promise.all(
      Array.from({ length: 20 }, () => desk.intake(POTHOLES).then(({ number }) => number)),
    );

    const answers = await Promise.all(
      complaints.flatMap((number) => [
        insisting(number, '/accept'),
        insisting(number, '/escalate', { reason: 'Срочно' }),
        insisting(number, '/replies', { kind: 'interim', text: 'Выехала бригада.' }),
      ]),
    );
    const finals = await Promise.all(
      complaints.map((number) => insisting(number, '/replies', { kind: 'final', text: 'Готово.' })),
    );
    await Promise.all(
      complaints.map((number) =>
        untilHolds(
          async () => (await desk.call('GET', `/complaints/${number}`)).body,
          ({ status }) => status === 'closed',
          60_000,
        ),
      ),
    );

    // What the interim reply has accepted already cannot be accepted again.
    expect(new Set(answers)).toEqual(new Set([200, 201, 409]));
    expect(new Set(finals)).toEqual(new Set([201]));
    expect(await Promise.all(complaints.map(failedTasksOf))).toEqual(complaints.map(() => 0));
    expect(await brokenTimelines(desk.pool, desk.config.dataDir)).toEqual([]);
  }, 120_000);

  it('move a running complaint to the newest build of their deployment', async () => {
    desk = await openDesk({ OTKLIK_BUILD_ID: `first-${uuid()}` }, { worker: false });
    await desk.startWorker();
    await makeBuildCurrent(desk.client, DEPLOYMENT, desk.config.OTKLIK_BUILD_ID!);
    const { number } = await desk.intake(POTHOLES);
    expect(await post(number, '/accept')).toBe(200);

    await desk.stopWorker();
    desk.config.OTKLIK_BUILD_ID = `second-${uuid()}`;
    await desk.startWorker();
    await makeBuildCurrent(desk.client, DEPLOYMENT, desk.config.OTKLIK_BUILD_ID);
    const status = await post(number, '/replies', { kind: 'final', text: 'Заделали.' });
    await closed(number);

    expect(status).toBe(201);
    const { raw } = await desk.client.workflow.getHandle(complaintWorkflowId(number)).describe();
    expect(raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId).toBe(
      desk.config.OTKLIK_BUILD_ID,
    );
    expect(await failedTasksOf(number)).toBe(0);
  }, 60_000);

  it('tell of complaints whose step is late', async () => {
    desk = await openDesk();
    const { id } = await desk.intake(POTHOLES);
    await desk.stopWorker();
    const late = async () =>
      /^otklik_complaints_late_steps (\d+)$/m.exec(
        await (await fetch(`${desk.baseUrl}/metrics`)).text(),
      )?.[1];
    expect(await late()).toBe('0');

    await desk.pool.query(
      `update complaints set wake_at = now() - interval '6 min' where id = $1`,
      [id],
    );

    expect(await untilHolds(late, (seen) => seen === '1', 15_000)).toBe('1');
  }, 60_000);
});
