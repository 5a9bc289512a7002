import type { RegionView } from '../../src/db/region-store.js';
import type { ProcessRow } from '../../src/db/process-row.js';
import type { Surroundings } from '../../src/domain/process.js';
import type { CalendarSpec } from '../../src/domain/working-calendar.js';
import { openCalendar, type WorkingCalendar } from '../../src/domain/working-time.js';

const calendars = new WeakMap<CalendarSpec, WorkingCalendar>();

/** The calendar of a code, or the region's own where the code is unknown by now. */
export function calendarOf(region: RegionView, code: string | null): WorkingCalendar {
  const { defaults } = region.settings;
  const spec =
    region.calendars.get(code ?? defaults.calendar) ?? region.calendars.get(defaults.calendar);
  if (spec === undefined) {
    throw new Error(`the region has no calendar ${defaults.calendar}`);
  }
  let calendar = calendars.get(spec);
  if (calendar === undefined) {
    calendar = openCalendar(spec);
    calendars.set(spec, calendar);
  }
  return calendar;
}

/** The rules and people's hours that hold around a complaint now. */
export function surroundingsOf(
  region: RegionView,
  row: ProcessRow,
  now: number,
  actor: string,
): Surroundings {
  const { defaults } = region.settings;
  const ladder = region.ladders.get(defaults.ladder);
  if (ladder === undefined) {
    throw new Error(`the region has no ladder ${defaults.ladder}`);
  }
  const { agencyId, calendar } = row.process;
  return {
    complaintId: row.id,
    now,
    actor,
    calendar: calendarOf(region, calendar),
    ladder,
    agency: agencyId === null ? null : (region.agencies.get(agencyId) ?? null),
  };
}
