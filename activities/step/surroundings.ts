import type { RegionView } from '../../src/db/region-store.js';
import type { ProcessRow } from '../../src/db/process-row.js';
import type { Surroundings } from '../../src/domain/process.js';
import { calendarOf } from '../../src/triage/calendar-of.js';

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
