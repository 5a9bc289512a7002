import type { ClockKind, TimeKind } from './region.js';

/** A warning of a clock: given once, when `percent` of the allowance has run, at the instant `at`. */
export interface ClockWarning {
  percent: number;
  at: number;
  /** True also for one that came too late to be of use: its clock was found already breached. */
  given: boolean;
}

/** A clock of a complaint as plain JSON. Instants are epoch ms, durations ms. */
export interface ClockState {
  kind: ClockKind;
  /** 1 for the first clock of its kind, one more each time it starts anew. */
  generation: number;
  policy: { code: string; version: number };
  time: TimeKind;
  /** The whole allowance, extensions included. */
  allowanceMs: number;
  startedAt: number;
  /** Null while paused (also when met or stopped while paused). A missed due stands. */
  dueAt: number | null;
  /** True while the due rests on a year whose official calendar is not known yet. */
  provisional: boolean;
  pausedAt: number | null;
  /** While paused: how much of the allowance was left; never negative. */
  remainingMs: number | null;
  /** While paused: the due as it stood at the pause. A pause never brings it nearer. */
  heldDueAt: number | null;
  /** The due is worked out from here: at `runFrom`, `runMs` of the allowance were left. */
  runFrom: number;
  runMs: number;
  metAt: number | null;
  /** Ended without being met: the complaint was closed or merged. */
  stoppedAt: number | null;
  /** The due instant that was missed last; once set it is never cleared. */
  breachedAt: number | null;
  warnings: ClockWarning[];
}

export type Clocks = Partial<Record<ClockKind, ClockState>>;

/** The order in which clocks are gone through, and events of one instant are given. */
const CLOCK_KINDS: readonly ClockKind[] = ['acceptance', 'first_reply', 'resolution', 'promise'];

/** The clocks that exist, in a fixed order. */
export function listClocks(clocks: Clocks): ClockState[] {
  return CLOCK_KINDS.flatMap((kind) => clocks[kind] ?? []);
}

/** Neither met nor stopped; it runs, is paused, or has missed its due and waits to be met. */
export function isOpen(clock: ClockState): boolean {
  return clock.metAt === null && clock.stoppedAt === null;
}

/** Open and its present due is recorded as missed. An extension after a breach gives a due to keep again. */
export function isOverdue(clock: ClockState): boolean {
  return isOpen(clock) && clock.dueAt !== null && clock.breachedAt === clock.dueAt;
}

/** Open, not paused, and its due still ahead or not yet looked at: what timers are for. */
export function isRunning(clock: ClockState): boolean {
  return isOpen(clock) && clock.pausedAt === null && !isOverdue(clock);
}

/** Applies a change to every clock; the same object when it changes none. */
export function mapClocks(clocks: Clocks, change: (clock: ClockState) => ClockState): Clocks {
  let result = clocks;
  for (const clock of listClocks(clocks)) {
    const changed = change(clock);
    if (changed !== clock) result = { ...result, [clock.kind]: changed };
  }
  return result;
}

/**
 * Marks a clock as met at an instant. Nothing happens when it is absent, met or stopped. Met exactly at
 * the due is in time; met later, the missed due is kept in `breachedAt` even when `advance` has not
 * seen it (call `advance` first to have its event). A clock met while paused is met in time.
 */
export function meetClock(clocks: Clocks, kind: ClockKind, at: number): Clocks {
  const clock = clocks[kind];
  if (!clock || !isOpen(clock)) return clocks;
  return { ...clocks, [kind]: { ...clock, metAt: at, breachedAt: missedBefore(clock, at) } };
}

/** Ends every open clock without meeting it; nothing of it ever fires afterwards. */
export function stopClocks(clocks: Clocks, at: number): Clocks {
  return mapClocks(clocks, (clock) => (isOpen(clock) ? stopClock(clock, at) : clock));
}

/** Ends one open clock without meeting it. */
export function stopClock(clock: ClockState, at: number): ClockState {
  return { ...clock, stoppedAt: at, breachedAt: missedBefore(clock, at) };
}

function missedBefore(clock: ClockState, at: number): number | null {
  return clock.dueAt !== null && clock.dueAt < at ? clock.dueAt : clock.breachedAt;
}
