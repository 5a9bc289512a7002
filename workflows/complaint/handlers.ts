import {
  ApplicationFailure,
  currentUpdateInfo,
  defineSignal,
  defineUpdate,
  setHandler,
} from '@temporalio/workflow';
import { LIFE_COMMANDS } from '../../src/domain/transitions.js';
import type { Life } from './life.js';
import type { CommandResult } from './messages.js';

/** The type of the failure that a refused command's caller gets. */
export const REFUSED = 'Refused';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const escalateSignal = defineSignal('escalate');
const replySignal = defineSignal<[{ replyId: string }]>('reply');
const citizenWroteSignal = defineSignal('citizenWrote');
const lookSignal = defineSignal('look');

/**
 * Every command is an Update of its own name whose update id is the id of the command's row. Sent from
 * elsewhere than the API, the row's id may be given as the argument instead.
 */
function commandIdOf(given: string | undefined): string {
  return given ?? currentUpdateInfo()?.id ?? '';
}

/** Registers every message a complaint's run takes; call it before the first await. */
export function listen(life: Life): void {
  for (const command of LIFE_COMMANDS) {
    setHandler(
      defineUpdate<CommandResult, [string?]>(command),
      (given?: string) => life.command(commandIdOf(given)),
      {
        validator: (given?: string) => {
          if (!UUID.test(commandIdOf(given))) {
            throw ApplicationFailure.nonRetryable(
              'a command is named by the UUID of its row',
              'BadMessage',
            );
          }
          const refusal = life.refusal(command);
          if (refusal !== null) {
            throw ApplicationFailure.nonRetryable(refusal.message, REFUSED, life.answer(refusal));
          }
        },
      },
    );
  }
  // Signals have nobody to answer to: what they may not do is told on the timeline, never thrown.
  setHandler(escalateSignal, () => life.signalled({ type: 'escalate' }));
  setHandler(replySignal, (message) =>
    life.signalled({ type: 'reply', replyId: String(message?.replyId) }),
  );
  setHandler(citizenWroteSignal, () => life.words());
  setHandler(lookSignal, () => life.look());
}
