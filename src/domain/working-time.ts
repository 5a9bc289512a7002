import { DateTime, IANAZone } from 'luxon';
import type { DueInstant } from './clock-due.js';
import type { CalendarSpec } from './working-calendar.js';
import { buildYear, hoursOf } from './working-days.js';
import type { DayNote, YearTable } from './working-days.js';

export { dueFrom } from './clock-due.js';
export type { DueInstant } from './clock-due.js';
export type { DayNote, DayReason } from './working-days.js';

/**
 * Working time of one calendar. Instants are epoch ms, durations ms. Working hours are half-open:
 * at 09:00 work has begun, at 18:00 it has ended.
 */
export interface WorkingCalendar {
  /**
   * The earliest instant not before `from` at which `ms` of working time have passed since `from`.
   * So an allowance that runs out exactly at the end of a day is due at that end, not the next
   * morning; a start outside the hours counts from the next opening; and 0 gives `from` itself, in
   * or out of hours (which is what makes adding in parts the same as adding at once). `provisional`:
   * the span touches a year whose official calendar is not known yet. RangeError when `ms` is
   * negative or not finite, or when the instant lies more than 100 years away. (Every function throws
   * it for what is no instant of the years 1000 to 9998.)
   */
  addWorking(from: number, ms: number): DueInstant;
  /** Working ms from one instant to another; 0 when `to` is not later than `from`. */
  workingBetween(from: number, to: number): number;
  isWorking(at: number): boolean;
  /** `at` itself when it is in working hours, else the next opening. */
  nextWorking(at: number): number;
  /**
   * The days from the date of `from` to the date of `to`, both included, that were not worked, or
   * worked in an unusual way, with the reason, by date; a short working Saturday stands twice. Empty
   * when `to` is not later, and for round-the-clock calendars.
   */
  skipped(from: number, to: number): DayNote[];
}

const YEARS_MAX = 100;
const CALENDARS_KEPT_MAX = 64;
const opened = new Map<string, { spec: CalendarSpec; json: string; calendar: WorkingCalendar }>();

/**
 * Opens a calendar; the same code, version and content give the same object, with the years it has
 * worked out. Content is compared too, because a region under edit may reuse a version. Throws an
 * Error when the zone is unknown or the hours are not `HH:MM` in ascending order.
 */
export function openCalendar(spec: CalendarSpec): WorkingCalendar {
  const key = `${spec.code}@${String(spec.version)}`;
  const known = opened.get(key);
  if (known?.spec === spec) return known.calendar;
  const json = JSON.stringify(spec);
  if (known?.json === json) return known.calendar;
  // A copy: the caller may go on editing what it passed.
  const kept = JSON.parse(json) as CalendarSpec;
  const calendar = kept.hours === 'roundTheClock' ? roundTheClock : calendarOf(kept);
  const oldest = opened.keys().next();
  if (opened.size >= CALENDARS_KEPT_MAX && !oldest.done) opened.delete(oldest.value);
  opened.set(key, { spec, json, calendar });
  return calendar;
}

/** Every instant is working time, holidays included: the hours of those who answer for danger to life. */
const roundTheClock: WorkingCalendar = {
  addWorking(from, ms) {
    requireDuration(ms);
    return { at: from + ms, provisional: false };
  },
  workingBetween: (from, to) => Math.max(0, to - from),
  isWorking: () => true,
  nextWorking: (at) => at,
  skipped: () => [],
};

function calendarOf(spec: CalendarSpec): WorkingCalendar {
  if (!IANAZone.isValidZone(spec.zone)) {
    throw new Error(`Calendar ${spec.code}: unknown time zone ${spec.zone}`);
  }
  const hours = hoursOf(spec);
  const tables = new Map<number, YearTable>();
  const officialYears = Object.keys(spec.years).map(Number);
  const firstOfficial = officialYears.length > 0 ? Math.min(...officialYears) : -Infinity;

  function table(year: number): YearTable {
    let found = tables.get(year);
    if (!found) {
      found = buildYear(spec, hours, year);
      tables.set(year, found);
    }
    return found;
  }

  /** The local year of an instant: the UTC year or a neighbour of it. */
  function yearAt(at: number): number {
    const year = new Date(at).getUTCFullYear();
    // Also what is no instant at all: NaN lies in no year.
    if (!(year >= 1000 && year < 9999)) throw new RangeError(`Not an instant: ${String(at)}`);
    if (at < table(year).start) return year - 1;
    return at >= table(year).end ? year + 1 : year;
  }

  /** Years before the first official one are history: nobody will publish them any more. */
  function isProvisional(yearFrom: number, yearTo: number): boolean {
    for (let year = Math.max(yearFrom, firstOfficial); year <= yearTo; year += 1) {
      if (!spec.years[String(year)]) return true;
    }
    return false;
  }

  return {
    addWorking(from, ms) {
      requireDuration(ms);
      const yearFrom = yearAt(from);
      if (ms === 0) return { at: from, provisional: isProvisional(yearFrom, yearFrom) };
      let year = yearFrom;
      let wanted = workedSoFar(table(year), from) + ms;
      while (wanted > table(year).total) {
        wanted -= table(year).total;
        year += 1;
        if (year - yearFrom > YEARS_MAX) throw new RangeError('No such working time in 100 years');
      }
      const { starts, before } = table(year);
      const i = lastBelow(before, wanted);
      const at = starts[i]! + wanted - before[i]!;
      return { at, provisional: isProvisional(yearFrom, year) };
    },

    workingBetween(from, to) {
      if (to <= from) return 0;
      const yearTo = yearAt(to);
      let sum = workedSoFar(table(yearTo), to) - workedSoFar(table(yearAt(from)), from);
      for (let year = yearAt(from); year < yearTo; year += 1) sum += table(year).total;
      return sum;
    },

    isWorking(at) {
      const { starts, ends } = table(yearAt(at));
      const i = lastBelow(starts, at + 1);
      return i >= 0 && at < ends[i]!;
    },

    nextWorking(at) {
      const yearFrom = yearAt(at);
      for (let year = yearFrom; year - yearFrom <= YEARS_MAX; year += 1) {
        const { starts, ends } = table(year);
        const i = lastBelow(ends, at + 1) + 1;
        if (i < starts.length) return Math.max(at, starts[i]!);
      }
      throw new RangeError('No working time in 100 years');
    },

    skipped(from, to) {
      if (to <= from) return [];
      const first = dateOf(spec.zone, from);
      const last = dateOf(spec.zone, to);
      const notes: DayNote[] = [];
      for (let year = yearAt(from); year <= yearAt(to); year += 1) {
        notes.push(...table(year).notes.filter(({ date }) => date >= first && date <= last));
      }
      return notes;
    },
  };
}

/** Working ms of the table's year before an instant in it. */
function workedSoFar({ starts, ends, before }: YearTable, at: number): number {
  const i = lastBelow(starts, at);
  return i < 0 ? 0 : before[i]! + Math.min(at, ends[i]!) - starts[i]!;
}

/** Index of the last of ascending numbers that is below a limit, or -1. */
function lastBelow(ascending: number[], limit: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! < limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** `YYYY-MM-DD` of an instant in a zone. */
function dateOf(zone: string, at: number): string {
  return DateTime.fromMillis(at, { zone }).toISODate()!;
}

function requireDuration(ms: number): void {
  if (!Number.isFinite(ms) || ms < 0) throw new RangeError(`Not a duration in ms: ${String(ms)}`);
}
