import type { Allowance, TimeKind } from './region.js';
import type { WorkingCalendar } from './working-time.js';

/** Allowances as instants. Knows calendars by their interface only, so that a workflow may import it. */

/** An instant, and whether a year without an official calendar had a part in it. */
export interface DueInstant {
  at: number;
  provisional: boolean;
}

/**
 * When an allowance that starts at `from` (epoch ms) is due. Working time is counted on the calendar;
 * calendar time is exact elapsed time, whatever clock changes lie between, and never provisional.
 */
export function dueFrom(calendar: WorkingCalendar, from: number, allowance: Allowance): DueInstant {
  if (allowance.time === 'working') return calendar.addWorking(from, allowance.allowanceMs);
  return { at: from + allowance.allowanceMs, provisional: false };
}

/** The time of a kind from one instant to another in ms, 0 when `to` is not later. */
export function timeBetween(
  calendar: WorkingCalendar,
  time: TimeKind,
  from: number,
  to: number,
): number {
  return time === 'working' ? calendar.workingBetween(from, to) : Math.max(0, to - from);
}
