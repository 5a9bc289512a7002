const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A day of elapsed time. */
export const CALENDAR_DAY_MS = 24 * HOUR_MS;

/**
 * Milliseconds of a length as region files write it (`15m`, `2h`, `7d`, `1d 4h`).
 * `dayMs` is what one `d` counts: a working day of the region for working time, 24 hours else.
 * The text has passed the schema; anything else gives NaN.
 */
export function durationMs(text: string, dayMs: number): number {
  const [, days, hours, minutes] = /^(?:(\d+)d)?\s*(?:(\d+)h)?\s*(?:(\d+)m)?$/.exec(text) ?? [];
  if (days === undefined && hours === undefined && minutes === undefined) return Number.NaN;
  return (
    Number(days ?? 0) * dayMs + Number(hours ?? 0) * HOUR_MS + Number(minutes ?? 0) * MINUTE_MS
  );
}

/** A length as region files write it, in hours and minutes: `8h`, `7h 30m`. */
export function durationText(ms: number): string {
  const [hours, minutes] = [Math.floor(ms / HOUR_MS), (ms % HOUR_MS) / MINUTE_MS];
  return [hours > 0 ? `${hours}h` : '', minutes > 0 ? `${minutes}m` : ''].join(' ').trim();
}

/** Minutes since midnight of `HH:MM`. */
export function minuteOfDay(text: string): number {
  const [hours, minutes] = text.split(':').map(Number);
  return (hours ?? 0) * 60 + (minutes ?? 0);
}
