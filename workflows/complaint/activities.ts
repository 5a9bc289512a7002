import {
  proxyActivities,
  proxyLocalActivities,
  TemporalFailure,
  workflowInfo,
} from '@temporalio/workflow';
import { publicationQueue } from '../../src/temporal/names.js';
import type { PublishInput, StepInput, StepResult } from './messages.js';

export interface ComplaintActivities {
  step(input: StepInput): Promise<StepResult>;
}

export interface PublicationActivities {
  /**
   * Brings a reply to the destinations of one channel. With the last one published, a final reply closes
   * its complaint in the same transaction; what needs a person has become an operator's task.
   * @returns where the complaint stands then; null when it has moved on meanwhile.
   */
  publish(input: PublishInput): Promise<StepResult | null>;
}

// One PostgreSQL transaction: quick when all is well.
const local = proxyLocalActivities<ComplaintActivities>({
  startToCloseTimeout: '2s',
  localRetryThreshold: '1s',
  retry: { initialInterval: '100ms', maximumAttempts: 2 },
});

// While PostgreSQL is away: tried again until it is back, and seen in the Temporal UI.
const patient = proxyActivities<ComplaintActivities>({
  startToCloseTimeout: '10s',
  retry: { initialInterval: '500ms', maximumInterval: '15s' },
});

/** Records a step, for as long as it takes. */
export async function record(input: StepInput): Promise<StepResult> {
  const summary = input.cause.do;
  try {
    return await local.step.executeWithOptions({ summary }, [input]);
  } catch (error) {
    // A local activity that failed is an ActivityFailure when it happens and the bare failure on replay, so
    // nothing finer may be asked for here.
    if (!(error instanceof TemporalFailure)) {
      throw error;
    }
    return patient.step.executeWithOptions({ summary }, [input]);
  }
}

/** Publishes by a channel, on its own queue, for as long as it takes. */
export function publishOn(channel: string): PublicationActivities['publish'] {
  const { publish } = proxyActivities<PublicationActivities>({
    taskQueue: publicationQueue(workflowInfo().taskQueue, channel),
    startToCloseTimeout: '1m',
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '5m' },
    summary: `publish by ${channel}`,
  });
  return publish;
}
