import { randomBytes } from 'node:crypto';

/** Zones change their offset, and years begin, at whole quarters of an hour. */
const QUARTER_MS = 15 * 60_000;
const years = new Map<string, { quarter: number; year: number; format: Intl.DateTimeFormat }>();

/** The calendar year of an instant in a zone; worked out once a quarter of an hour. */
export function yearIn(zone: string, at: number): number {
  const quarter = Math.floor(at / QUARTER_MS);
  const known = years.get(zone);
  if (known?.quarter === quarter) {
    return known.year;
  }
  const format =
    known?.format ??
    new Intl.DateTimeFormat('en', { timeZone: zone, year: 'numeric', calendar: 'gregory' });
  const year = Number(format.format(at));
  years.set(zone, { quarter, year, format });
  return year;
}

/** The private link's secret: 144 random bits. */
export const newTrackToken = (): string => randomBytes(18).toString('base64url');
