import type { Client } from '@temporalio/client';
import { setTimeout as pause } from 'node:timers/promises';
import { complaintWorkflowId } from '../src/temporal/names.js';

const LIMIT_MS = 20_000;

/**
 * How many runs Temporal has of each complaint's workflow. Visibility comes a little late, so it is asked until
 * every complaint has one, for 20 s at most.
 */
export async function countRuns(client: Client, numbers: string[]): Promise<number[]> {
  const untilMs = Date.now() + LIMIT_MS;
  for (;;) {
    const runs = new Map<string, number>();
    for await (const { workflowId } of client.workflow.list({
      query: `WorkflowType = 'complaint'`,
    })) {
      runs.set(workflowId, (runs.get(workflowId) ?? 0) + 1);
    }
    const counts = numbers.map((number) => runs.get(complaintWorkflowId(number)) ?? 0);
    if (counts.every((count) => count > 0) || Date.now() > untilMs) {
      return counts;
    }
    await pause(500);
  }
}
