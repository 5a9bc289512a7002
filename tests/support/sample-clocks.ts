import { startClocks } from '../../src/domain/clocks.js';
import type { Clocks } from '../../src/domain/clocks.js';
import type { Allowance, SlaPolicy } from '../../src/domain/region.js';
import { openCalendar } from '../../src/domain/working-time.js';
import { HOUR_MS, MOSCOW, local, shown } from './sample-calendars.js';

/** Policies and clocks on the sample calendar, for tests of the clocks. */
export const calendar = openCalendar(MOSCOW);

export const working = (hours: number): Allowance => ({
  allowanceMs: hours * HOUR_MS,
  time: 'working',
});
export const elapsed = (hours: number): Allowance => ({
  allowanceMs: hours * HOUR_MS,
  time: 'calendar',
});

export function policyOf(allowances: Partial<SlaPolicy>): SlaPolicy {
  return {
    code: 'sample',
    name: 'Sample',
    version: 3,
    warnAtPercent: [50, 80],
    waiting: { limitMs: 72 * HOUR_MS, time: 'calendar', then: 'close' },
    extension: { maxMs: 90 * HOUR_MS, maxCount: 1 },
    ...allowances,
  };
}

export const ordinary = policyOf({
  acceptance: working(2),
  firstReply: working(9),
  resolution: working(63),
});

/** The clocks of one first-reply allowance, started at a local time. */
export function replyIn(allowance: Allowance, from: string, of = calendar): Clocks {
  return startClocks(policyOf({ firstReply: allowance }), of, local(from));
}

export function dueOf(clocks: Clocks): string {
  return shown(clocks.first_reply?.dueAt);
}

export function warningsOf(clocks: Clocks): string[] {
  return clocks.first_reply!.warnings.map(({ at, percent }) => `${percent} % ${shown(at)}`);
}
