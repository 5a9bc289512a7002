import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openDesk, type HttpDesk } from '../support/http-desk.js';
import { atOnce, count, times, untilSeen } from '../lives/crowd.js';
import { ownTemporal, type OwnServer } from './own-servers.js';

const COMPLAINTS = 1_000;
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
    await temporal.stop();
    await new Promise((r) => setTimeout(r, Number(process.env.AWAY ?? 0)));
    const answers = await atOnce(times(COMPLAINTS), 50, async (index) => {
      const begun = Date.now();
      const { status, body } = await desk.call('POST', '/complaints', {
        ...{ source: 'vk', externalId: `away-${index}` },
        text: `В Арзамасе на улице Ленина огромная яма у дома ${index}`,
      });
      return { status, id: body.id as string, number: body.number as string, tookMs: Date.now() - begun };
    });
    console.log('post', answers.map((a) => a.tookMs).sort((a, b) => a - b).filter((_, i) => i % 100 === 99));
    expect(answers.filter(({ status }) => status !== 202)).toEqual([]);
    expect(Math.max(...answers.map(({ tookMs }) => tookMs))).toBeLessThan(6_000);

    const back = Date.now();
    await temporal.start();
    await untilSeen(() => count(desk.pool, `complaints where status = 'received'`), (n) => { if (Math.random()<0.05) console.log(Date.now()-back, n); return n === 0; }, 100_000);
    console.log('all sorted after', Date.now() - back);

    expect(await count(desk.pool, 'complaints where run_no <> 1')).toBe(0);
    expect(await count(desk.pool, `events where type = 'received'`)).toBe(COMPLAINTS);
    expect(await count(desk.pool, `events where type = 'triaged'`)).toBe(COMPLAINTS);
    const executions = await untilSeen(async () => {
      const seen = new Set<string>();
      let all = 0;
      for await (const { workflowId } of desk.client.workflow.list({ query: `WorkflowType = 'complaint'` })) {
        seen.add(workflowId);
        all += 1;
      }
      return { all, workflows: seen.size };
    }, ({ all }) => all >= COMPLAINTS);
    expect(executions).toEqual({ all: COMPLAINTS, workflows: COMPLAINTS });
  }, 170_000);
});
