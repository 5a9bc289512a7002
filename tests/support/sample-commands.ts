import type { CommandOf } from '../../src/domain/commands.js';
import type { CommandFacts } from '../../src/domain/decide.js';
import type { Turn } from '../../src/domain/process.js';
import { placeOf, type Place } from '../../src/domain/transitions.js';
import { local } from './sample-calendars.js';
import { agencyOf, found, replyFacts, routedTo, SampleLife, textRef } from './sample-process.js';

/** A valid form of each command, and a complaint in each place to give it to. */

// A Monday; everything happens on its working hours.
export const RECEIVED = '2026-10-05T09:00';
export const NOW = '2026-10-05T10:00';
export const reason = textRef('reason');
export const UNTIL = local('2026-10-16T12:00');

/** One valid form of each command, with what the step would have read for it. */
export const VALID: { [C in CommandOf['type']]: [CommandOf, CommandFacts] } = {
  classify: [
    { type: 'classify', body: { topic: 'roads.potholes' } },
    { routed: routedTo('agency-b') },
  ],
  assign: [{ type: 'assign', body: { agency: 'agency-b' } }, {}],
  accept: [{ type: 'accept', body: {} }, {}],
  replyInterim: [
    { type: 'replyInterim', body: { replyId: 'reply-1' } },
    { reply: replyFacts('interim') },
  ],
  replyFinal: [
    { type: 'replyFinal', body: { replyId: 'reply-1' } },
    { reply: replyFacts('final') },
  ],
  ask: [{ type: 'ask', body: { replyId: 'reply-1' } }, { reply: replyFacts('question') }],
  approve: [
    { type: 'approve', body: { replyId: 'reply-9' } },
    { reply: replyFacts('final', { id: 'reply-9', state: 'in_review' }) },
  ],
  return: [{ type: 'return', body: { replyId: 'reply-9', reason } }, {}],
  extend: [{ type: 'extend', body: { extensionId: 'e-1', until: UNTIL, reason } }, {}],
  approveExtension: [
    { type: 'approveExtension', body: { extensionId: 'e-1', until: UNTIL } },
    { extension: { until: UNTIL, state: 'requested' } },
  ],
  refuseExtension: [
    { type: 'refuseExtension', body: { extensionId: 'e-1' } },
    { extension: { until: UNTIL, state: 'requested' } },
  ],
  delegate: [{ type: 'delegate', body: { executor: 'user-1' } }, {}],
  coExecution: [{ type: 'coExecution', body: { agency: 'agency-b', text: textRef('t') } }, {}],
  handover: [
    { type: 'handover', body: { agency: 'agency-b', reason } },
    { agency: agencyOf('agency-b') },
  ],
  escalate: [{ type: 'escalate', body: { reason } }, {}],
  reject: [{ type: 'reject', body: { code: 'spam' } }, {}],
  merge: [
    { type: 'merge', body: { into: 'complaint-2', intoNumber: '2026-000002' } },
    {
      target: { id: 'complaint-2', number: '2026-000002', status: 'assigned', closureReason: null },
    },
  ],
  close: [{ type: 'close', body: { reason: 'withdrawn' } }, {}],
  waive: [
    { type: 'waive', body: { publication: 'p-1', reason } },
    { publication: { state: 'blocked' } },
  ],
  publishAgain: [{ type: 'publishAgain', body: {} }, {}],
  reopen: [{ type: 'reopen', body: { cause: 'operator' } }, {}],
  unmerge: [{ type: 'unmerge', body: {} }, {}],
  correct: [{ type: 'correct', body: { replyId: 'reply-1', revision: 2, text: textRef('t') } }, {}],
  rate: [{ type: 'rate', body: { rating: 5 } }, {}],
};

/** How a complaint comes to each place. */
export const WAYS: Record<Exclude<Place, 'received'>, (life: SampleLife) => void> = {
  triage: () => undefined,
  assigned: (life) => order(life, 'assign'),
  in_progress: (life) => (order(life, 'assign'), order(life, 'accept')),
  waiting_citizen: (life) => (order(life, 'assign'), order(life, 'ask')),
  in_review: (life) => {
    order(life, 'assign');
    life.approval = { interim: true, final: true };
    life.command(
      NOW,
      { type: 'replyFinal', body: { replyId: 'reply-9' } },
      { reply: replyFacts('final', { id: 'reply-9' }) },
    );
  },
  publishing: (life) => (order(life, 'assign'), order(life, 'replyFinal')),
  'closed(answered)': (life) => {
    WAYS.publishing(life);
    life.turn(NOW, (turn) =>
      Object.assign(turn.process, { status: 'closed', closureReason: 'answered' }),
    );
  },
  'closed(rejected)': (life) => (order(life, 'assign'), order(life, 'reject')),
  'closed(duplicate)': (life) => (order(life, 'assign'), order(life, 'merge')),
  'closed(withdrawn)': (life) => (order(life, 'assign'), order(life, 'close')),
  'closed(no_response)': (life) => {
    order(life, 'assign');
    life.command(NOW, { type: 'close', body: { reason: 'no_response' } });
  },
};

/** Gives a complaint the valid form of a command. @throws Refusal */
export function order(life: SampleLife, type: CommandOf['type'], at = NOW): Turn {
  return life.command(at, ...VALID[type]);
}

/** A complaint that has come to a place. */
export function inPlace(place: Exclude<Place, 'received'>): SampleLife {
  const life = SampleLife.received(RECEIVED, found(null));
  WAYS[place](life);
  const came = placeOf(life.process.status, life.process.closureReason);
  if (came !== place) {
    throw new Error(`the way to ${place} led to ${came}`);
  }
  return life;
}

export const places = Object.keys(WAYS) as Exclude<Place, 'received'>[];
