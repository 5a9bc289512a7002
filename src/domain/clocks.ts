import { timeBetween } from './clock-due.js';
import { begin, pause, resume, warningAt, withDue } from './clock-run.js';
import { isOpen, isOverdue, mapClocks, stopClock } from './clock-state.js';
import type { Clocks, ClockState } from './clock-state.js';
import type { Allowance, ClockKind, SlaPolicy } from './region.js';
import type { WorkingCalendar } from './working-time.js';

/**
 * The clocks of a complaint as a value: every function returns new clocks and changes none. They take
 * instants in epoch ms and hold nothing but JSON. Call `advance` up to an instant before changing the
 * clocks at it, so that what came to pass before is told first. Loads no time zone data.
 */

export { advance, nearestDue, nextInstant } from './clock-advance.js';
export type { ClockEvent } from './clock-advance.js';
export { isOpen, isOverdue, isRunning, listClocks, meetClock, stopClocks } from './clock-state.js';
export type { Clocks, ClockState, ClockWarning } from './clock-state.js';

/** The clocks whose allowances a policy gives; a promise is an instant that somebody names. */
type PolicyClockKind = Exclude<ClockKind, 'promise'>;

const POLICY_KINDS: readonly PolicyClockKind[] = ['acceptance', 'first_reply', 'resolution'];

/** The first clocks of a complaint recorded at `at`: one for each allowance of its policy. */
export function startClocks(policy: SlaPolicy, calendar: WorkingCalendar, at: number): Clocks {
  return POLICY_KINDS.reduce<Clocks>(
    (clocks, kind) => startClock(clocks, kind, policy, calendar, at),
    {},
  );
}

/**
 * Starts a clock anew with the whole allowance: acceptance after a handover, resolution from an interim
 * reply. It replaces the one of its kind, whose breach lives on in the timeline. Where the policy gives no
 * such allowance nothing starts, and an open clock of the kind (from a policy before) is stopped.
 */
export function startClock(
  clocks: Clocks,
  kind: PolicyClockKind,
  policy: SlaPolicy,
  calendar: WorkingCalendar,
  at: number,
): Clocks {
  const before = clocks[kind];
  const allowance = allowanceOf(policy, kind);
  if (allowance) return { ...clocks, [kind]: begin(before, kind, allowance, policy, calendar, at) };
  return before && isOpen(before) ? { ...clocks, [kind]: stopClock(before, at) } : clocks;
}

/**
 * Starts the clock of a date promised to the citizen; a later interim reply may name another. The due is
 * the instant as given, in calendar time; its warnings fall in working hours. A due in the past is missed
 * at once.
 */
export function startPromise(
  clocks: Clocks,
  dueAt: number,
  policy: SlaPolicy,
  calendar: WorkingCalendar,
  at: number,
): Clocks {
  const allowance: Allowance = { allowanceMs: Math.max(0, dueAt - at), time: 'calendar' };
  const clock = begin(clocks.promise, 'promise', allowance, policy, calendar, at);
  return { ...clocks, promise: { ...clock, dueAt } };
}

/**
 * Pauses every running clock, while the citizen is asked. A clock whose due has come is not paused: what
 * was missed stays missed, and its due stays to be seen.
 */
export function pauseClocks(clocks: Clocks, calendar: WorkingCalendar, at: number): Clocks {
  return mapClocks(clocks, (clock) => (isOpen(clock) ? pause(clock, calendar, at) : clock));
}

/** Resumes every paused clock: its due moves by the time paused, working or elapsed as it counts. */
export function resumeClocks(clocks: Clocks, calendar: WorkingCalendar, at: number): Clocks {
  return mapClocks(clocks, (clock) => (isOpen(clock) ? resume(clock, calendar, at) : clock));
}

/**
 * Takes up the clocks that a closing or merging had stopped, with what was left on them then: for undoing
 * a merge, and for reopening. The same generation goes on, so warnings given stay given and a missed due
 * is not missed twice. Clocks that were met stay met; one that must run again is started anew.
 */
export function restartWithRemaining(
  clocks: Clocks,
  calendar: WorkingCalendar,
  at: number,
): Clocks {
  return mapClocks(clocks, (clock) => {
    if (clock.stoppedAt === null || clock.metAt !== null) return clock;
    const open = { ...clock, stoppedAt: null };
    return resume(pause(open, calendar, clock.stoppedAt), calendar, at);
  });
}

/**
 * Moves a clock's due to `until` at the instant `at`. The allowance grows by the time between the dues;
 * percents that have not run of the greater allowance warn (again). A missed due stays in `breachedAt`,
 * and the new one can be missed in turn. While paused, the due held is moved. Nothing happens when the
 * clock is not open or `until` is not later than its due.
 */
export function extendClock(
  clocks: Clocks,
  kind: ClockKind,
  until: number,
  calendar: WorkingCalendar,
  at: number,
): Clocks {
  const clock = clocks[kind];
  const due = clock?.dueAt ?? clock?.heldDueAt ?? null;
  if (!clock || !isOpen(clock) || due === null || until <= due) return clocks;
  const isPaused = clock.pausedAt !== null;
  const runFrom = clock.pausedAt ?? at;
  const runMs = timeBetween(calendar, clock.time, runFrom, until);
  const extended: ClockState = {
    ...clock,
    allowanceMs: clock.allowanceMs + timeBetween(calendar, clock.time, due, until),
    dueAt: isPaused ? null : until,
    heldDueAt: isPaused ? until : null,
    remainingMs: isPaused ? runMs : null,
    // An instant that somebody named rests on no calendar.
    provisional: false,
    runFrom,
    runMs,
  };
  const warnings = clock.warnings.map((warning) => {
    const moved = warningAt(extended, warning.percent, calendar);
    return moved === null ? warning : { ...warning, at: moved, given: false };
  });
  return { ...clocks, [kind]: { ...extended, warnings } };
}

/**
 * Works out again the dues that rest on a year without an official calendar, when one was loaded. Returns
 * the kinds whose due or standing (provisional or not) changed. Missed dues stay as they were missed.
 */
export function recomputeProvisional(
  clocks: Clocks,
  calendar: WorkingCalendar,
): { clocks: Clocks; changed: ClockKind[] } {
  const changed: ClockKind[] = [];
  const recomputed = mapClocks(clocks, (clock) => {
    if (!clock.provisional || !isOpen(clock) || isOverdue(clock)) return clock;
    const next = withDue(clock, calendar);
    const isSame =
      next.dueAt === clock.dueAt &&
      next.heldDueAt === clock.heldDueAt &&
      next.provisional === clock.provisional;
    if (isSame) return clock;
    changed.push(clock.kind);
    return next;
  });
  return { clocks: recomputed, changed };
}

function allowanceOf(policy: SlaPolicy, kind: PolicyClockKind): Allowance | undefined {
  const allowances = {
    acceptance: policy.acceptance,
    first_reply: policy.firstReply,
    resolution: policy.resolution,
  };
  return allowances[kind];
}
