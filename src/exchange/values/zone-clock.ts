import { DateTime, IANAZone } from 'luxon';

/** A date and time as a clock on the wall shows it, without a zone. `month` from 1. */
export interface WallTime {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  ms: number;
}

/** Offsets change at whole quarters of an hour at the finest, so one look serves all instants of a quarter. */
const QUARTER_MS = 15 * 60_000;
const OFFSETS_KEPT_MAX = 200_000;

/** Wall time ↔ instant in one zone, fast enough for a million cells. */
export interface WallClock {
  zone: string;
  /**
   * Epoch ms; null for what is no date (30 February, 24:01). A time that a change of clocks skipped is taken an
   * hour later, one that it repeated for the first of the two.
   */
  toInstant(wall: WallTime): number | null;
}

/** @throws RangeError for an unknown zone. */
export function zoneClock(zone: string): WallClock {
  if (!IANAZone.isValidZone(zone)) {
    throw new RangeError(`unknown time zone: ${zone.slice(0, 60)}`);
  }
  const offsets = new Map<number, number>();
  const offsetAt = (asUtc: number): number => {
    const quarter = Math.floor(asUtc / QUARTER_MS);
    let offset = offsets.get(quarter);
    if (offset === undefined) {
      const at = new Date(quarter * QUARTER_MS);
      const local = DateTime.fromObject(
        {
          year: at.getUTCFullYear(),
          month: at.getUTCMonth() + 1,
          day: at.getUTCDate(),
          hour: at.getUTCHours(),
          minute: at.getUTCMinutes(),
        },
        { zone },
      );
      // What luxon made of it says also where a skipped time was moved to.
      offset = at.getTime() - local.toMillis();
      if (offsets.size >= OFFSETS_KEPT_MAX) offsets.clear();
      offsets.set(quarter, offset);
    }
    return offset;
  };
  return {
    zone,
    toInstant({ year, month, day, hour, minute, second, ms }) {
      if (hour > 23 || minute > 59 || second > 59 || month < 1 || month > 12 || day < 1) {
        return null;
      }
      const asUtc = Date.UTC(year, month - 1, day, hour, minute, second, ms);
      if (new Date(asUtc).getUTCDate() !== day || year < 1970 || year > 2199) return null;
      return asUtc - offsetAt(asUtc);
    },
  };
}
