import { DateTime, IANAZone } from 'luxon';

/** Wall-clock times of a zone and back: what people read in files, and days that they ask for. */

/** Zones change their offset at whole quarters of an hour. */
const QUARTER_MS = 15 * 60_000;
const OFFSETS_KEPT_MAX = 200_000;
const offsets = new Map<string, Map<number, number>>();

/** How far a zone's clocks are ahead of UTC at an instant, in ms; remembered a quarter of an hour each. */
export function offsetMs(zone: string, at: number): number {
  let known = offsets.get(zone);
  if (known === undefined || known.size > OFFSETS_KEPT_MAX) {
    known = new Map();
    offsets.set(zone, known);
  }
  const quarter = Math.floor(at / QUARTER_MS);
  let offset = known.get(quarter);
  if (offset === undefined) {
    offset = IANAZone.create(zone).offset(at) * 60_000;
    known.set(quarter, offset);
  }
  return offset;
}

/** `2026-05-12 09:30:00` as clocks of the zone show it; parts of a second are cut off. */
export function wallClock(at: number, zone: string): string {
  return new Date(at + offsetMs(zone, at)).toISOString().slice(0, 19).replace('T', ' ');
}

/** True for a zone of the IANA data base, `UTC` included. */
export const isZone = (zone: string): boolean =>
  /^[A-Za-z][\w+/-]{0,63}$/.test(zone) && IANAZone.isValidZone(zone);

const isDay = (value: string): boolean => value.length === 10;
const day = (value: string, zone: string): DateTime =>
  DateTime.fromISO(value, { zone }).startOf('day');

/** The instant at which a day of the zone begins, or an instant with its offset; epoch ms. */
export const startOf = (value: string, zone: string): number =>
  isDay(value) ? day(value, zone).toMillis() : Date.parse(value);

/** The instant at which a day of the zone has ended, or an instant with its offset; epoch ms. */
export const endOf = (value: string, zone: string): number =>
  isDay(value) ? day(value, zone).plus({ days: 1 }).startOf('day').toMillis() : Date.parse(value);
