import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';

/** A server that takes longer than this to come up needs a person. */
const PATIENCE_MS = 5 * 60_000;
const AGAIN_MS = 1_000;

/**
 * Does what needs a server that may still be starting, once a second until it is there, five minutes at most, as on a
 * machine that starts all its services at once. @throws what `work` throws when it is not that, or still so.
 */
export async function untilThere<T>(
  server: string,
  log: Logger,
  work: () => Promise<T>,
  isAway: (error: unknown) => boolean,
): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (let isTold = false; ; isTold = true) {
    try {
      return await work();
    } catch (error) {
      if (!isAway(error) || Date.now() >= deadline) {
        throw error;
      }
      if (!isTold) {
        log.warn(`${server} is not there yet; waiting for it`);
      }
      await pause(AGAIN_MS);
    }
  }
}
