import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openDesk, type HttpDesk } from '../support/http-desk.js';
import { atOnce, count, insist, times, typesOf, untilSeen } from '../lives/crowd.js';
import { ownTemporal, type OwnServer } from './own-servers.js';

const COMPLAINTS = 1_000;
const TEXT = 'В Арзамасе на улице Ленина огромная яма на дороге';
let temporal: OwnServer;
let desk: HttpDesk;

beforeAll(async () => {
  temporal = await ownTemporal();
  desk = await openDesk({ TEMPORAL_ADDRESS: temporal.address });
}, 60_000);
afterAll(async () => {
  await desk.close();
  await temporal.stop();
});

describe('while Temporal is away', () => {
  it('takes in 1,000 complaints, and each gets exactly one workflow when it is back', async () => {
    const early = await desk.intake(TEXT);
    const accept = () =>
      desk.call(
        'POST',
        `/complaints/${early.id}/accept`,
        {},
        { headers: { 'idempotency-key': 'accept-1' } },
      );
    await temporal.stop();

    const answers = await atOnce(times(COMPLAINTS), 50, async (index) => {
      const { status } = await desk.call('POST', '/complaints', {
        ...{ source: 'vk', externalId: `away-${index}` },
        text: `${TEXT}, у дома ${index}`,
      });
      return status;
    });
    expect(answers.filter((status) => status !== 202)).toEqual([]);

    const refused = await accept();
    expect(refused).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await desk.call('GET', `/complaints/${early.id}`)).body).toMatchObject({
      status: 'assigned',
    });

    await temporal.start();
    expect((await insist(accept)).status).toBe(200);
    expect((await accept()).status).toBe(200);
    const accepted = (await typesOf(desk.pool, early.id)).filter((type) => type === 'accepted');
    expect(accepted).toHaveLength(1);

    await untilSeen(
      () => count(desk.pool, `complaints where status = 'received'`),
      (n) => n === 0,
      150_000,
    );
    const all = COMPLAINTS + 1;
    expect(await count(desk.pool, 'complaints where run_no <> 1')).toBe(0);
    expect(await count(desk.pool, `events where type = 'received'`)).toBe(all);
    expect(await count(desk.pool, `events where type = 'triaged'`)).toBe(all);
    expect(await untilSeen(executions, (seen) => seen.runs >= all)).toEqual({
      runs: all,
      workflows: all,
    });
  }, 240_000);
});

async function executions(): Promise<{ runs: number; workflows: number }> {
  const ids: string[] = [];
  for await (const { workflowId } of desk.client.workflow.list({
    query: `WorkflowType = 'complaint'`,
  })) {
    ids.push(workflowId);
  }
  return { runs: ids.length, workflows: new Set(ids).size };
}
