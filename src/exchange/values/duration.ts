import type { Cell } from '../table/cell.js';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Longer than any complaint lives: a number beyond is a date or a mistake. */
const DURATION_MAX_MS = 36_600 * DAY_MS;

const CLOCK =
  /^(?:(\d{1,5})\s*(?:д|дн|дня|дней|день|d|days?)\.?,?\s*)?(\d{1,6}):(\d{2})(?::(\d{2})(?:[.,](\d{1,6}))?)?$/i;
const PARTS =
  /(\d+(?:[.,]\d+)?)\s*(дней|день|дня|дн|д|days?|d|часов|часа|час|ч|hours?|h|минуты|минута|минут|мин|м|minutes?|min|m|секунды|секунда|секунд|сек|с|seconds?|sec|s)\.?(?![а-яёa-z])/giu;
const UNIT_MS: readonly [RegExp, number][] = [
  [/^[дd]/i, DAY_MS],
  [/^[чh]/i, 3_600_000],
  [/^[мm]/i, MINUTE_MS],
  [/^[сs]/i, 1_000],
];
const NUMBER = /^\d+(?:[.,]\d+)?$/;

/**
 * A length of time from a cell: `276:10:25` (hours may pass 24), `0:07`, `3 д. 02:15:00`, `1 ч 20 мин`, or a number,
 * which is a fraction of days. @returns ms; null for anything else, a negative one included.
 */
export function readDuration(cell: Cell): number | null {
  if (typeof cell === 'number') return fromDays(cell);
  if (typeof cell !== 'string') return null;
  const text = cell.trim();
  const clock = CLOCK.exec(text);
  if (clock) {
    const [, days = '0', hours, minutes, seconds = '0', fraction = '0'] = clock;
    if (Number(minutes) > 59 || Number(seconds) > 59) return null;
    const whole = Number(days) * DAY_MS + Number(hours) * 3_600_000 + Number(minutes) * MINUTE_MS;
    return bounded(whole + Number(seconds) * 1_000 + Math.floor(Number(`0.${fraction}`) * 1_000));
  }
  if (NUMBER.test(text)) return fromDays(Number(text.replace(',', '.')));
  return fromParts(text);
}

const fromDays = (days: number): number | null => bounded(Math.round(days * DAY_MS));

const bounded = (ms: number): number | null => (ms >= 0 && ms <= DURATION_MAX_MS ? ms : null);

function fromParts(text: string): number | null {
  let ms = 0;
  let found = 0;
  const rest = text.replace(PARTS, (_, amount: string, unit: string) => {
    found += 1;
    ms += Number(amount.replace(',', '.')) * (UNIT_MS.find(([of]) => of.test(unit))?.[1] ?? 0);
    return '';
  });
  return found > 0 && /^[\s,.]*$/.test(rest) ? bounded(Math.round(ms)) : null;
}
