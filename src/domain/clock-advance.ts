import { isOpen, isRunning, listClocks, mapClocks } from './clock-state.js';
import type { Clocks, ClockState } from './clock-state.js';
import type { ClockKind } from './region.js';

/** Something that came to pass on a clock. `at` is its own instant, however late it is discovered. */
export type ClockEvent =
  | { type: 'warning'; kind: ClockKind; percent: number; at: number; dueAt: number }
  | { type: 'breach'; kind: ClockKind; at: number; dueAt: number };

/**
 * Brings the clocks up to `now`: every warning and breach whose instant has come, in order of instants,
 * each once. A warning of a clock that is found breached already is marked as given without an event:
 * nobody needs to hear that a missed due is near. Calling it again gives nothing and the same object.
 */
export function advance(clocks: Clocks, now: number): { clocks: Clocks; events: ClockEvent[] } {
  const events: ClockEvent[] = [];
  const advanced = mapClocks(clocks, (clock) => {
    const { dueAt, kind } = clock;
    if (!isRunning(clock) || dueAt === null) return clock;
    if (dueAt <= now) {
      events.push({ type: 'breach', kind, at: dueAt, dueAt });
      return giveWarnings({ ...clock, breachedAt: dueAt }, Infinity);
    }
    for (const { at, percent } of clock.warnings.filter((w) => !w.given && w.at <= now)) {
      events.push({ type: 'warning', kind, percent, at, dueAt });
    }
    return giveWarnings(clock, now);
  });
  return { clocks: advanced, events: events.sort((a, b) => a.at - b.at) };
}

function giveWarnings(clock: ClockState, upTo: number): ClockState {
  if (!clock.warnings.some((warning) => !warning.given && warning.at <= upTo)) return clock;
  const warnings = clock.warnings.map((w) => (w.at <= upTo ? { ...w, given: true } : w));
  return { ...clock, warnings };
}

/** The nearest instant at which `advance` will have something to say; null when there is none. */
export function nextInstant(clocks: Clocks): number | null {
  const instants = listClocks(clocks)
    .filter(isRunning)
    .flatMap(({ dueAt, warnings }) => [
      ...(dueAt === null ? [] : [dueAt]),
      ...warnings.filter(({ given }) => !given).map(({ at }) => at),
    ]);
  return instants.length > 0 ? Math.min(...instants) : null;
}

/**
 * The earliest due of the clocks that are open and not paused. One that was missed and is still open is
 * the nearest: the due to show is the due that was missed.
 */
export function nearestDue(clocks: Clocks): { kind: ClockKind; at: number } | null {
  let nearest: { kind: ClockKind; at: number } | null = null;
  for (const clock of listClocks(clocks)) {
    if (!isOpen(clock) || clock.dueAt === null) continue;
    if (!nearest || clock.dueAt < nearest.at) nearest = { kind: clock.kind, at: clock.dueAt };
  }
  return nearest;
}
