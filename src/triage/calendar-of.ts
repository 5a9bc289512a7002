import type { RegionView } from '../db/region-store.js';
import type { CalendarSpec } from '../domain/working-calendar.js';
import { openCalendar, type WorkingCalendar } from '../domain/working-time.js';

const opened = new WeakMap<CalendarSpec, WorkingCalendar>();

/** The calendar of a code, or the region's own where the code is unknown by now; opened once a reading. */
export function calendarOf(region: RegionView, code: string | null): WorkingCalendar {
  const { defaults } = region.settings;
  const spec =
    region.calendars.get(code ?? defaults.calendar) ?? region.calendars.get(defaults.calendar);
  if (spec === undefined) {
    throw new Error(`the region has no calendar ${defaults.calendar}`);
  }
  let calendar = opened.get(spec);
  if (calendar === undefined) {
    calendar = openCalendar(spec);
    opened.set(spec, calendar);
  }
  return calendar;
}
