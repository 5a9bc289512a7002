import type { RegionView } from '../../src/db/region-store.js';
import type { Surroundings } from '../../src/domain/process.js';
import { calendarOf } from '../../src/triage/calendar-of.js';

/** The rules and people's hours that hold around a complaint now. */
export function surroundingsOf(
  region: RegionView,
  complaintId: string,
  now: number,
  actor: string,
): Surroundings {
  const { defaults } = region.settings;
  const ladder = region.ladders.get(defaults.ladder);
  if (ladder === undefined) {
    throw new Error(`the region has no ladder ${defaults.ladder}`);
  }
  return {
    complaintId,
    now,
    actor,
    calendarOf: (code) => calendarOf(region, code),
    ladder,
    agencies: region.agencies,
  };
}
