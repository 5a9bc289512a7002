import { advance as advanceClocks, resumeClocks, stopClocks } from './clocks.js';
import { climb, nextClimbAt } from './ladder.js';
import type { Turn } from './process.js';
import type { ClosureReason, RejectCode } from './transitions.js';

/**
 * Brings a complaint up to `turn.now`, or to an instant before it: the waiting limit, warnings, missed dues and
 * climbs that lie behind, each once, in order, stamped with its own instant however late it is discovered.
 */
export function advance(turn: Turn, upTo: number = turn.now): void {
  const { process } = turn;
  if (process.waiting !== null && process.waiting.until <= upTo) {
    endWaiting(turn, process.waiting.until);
  }
  if (process.status === 'closed' || process.status === 'publishing') {
    return;
  }
  const passed = advanceClocks(process.clocks, upTo);
  process.clocks = passed.clocks;
  const { calendar } = turn;
  const { ladder } = turn.around;
  const events = [...passed.events];
  for (;;) {
    const climbAt = nextClimbAt(process, calendar, ladder);
    const event = events[0];
    if (climbAt !== null && climbAt <= upTo && (event === undefined || climbAt < event.at)) {
      climb(turn, climbAt, 'still_overdue');
      continue;
    }
    if (event === undefined) {
      return;
    }
    events.shift();
    const { kind: clock, dueAt } = event;
    if (event.type === 'warning') {
      turn.emit('warned', { clock, percent: event.percent, dueAt }, event.at, 'system');
      const told =
        process.status === 'triage'
          ? 'operators'
          : process.executorId === null
            ? 'coordinator'
            : 'executor';
      turn.notify(
        'warned',
        told,
        `warned/${clock}/${dueAt}/${event.percent}`,
        { clock, percent: event.percent, dueAt },
        { at: event.at },
      );
    } else {
      turn.emit('breached', { clock, dueAt }, event.at, 'system');
      climb(turn, event.at, clock);
    }
  }
}

/**
 * Dues that a change of policy has put into the past: missed at their own instants, but climbed now, one level
 * each, since nobody could have kept a due that was not set yet.
 */
export function discoverMissed(turn: Turn): void {
  const { clocks, events } = advanceClocks(turn.process.clocks, turn.now);
  const missed = events.filter((event) => event.type === 'breach');
  for (const { kind, dueAt } of missed) {
    const clock = clocks[kind];
    turn.process.clocks = { ...turn.process.clocks, ...(clock && { [kind]: clock }) };
    turn.emit('breached', { clock: kind, dueAt }, dueAt, 'system');
    climb(turn, turn.now, kind);
  }
}

/** The citizen did not answer in time: closed or taken up again, as the policy says. */
function endWaiting(turn: Turn, at: number): void {
  if (turn.process.policy?.waiting.then === 'resume') {
    resume(turn, at);
    turn.process.status = 'in_progress';
    turn.emit('waiting_ended', {}, at, 'system');
    turn.notify(
      'waiting_ended',
      turn.process.executorId === null ? 'coordinator' : 'executor',
      `waiting_ended/${at}`,
      {},
      { at },
    );
  } else {
    close(turn, 'no_response', { at, actor: 'system' });
  }
}

/** Ends a waiting for the citizen; the clocks run on with what was left. */
export function resume(turn: Turn, at: number): void {
  const { process } = turn;
  if (process.waiting !== null) {
    process.waiting = null;
    process.clocks = resumeClocks(process.clocks, turn.calendar, at);
    if (process.climbedAt !== null) {
      process.climbedAt = at;
    }
  }
}

/** Ends the complaint: every clock stops, nothing fires afterwards. */
export function close(
  turn: Turn,
  reason: ClosureReason,
  how: {
    at?: number;
    actor?: string;
    rejectCode?: RejectCode;
    data?: Record<string, unknown>;
  } = {},
): void {
  const { process } = turn;
  const at = how.at ?? turn.now;
  process.clocks = stopClocks(process.clocks, at);
  process.waiting = null;
  if (process.review !== null) {
    // Should the complaint live on (unmerged, reopened), its author can hand the reply in again.
    turn.effects.push({ do: 'setReply', replyId: process.review.replyId, state: 'returned' });
    process.review = null;
  }
  process.status = 'closed';
  process.closureReason = reason;
  process.rejectCode = how.rejectCode ?? null;
  process.closedAt = at;
  turn.emit(
    'closed',
    { ...how.data, closure: reason, ...(how.rejectCode && { code: how.rejectCode }) },
    at,
    how.actor,
  );
}
