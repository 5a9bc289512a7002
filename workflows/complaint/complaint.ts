import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
} from '@temporalio/workflow';
import type { ClosureReason } from '../../src/domain/transitions.js';
import { Life } from './life.js';
import { listen } from './handlers.js';
import type { ComplaintInput } from './messages.js';

/** How a run ended: with the complaint's closing, or by losing the complaint to another run. */
export type Ending = ClosureReason | 'fenced';

/**
 * The life of one complaint, from its receipt to its closing. A reopened complaint lives on in a new
 * run of the same workflow id.
 */
export async function complaint(input: ComplaintInput): Promise<Ending> {
  const life = new Life(input);
  listen(life);
  try {
    await live(life, input);
  } catch (error) {
    if (!isCancellation(error)) {
      throw error;
    }
    // Cancelled from outside the desk: the row must not be left open behind a run that is gone.
    await CancellationScope.nonCancellable(() => life.withdraw());
  }
  // Also after a cancellation nobody who was heard goes without an answer.
  await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
  return life.ending;
}

async function live(life: Life, input: ComplaintInput): Promise<void> {
  await life.open();
  while (!life.isOver) {
    if (life.isFull) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof complaint>({ ...input, begin: { by: 'continue' } });
    }
    const { toPublish } = life;
    if (toPublish !== undefined) {
      await life.publish(toPublish);
    } else if ((await life.nextChange()) === 'due') {
      await life.tick();
    }
  }
}
