import * as wf from '@temporalio/workflow';
import type { BareActivities } from './bare-worker.js';

const { step } = wf.proxyLocalActivities<BareActivities>({ startToCloseTimeout: '2s' });
const { publish } = wf.proxyActivities<BareActivities>({
  taskQueue: 'bare-publish',
  startToCloseTimeout: '1m',
});

/** The bare counterpart of a complaint's life: the same messages, timers and activities, no rules. */
export async function bareLife(id: string): Promise<void> {
  let status = 'received';
  const handle = (name: string, next: string) =>
    wf.setHandler(wf.defineUpdate<string, [string]>(name), async (commandId) => {
      await wf.condition(() => status !== 'received');
      await step(id, next, commandId);
      return (status = next);
    });
  handle('accept', 'in_progress');
  handle('reply', 'publishing');
  await step(id, 'assigned');
  status = 'assigned';
  while (status !== 'publishing') {
    const seen = status;
    const timer = new wf.CancellationScope();
    const due = timer.run(() => wf.sleep('1 hour')).catch(() => undefined);
    await Promise.race([due, wf.condition(() => status !== seen)]);
    if (status !== 'publishing') timer.cancel();
  }
  await publish(id);
  await wf.condition(wf.allHandlersFinished);
}
