import { dueFrom, timeBetween } from './clock-due.js';
import type { ClockState, ClockWarning } from './clock-state.js';
import type { Allowance, ClockKind, SlaPolicy } from './region.js';
import type { WorkingCalendar } from './working-time.js';

/** How one clock counts: its start, a pause in it, and the instants that follow from what is left. */

/** A clock at its start: the whole allowance ahead, one generation after the clock before it. */
export function begin(
  before: ClockState | undefined,
  kind: ClockKind,
  { allowanceMs, time }: Allowance,
  policy: SlaPolicy,
  calendar: WorkingCalendar,
  at: number,
): ClockState {
  const clock: ClockState = {
    kind,
    generation: (before?.generation ?? 0) + 1,
    policy: { code: policy.code, version: policy.version },
    time,
    allowanceMs,
    startedAt: at,
    dueAt: null,
    provisional: false,
    pausedAt: null,
    remainingMs: null,
    heldDueAt: null,
    runFrom: at,
    runMs: allowanceMs,
    metAt: null,
    stoppedAt: null,
    breachedAt: null,
    warnings: policy.warnAtPercent.map((percent) => ({ percent, at, given: false })),
  };
  return withDue(clock, calendar);
}

/** Stops the count with what is left; a clock that is paused, or whose due has come, is returned as it is. */
export function pause(clock: ClockState, calendar: WorkingCalendar, at: number): ClockState {
  if (clock.pausedAt !== null || clock.dueAt === null || clock.dueAt <= at) return clock;
  const left = timeBetween(calendar, clock.time, at, clock.dueAt);
  return {
    ...clock,
    dueAt: null,
    pausedAt: at,
    remainingMs: left,
    heldDueAt: clock.dueAt,
    runFrom: at,
    runMs: left,
  };
}

/** Counts on from `at` with what was left; a clock that is not paused is returned as it is. */
export function resume(clock: ClockState, calendar: WorkingCalendar, at: number): ClockState {
  if (clock.pausedAt === null) return clock;
  const { heldDueAt, provisional } = clock;
  const running = withDue(
    { ...clock, pausedAt: null, remainingMs: null, heldDueAt: null, runFrom: at },
    calendar,
  );
  // A due named outside working hours (an extension to a Sunday) must not come nearer by a pause that
  // took no working time. A provisional one may: the year may have been loaded meanwhile.
  if (provisional || heldDueAt === null || running.dueAt === null) return running;
  if (running.dueAt >= heldDueAt) return running;
  return { ...running, dueAt: heldDueAt, provisional: false };
}

/** Works out the due, and the warnings not given yet, from what was left when the clock last began to run. */
export function withDue(clock: ClockState, calendar: WorkingCalendar): ClockState {
  const { at, provisional } = dueFrom(calendar, clock.runFrom, {
    allowanceMs: clock.runMs,
    time: clock.time,
  });
  const timed: ClockState =
    clock.pausedAt === null
      ? { ...clock, dueAt: at, provisional }
      : { ...clock, heldDueAt: at, provisional };
  const warnings = clock.warnings.map((warning): ClockWarning => {
    const moved = warning.given ? null : warningAt(timed, warning.percent, calendar);
    return moved === null ? warning : { ...warning, at: moved };
  });
  return { ...timed, warnings };
}

/**
 * When a percent of the whole allowance will have run, in the clock's own time; null when it had run
 * before the clock last began to. A promise's warning waits for working hours that begin before its due.
 */
export function warningAt(
  clock: ClockState,
  percent: number,
  calendar: WorkingCalendar,
): number | null {
  const leftThenMs = Math.round((clock.allowanceMs * (100 - percent)) / 100);
  if (clock.runMs < leftThenMs) return null;
  const { at } = dueFrom(calendar, clock.runFrom, {
    allowanceMs: clock.runMs - leftThenMs,
    time: clock.time,
  });
  if (clock.kind !== 'promise') return at;
  const opening = calendar.nextWorking(at);
  return opening < clock.runFrom + clock.runMs ? opening : at;
}
