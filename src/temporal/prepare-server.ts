import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client } from '@temporalio/client';
import { setTimeout as pause } from 'node:timers/promises';
import { SEARCH_ATTRIBUTES, SWEEP_SCHEDULE_ID, SWEEP_WORKFLOW_ID, WORKFLOWS } from './names.js';

/** Numbers of temporal.api.enums.v1.IndexedValueType. */
const TYPES = { KEYWORD: 2, INT: 3, DATETIME: 6 } as const;

/** Registers the desk's search attributes that the namespace does not have yet. */
export async function ensureSearchAttributes(client: Client): Promise<void> {
  const { operatorService } = client.connection;
  const namespace = client.options.namespace;
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
  const missing = Object.entries(SEARCH_ATTRIBUTES).filter(([name]) => !(name in customAttributes));
  if (missing.length > 0) {
    await operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map(([name, type]) => [name, TYPES[type]])),
    });
  }
}

/** The durable schedules of the desk; existing ones are left as an admin may have set them. */
export async function ensureSchedules(client: Client, taskQueue: string): Promise<void> {
  try {
    await client.schedule.create({
      scheduleId: SWEEP_SCHEDULE_ID,
      spec: { intervals: [{ every: '10m' }] },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '10m' },
      action: {
        type: 'startWorkflow',
        workflowType: WORKFLOWS.sweep,
        workflowId: SWEEP_WORKFLOW_ID,
        taskQueue,
        workflowExecutionTimeout: '1h',
      },
    });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) {
      throw error;
    }
  }
}

const NOT_FOUND = 5;
const FAILED_PRECONDITION = 9;

/**
 * Makes a build the current one of its deployment: without a current version nothing would run. The
 * server knows a build only once its worker has polled, so this waits for that, at most a minute.
 */
export async function makeBuildCurrent(
  client: Client,
  deploymentName: string,
  buildId: string,
): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await client.workflowService.setWorkerDeploymentCurrentVersion({
        namespace: client.options.namespace,
        deploymentName,
        buildId,
        identity: client.options.identity,
        ignoreMissingTaskQueues: true,
      });
      return;
    } catch (error) {
      const { code } = error as { code?: number };
      if (attempt >= 60 || (code !== NOT_FOUND && code !== FAILED_PRECONDITION)) {
        throw error;
      }
      await pause(1_000);
    }
  }
}
