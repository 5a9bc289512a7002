import { DateTime } from 'luxon';
import type { CalendarSpec } from './working-calendar.js';

/** Why a day of the calendar is worth naming: not worked, or worked in an unusual way. */
export type DayReason =
  /** Saturday or Sunday, not worked. */
  | 'weekend'
  /** A statutory holiday, not worked. */
  | 'holiday'
  /** A weekday that the official calendar of the year makes free, most often a day moved there. */
  | 'official_day_off'
  /** Worked, but ends earlier: the eve of a holiday. */
  | 'short_day'
  /** A Saturday or Sunday that the official calendar makes a working day. */
  | 'working_weekend';

export interface DayNote {
  /** `YYYY-MM-DD` in the calendar's zone. */
  date: string;
  reason: DayReason;
}

/** Working hours of a calendar in minutes since local midnight. */
export interface DayHours {
  from: number;
  to: number;
  lunch: { from: number; to: number } | null;
  shortBy: number;
}

/**
 * One calendar year as instants. Segment `i` of working time is [`starts[i]`, `ends[i]`), and
 * `before[i]` is the working time of the year that lies before it, so that sums over any span are
 * two look-ups instead of a walk over its days. All in milliseconds.
 */
export interface YearTable {
  /** Local midnight of 1 January, and of 1 January of the next year. */
  start: number;
  end: number;
  starts: number[];
  ends: number[];
  before: number[];
  total: number;
  notes: DayNote[];
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** The hours of a calendar as minutes; an Error names what is not `HH:MM` in ascending order. */
export function hoursOf({ code, hours, lunch, shortDayByMinutes }: CalendarSpec): DayHours {
  if (hours === 'roundTheClock') return { from: 0, to: 24 * 60, lunch: null, shortBy: 0 };
  const read = (span: { from: string; to: string }): { from: number; to: number } => {
    const [from, to] = [minutesOf(span.from), minutesOf(span.to)];
    if (from === null || to === null || from >= to) {
      throw new Error(`Calendar ${code}: not hours of a day: ${span.from} to ${span.to}`);
    }
    return { from, to };
  };
  return { ...read(hours), lunch: lunch ? read(lunch) : null, shortBy: shortDayByMinutes };
}

/** `HH:MM`, up to `24:00`, as minutes since midnight; null when it is something else. */
function minutesOf(text: string): number | null {
  const [, hour, minute] = /^(\d{2}):([0-5]\d)$/.exec(text) ?? [];
  const minutes = Number(hour) * 60 + Number(minute);
  return minutes <= 24 * 60 ? minutes : null;
}

/** Builds the table of one year. A year without an official calendar follows the statutory rule. */
export function buildYear(spec: CalendarSpec, hours: DayHours, year: number): YearTable {
  const table: YearTable = {
    start: instantOf(spec.zone, year, 1, 1, 0),
    end: instantOf(spec.zone, year + 1, 1, 1, 0),
    starts: [],
    ends: [],
    before: [],
    total: 0,
    notes: [],
  };
  const reasonsOf = dayRule(spec, year);
  // The days are walked as plain dates in UTC, where each has 24 hours; only hours of work meet the zone.
  for (let day = Date.UTC(year, 0, 1); day < Date.UTC(year + 1, 0, 1); day += DAY_MS) {
    const at = new Date(day);
    const date = at.toISOString().slice(0, 10);
    const reasons = reasonsOf(date, at.getUTCDay() === 0 || at.getUTCDay() === 6);
    for (const reason of reasons) table.notes.push({ date, reason });
    if (reasons.some(isFree)) continue;
    for (const [from, to] of workedMinutes(hours, reasons.includes('short_day'))) {
      const month = at.getUTCMonth() + 1;
      const start = instantOf(spec.zone, year, month, at.getUTCDate(), from);
      const end = instantOf(spec.zone, year, month, at.getUTCDate(), to);
      // Hours that a clock change swallows whole are not worked.
      if (end <= start) continue;
      table.starts.push(start);
      table.ends.push(end);
      table.before.push(table.total);
      table.total += end - start;
    }
  }
  return table;
}

function isFree(reason: DayReason): boolean {
  return reason === 'weekend' || reason === 'holiday' || reason === 'official_day_off';
}

/**
 * What is to be said of a date. Official years are taken as published (days off, short days and
 * working weekends set by the Government each year); other years are Monday to Friday less the
 * holidays of article 112 of the Labour Code, without moved or short days, which nobody knows yet.
 */
function dayRule(
  spec: CalendarSpec,
  year: number,
): (date: string, isWeekend: boolean) => DayReason[] {
  const holidays = new Set(spec.statutoryHolidays);
  const isHoliday = (date: string): boolean => holidays.has(date.slice(5));
  const official = spec.years[String(year)];
  if (!official) {
    return (date, isWeekend) => (isHoliday(date) ? ['holiday'] : isWeekend ? ['weekend'] : []);
  }
  const daysOff = new Set(official.daysOff);
  const shortDays = new Set(official.shortDays);
  const workingWeekends = new Set(official.workingWeekends);
  return (date, isWeekend) => {
    const worked = isWeekend ? workingWeekends.has(date) : !daysOff.has(date);
    if (!worked) {
      return [isHoliday(date) ? 'holiday' : isWeekend ? 'weekend' : 'official_day_off'];
    }
    const reasons: DayReason[] = [];
    if (isWeekend) reasons.push('working_weekend');
    if (shortDays.has(date)) reasons.push('short_day');
    return reasons;
  };
}

/** The stretches of a working day in minutes since midnight: whole, or cut by the lunch break. */
function workedMinutes(hours: DayHours, isShort: boolean): [number, number][] {
  const { from, lunch } = hours;
  const to = isShort ? hours.to - hours.shortBy : hours.to;
  if (!lunch) return from < to ? [[from, to]] : [];
  const stretches: [number, number][] = [
    [from, Math.min(lunch.from, to)],
    [Math.max(lunch.to, from), to],
  ];
  return stretches.filter(([start, end]) => start < end);
}

/** Wall-clock time of a zone as an instant; a time that a clock change skips is read as the one after it. */
function instantOf(
  zone: string,
  year: number,
  month: number,
  day: number,
  minutes: number,
): number {
  const hour = Math.floor(minutes / 60);
  return DateTime.fromObject({ year, month, day, hour, minute: minutes % 60 }, { zone }).toMillis();
}
