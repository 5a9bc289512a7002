/** How webhooks are sent. Durations are machine time. */
export interface Timing {
  /** Waits between attempts; after the last the message is given up. */
  waitsMs: readonly number[];
  /** An attempt as a whole. */
  attemptMs: number;
  /** A message taken by a dispatcher that died is taken again after this; longer than an attempt by far. */
  leaseMs: number;
  idleMs: number;
  /** Messages under way at once in one process, and of one webhook. */
  concurrency: number;
  lanes: number;
  /** After so many failures in a row a webhook is tried with one message at a time. */
  cautiousAfter: number;
  /** A webhook on which nothing has succeeded for so long is switched off when a message is given up. */
  disableAfterMs: number;
  /** Finished deliveries stay in the log for so long. */
  keptMs: number;
}

const S = 1_000;
const MIN = 60 * S;
const H = 60 * MIN;
const DAY = 24 * H;

/** The waits are those that the Standard Webhooks specification suggests: three days and four hours in all. */
export const TIMING: Timing = {
  waitsMs: [5 * S, 5 * MIN, 30 * MIN, 2 * H, 5 * H, 10 * H, 14 * H, 20 * H, 24 * H],
  attemptMs: 15 * S,
  leaseMs: 45 * S,
  idleMs: 1 * S,
  concurrency: 128,
  lanes: 8,
  cautiousAfter: 5,
  disableAfterMs: 5 * DAY,
  keptMs: 30 * DAY,
};

/** Of a wait, so much more or less: receivers that failed together are not called together again. */
const JITTER = 0.2;

/** Ms to wait after so many failed tries; null: that was the last. `random`: 0 to below 1. */
export function waitAfter(
  tries: number,
  { waitsMs }: Pick<Timing, 'waitsMs'>,
  random = Math.random(),
): number | null {
  const waitMs = waitsMs[tries - 1];
  return waitMs === undefined ? null : Math.round(waitMs * (1 + JITTER * (2 * random - 1)));
}
