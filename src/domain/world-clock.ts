/**
 * World time is the desk's time: of complaints, clocks, timelines and periods. In production it is the
 * machine's; demos and tests start it at another instant and let it run faster. Sessions, keys, rate
 * limits and logs stay on machine time.
 */
export interface WorldAnchor {
  /** Machine instant (epoch ms) at which the world stood at `worldStart` (epoch ms). */
  machineStart: number;
  worldStart: number;
  /** World ms per machine ms, above 0: 3600 makes an hour pass in a second. */
  scale: number;
}

/** The production anchor: world time is machine time, to the millisecond. */
export const IDENTITY: WorldAnchor = { machineStart: 0, worldStart: 0, scale: 1 };

/** World instant (whole epoch ms, rounded down) at a machine instant (epoch ms). */
export function toWorld(anchor: WorldAnchor, machineMs: number): number {
  return Math.floor(anchor.worldStart + (machineMs - anchor.machineStart) * anchor.scale);
}

/**
 * Machine ms to wait at the world instant `worldFrom` until `worldTo` has come: whole, rounded up, at
 * least 1 while it is ahead (a timer of 0 would spin), 0 when it has come.
 */
export function machineDelay(anchor: WorldAnchor, worldFrom: number, worldTo: number): number {
  if (worldTo <= worldFrom) return 0;
  return Math.max(1, Math.ceil((worldTo - worldFrom) / anchor.scale));
}
