import { advance as advanceClocks, resumeClocks, stopClocks } from './clocks.js';
import { climb, nextClimbAt } from './ladder.js';
import type { Turn } from './process.js';
import type { ClosureReason, RejectCode } from './transitions.js';

/**
 * Brings a complaint up to `turn.now`: the waiting limit, warnings, missed dues and climbs that lie
 * behind, each once, in order, stamped with its own instant however late it is discovered.
 */
export function advance(turn: Turn): void {
  const { process } = turn;
  if (process.waiting !== null && process.waiting.until <= turn.now) {
    endWaiting(turn, process.waiting.until);
  }
  if (process.status === 'closed' || process.status === 'publishing') {
    return;
  }
  const passed = advanceClocks(process.clocks, turn.now);
  process.clocks = passed.clocks;
  const { calendar, ladder } = turn.around;
  const events = [...passed.events];
  for (;;) {
    const climbAt = nextClimbAt(process, calendar, ladder);
    const event = events[0];
    if (climbAt !== null && climbAt <= turn.now && (event === undefined || climbAt < event.at)) {
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
      const told = process.status === 'triage' ? 'operators' : process.executorId === null ? 'coordinator' : 'executor';
      turn.notify('warned', told, `warned/${clock}/${dueAt}/${event.percent}`, { clock, percent: event.percent, dueAt }, { at: event.at });
    } else {
      turn.emit('breached', { clock, dueAt }, event.at, 'system');
      climb(turn, event.at, clock);
    }
  }
}

/** The citizen did not answer in time: closed or taken up again, as the policy says. */
function endWaiting(turn: Turn, at: number): void {
  if (turn.process.policy?.waiting.then === 'resume') {
    resume(turn, at);
    turn.process.status = 'in_progress';
    turn.emit('waiting_ended', {}, at, 'system');
    turn.notify('waiting_ended', turn.process.executorId === null ? 'coordinator' : 'executor', `waiting_ended/${at}`, {}, { at });
  } else {
    close(turn, 'no_response', { at, actor: 'system' });
  }
}

/** Ends a waiting for the citizen; the clocks run on with what was left. */
export function resume(turn: Turn, at: number): void {
  const { process } = turn;
  if (process.waiting !== null) {
    process.waiting = null;
    process.clocks = resumeClocks(process.clocks, turn.around.calendar, at);
    if (process.climbedAt !== null) {
      process.climbedAt = at;
    }
  }
}

/** Ends the complaint: every clock stops, nothing fires afterwards. */
export function close(
  turn: Turn,
  reason: ClosureReason,
  how: { at?: number; actor?: string; rejectCode?: RejectCode; data?: Record<string, unknown> } = {},
): void {
  const { process } = turn;
  const at = how.at ?? turn.now;
  process.clocks = stopClocks(process.clocks, at);
  process.waiting = null;
  process.review = null;
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
