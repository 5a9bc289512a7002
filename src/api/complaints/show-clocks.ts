import type { z } from 'zod';
import type { complaint } from '../../contract/complaints.js';
import { iso } from '../../contract/primitives.js';
import type { ComplaintDetail } from '../../db/complaints-detail.js';
import type { RegionView } from '../../db/region-store.js';
import { listClocks, type ClockState } from '../../domain/clock-state.js';
import type { WorkingCalendar } from '../../domain/working-time.js';
import { calendarOf } from '../../triage/calendar-of.js';

type ShownClocks = z.input<typeof complaint>['clocks'];

/** The days between start and due that did not count in full, so that a due can be checked by hand. */
function skipped(clock: ClockState, calendar: WorkingCalendar) {
  const dueAt = clock.dueAt ?? clock.heldDueAt;
  return clock.time === 'working' && dueAt !== null ? calendar.skipped(clock.startedAt, dueAt) : [];
}

/** The four clocks as the wire shows them: the dues at a glance, then each clock with its reasons. */
export function showClocks(detail: ComplaintDetail, region: RegionView): ShownClocks {
  const { process } = detail;
  const clocks = listClocks(process.clocks ?? {});
  const calendar = calendarOf(region, process.calendar ?? null);
  return {
    acceptBy: iso(detail.acceptBy),
    firstReplyBy: iso(detail.firstReplyBy),
    resolveBy: iso(detail.resolveBy),
    promisedBy: iso(detail.promisedBy),
    paused: clocks.some((clock) => clock.pausedAt !== null && clock.stoppedAt === null),
    details: clocks.map((clock) => ({
      kind: clock.kind,
      generation: clock.generation,
      startedAt: new Date(clock.startedAt).toISOString(),
      dueAt: iso(clock.dueAt),
      provisional: clock.provisional,
      paused: clock.pausedAt !== null,
      metAt: iso(clock.metAt),
      stoppedAt: iso(clock.stoppedAt),
      breachedAt: iso(clock.breachedAt),
      warnings: clock.warnings.map((warning) => ({
        percent: warning.percent,
        at: new Date(warning.at).toISOString(),
        given: warning.given,
      })),
      skipped: skipped(clock, calendar).map((day) => ({ ...day })),
    })),
  };
}
