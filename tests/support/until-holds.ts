import { setTimeout as pause } from 'node:timers/promises';

/** Looks again and again until what is seen holds. @throws Error with what was seen last. */
export async function untilHolds<T>(
  look: () => Promise<T>,
  holds: (seen: T) => boolean,
  limitMs = 15_000,
): Promise<T> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const seen = await look();
    if (holds(seen)) {
      return seen;
    }
    if (Date.now() > deadline) {
      throw new Error(`not in time: ${JSON.stringify(seen)?.slice(0, 2_000)}`);
    }
    await pause(25);
  }
}
