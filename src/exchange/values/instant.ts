import type { Cell } from '../table/cell.js';
import type { WallClock, WallTime } from './zone-clock.js';

/** How a file writes its instants. */
export interface InstantReader {
  clock: WallClock;
  epoch: 1900 | 1904;
  /** A form of the mapping file, tried before all others. */
  form?: DateForm | undefined;
}

const DAY_MS = 86_400_000;
const INSTANT_END = Date.UTC(2200, 0, 1);
/** Day 0 of serial dates as UTC. That of 1900 stands a day early, as Excel counts a 29 February 1900. */
const DAY_ZERO = { 1900: Date.UTC(1899, 11, 30), 1904: Date.UTC(1904, 0, 1) } as const;
/** 1970 to 2199 in days of either epoch: what is outside is a number, not a date. */
const SERIAL_MIN = 24_000;
const SERIAL_MAX = 110_000;

const OFFSET = String.raw`(Z|[+-]\d{2}(?::?\d{2})?)?`;
const WEEKDAY =
  '(?:пн|вт|ср|чт|пт|сб|вс|понедельник|вторник|среда|четверг|пятница|суббота|воскресенье)';
/** `25.11.2026`, `25-11-26`, `ср, 25 ноября 2026 г. в 14:05`; points part the time of some programs, too. */
const RUSSIAN = new RegExp(
  String.raw`^(?:${WEEKDAY},?\s+)?(\d{1,2})(?:([.-])(\d{1,2})\2|\s+([а-я]{3,8})\.?\s+)(\d{4}|\d{2})(?:\s*г\.?|\s+года)?` +
    String.raw`(?:,?\s+(?:в\s+)?(\d{1,2})([:.])(\d{2})(?:\7(\d{2})(?:[.,](\d{1,9}))?)?\s*${OFFSET})?$`,
  'i',
);
const ISO = new RegExp(
  String.raw`^(\d{4})([-/.])(\d{2})\2(\d{2})(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*${OFFSET})?$`,
  'i',
);
/** In the genitive and shortened: the first three letters say which. */
const MONTH = /^(?:янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек)[а-я]*$/i;
const MONTHS = ['янв', 'фев', 'мар', 'апр', 'мая', 'июн', 'июл', 'авг', 'сен', 'окт', 'ноя', 'дек'];
const NUMBER = /^\d{5,6}(?:[.,]\d+)?$/;

/**
 * An instant from a cell: `25.11.2026`, `25.11.2026 14:05(:00)`, `25 ноября 2026 г., 14:05`, ISO with or without a
 * zone, or a serial date. Slashes behind the day are refused: they may stand for either order.
 * A date alone is its midnight. @returns epoch ms; null for anything else.
 */
export function readInstant(cell: Cell, reader: InstantReader): number | null {
  if (typeof cell === 'number') return fromSerial(cell, reader);
  if (typeof cell !== 'string') return null;
  const text = cell.trim();
  const formed = reader.form?.(text);
  if (formed) return reader.clock.toInstant(formed);
  const russian = RUSSIAN.exec(text);
  if (russian) {
    const [, day, , digits, name, year = '', hour, , minute, second, fraction, offset] = russian;
    const month = name === undefined ? digits : monthOf(name);
    const date = [year.length === 2 ? `20${year}` : year, month, day];
    return inZone(reader, wall(date, [hour, minute, second, fraction]), offset);
  }
  const iso = ISO.exec(text);
  if (iso) {
    const [, year, , month, day, hour, minute, second, fraction, offset] = iso;
    return inZone(reader, wall([year, month, day], [hour, minute, second, fraction]), offset);
  }
  return NUMBER.test(text) ? fromSerial(Number(text.replace(',', '.')), reader) : null;
}

const inZone = (
  reader: InstantReader,
  time: WallTime,
  offset: string | undefined,
): number | null =>
  offset === undefined ? reader.clock.toInstant(time) : atOffset(time, offset.toUpperCase());

