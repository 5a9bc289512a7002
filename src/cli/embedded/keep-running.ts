import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningServer } from './running-server.js';

export interface KeepRunningOptions {
  name: string;
  first: RunningServer;
  startAgain: () => Promise<RunningServer>;
  log: (line: string) => void;
  /** Ends the watch: from then on an end is not answered with a start. */
  signal: AbortSignal;
}

const PAUSE_MIN_MS = 200;
const PAUSE_MAX_MS = 15_000;
/** One that ran this long counts as healthy: the next pause is short again. */
const HEALTHY_MS = 30_000;

/** Starts a program again whenever it ends by itself, with growing pauses, until `signal`. Never rejects. */
export async function keepRunning(options: KeepRunningOptions): Promise<void> {
  const { name, startAgain, log, signal } = options;
  let server: RunningServer | undefined = options.first;
  let startedMs = Date.now();
  let pauseMs = PAUSE_MIN_MS;
  while (!signal.aborted) {
    await server?.ended;
    if (signal.aborted) {
      return;
    }
    if (Date.now() - startedMs > HEALTHY_MS) {
      pauseMs = PAUSE_MIN_MS;
    }
    log(`${name} ended; starting it again`);
    // Unreferenced and abortable: a stop must not wait for the pause.
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    pauseMs = Math.min(pauseMs * 2, PAUSE_MAX_MS);
    startedMs = Date.now();
    if (signal.aborted) {
      return;
    }
    try {
      server = await startAgain();
    } catch (error) {
      server = undefined;
      log(`${name} did not start: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
