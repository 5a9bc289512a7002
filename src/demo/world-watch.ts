import { machineDelay, toWorld, type WorldAnchor } from '../domain/world-clock.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The demo's region keeps Moscow time the whole year. */
const ZONE_OFFSET_MS = 3 * HOUR_MS;

/** The desk's clock as the demo's people read it. Instants: epoch ms of world time. */
export class WorldWatch {
  constructor(
    readonly anchor: WorldAnchor,
    private readonly machineNow: () => number = Date.now,
  ) {}

  now(): number {
    return toWorld(this.anchor, this.machineNow());
  }

  /** World ms that pass in so many machine ms. */
  worldMs(machineMs: number): number {
    return machineMs * this.anchor.scale;
  }

  /** Machine ms until a world instant; 0 when it has come. */
  delayUntil(at: number): number {
    return machineDelay(this.anchor, this.now(), at);
  }
}

/** Hour of the day (0 to 24, with its fraction), weekday (0 is Sunday) and the midnight before, in the region's zone. */
export function localTime(at: number): { hour: number; weekday: number; midnight: number } {
  const local = at + ZONE_OFFSET_MS;
  const midnight = Math.floor(local / DAY_MS) * DAY_MS;
  return {
    hour: (local - midnight) / HOUR_MS,
    weekday: new Date(midnight).getUTCDay(),
    midnight: midnight - ZONE_OFFSET_MS,
  };
}

export interface Shift {
  from: number;
  to: number;
  /** Whether Saturdays and Sundays are worked. */
  weekends: boolean;
}

export const OFFICE_HOURS: Shift = { from: 9, to: 18, weekends: false };
/** The management centre reads messages from early to late, every day. */
export const DESK_HOURS: Shift = { from: 8, to: 21, weekends: true };

/** Working time that begins at `at` or later, on the next days as well: the instant when `lengthMs` of it has passed. */
export function afterWork(at: number, lengthMs: number, shift: Shift): number {
  let cursor = at;
  let left = lengthMs;
  for (;;) {
    const { weekday, midnight } = localTime(cursor);
    const works = shift.weekends || (weekday !== 0 && weekday !== 6);
    const opens = midnight + shift.from * HOUR_MS;
    const closes = midnight + shift.to * HOUR_MS;
    const start = Math.max(cursor, opens);
    if (works && start < closes) {
      if (left <= closes - start) {
        return start + left;
      }
      left -= closes - start;
    }
    cursor = midnight + DAY_MS;
  }
}

export { DAY_MS, HOUR_MS };