/** `ноября` → `11`; `0`, which is no month, for another word. */
function monthOf(name: string): string {
  const start = name.slice(0, 3).toLowerCase().replace('май', 'мая');
  return MONTH.test(name) ? String(MONTHS.indexOf(start) + 1) : '0';
}

function wall(
  [year, month, day]: (string | undefined)[],
  [hour, minute, second, fraction]: (string | undefined)[],
): WallTime {
  return {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour ?? 0),
    minute: Number(minute ?? 0),
    second: Number(second ?? 0),
    ms: fraction === undefined ? 0 : Math.floor(Number(`0.${fraction}`) * 1_000),
  };
}

const UTC: WallClock = {
  zone: 'UTC',
  toInstant({ year, month, day, hour, minute, second, ms }) {
    const at = Date.UTC(year, month - 1, day, hour, minute, second, ms);
    const fits = new Date(at).getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
    return fits && month >= 1 && month <= 12 ? at : null;
  },
};

function atOffset(time: WallTime, offset: string): number | null {
  const at = UTC.toInstant(time);
  if (at === null || offset === 'Z') return at;
  const digits = offset.slice(1).replace(':', '').padEnd(4, '0');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return at - (offset.startsWith('-') ? -minutes : minutes) * 60_000;
}

/** Serial dates are wall time; their fractions of a day are exact to far less than a second. */
function fromSerial(serial: number, { clock, epoch }: InstantReader): number | null {
  if (!(serial >= SERIAL_MIN && serial <= SERIAL_MAX)) return null;
  const at = new Date(DAY_ZERO[epoch] + Math.round(serial * DAY_MS));
  return clock.toInstant({
    year: at.getUTCFullYear(),
    month: at.getUTCMonth() + 1,
    day: at.getUTCDate(),
    hour: at.getUTCHours(),
    minute: at.getUTCMinutes(),
    second: at.getUTCSeconds(),
    ms: at.getUTCMilliseconds(),
  });
}

/** Reads a text of one form as wall time; null when it has another. */
export type DateForm = (text: string) => WallTime | null;

const TOKENS: Record<string, string> = {
  YYYY: '(?<year>\\d{4})',
  MM: '(?<month>\\d{1,2})',
  DD: '(?<day>\\d{1,2})',
  HH: '(?<hour>\\d{1,2})',
  hh: '(?<hour>\\d{1,2})',
  mm: '(?<minute>\\d{2})',
  ss: '(?<second>\\d{2})',
  A: '(?<half>[AaPp][Mm])',
};

/**
 * Makes a reader of a form such as `MM/DD/YYYY hh:mm:ss A`: YYYY, MM, DD, HH (0-23), hh (1-12 with A), mm, ss.
 * @throws RangeError for a form without year, month and day, or with a token twice.
 */
export function dateForm(form: string): DateForm {
  const parts = form.split(/(YYYY|MM|DD|HH|hh|mm|ss|A)/);
  const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
  if (!['YYYY', 'MM', 'DD'].every((token) => parts.includes(token))) {
    throw new RangeError('needs YYYY, MM and DD');
  }
  let pattern: RegExp;
  try {
    pattern = new RegExp(`^${parts.map((part) => TOKENS[part] ?? escape(part)).join('')}$`);
  } catch {
    throw new RangeError('has a part twice');
  }
  return (text) => {
    const { year, month, day, hour, minute, second, half } = pattern.exec(text)?.groups ?? {};
    if (year === undefined) return null;
    const time = wall([year, month, day], [hour, minute, second]);
    if (half === undefined) return time;
    const isHalf = time.hour >= 1 && time.hour <= 12;
    const hour24 = (time.hour % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);
    return isHalf ? { ...time, hour: hour24 } : null;
  };
}

/** An instant of ours, written by export; null where somebody made of it what is none, or none from 1970 to 2199. */
export function instantOf(text: string | undefined | null): number | null {
  const at = text ? Date.parse(text) : Number.NaN;
  return at >= 0 && at < INSTANT_END ? at : null;
}
