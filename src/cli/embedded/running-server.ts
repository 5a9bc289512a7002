import type { ChildProcess } from 'node:child_process';
import type { ProcessMark } from './process-mark.js';
import { markProcess, stopProcess } from './process-mark.js';

/** A program we started and shall stop. */
export interface RunningServer {
  name: string;
  mark: ProcessMark;
  hasEnded: () => boolean;
  /** Settles when it ends, by whatever cause. */
  ended: Promise<void>;
  /** Asks it to end, and ends it by force past its limit. */
  stop: () => Promise<void>;
}

export interface StopManner {
  signal: NodeJS.Signals;
  limitMs: number;
}

/** Wraps a started child. The parent may end before it: it is not waited for. */
export async function serverFrom(
  name: string,
  child: ChildProcess,
  manner: StopManner,
): Promise<RunningServer> {
  let hasEnded = false;
  let failure: Error | undefined;
  const ended = new Promise<void>((resolve) => {
    const end = () => {
      hasEnded = true;
      resolve();
    };
    child.once('exit', end);
    child.once('error', (error) => {
      failure = error;
      end();
    });
  });
  child.unref();
  if (child.pid === undefined) {
    await ended;
    throw new Error(`${name} could not be started: ${failure?.message ?? 'no process'}`);
  }
  // A child that ended at once has no mark any more; its number is then never signalled.
  const mark = (await markProcess(child.pid)) ?? { pid: child.pid, startedAt: 'ended' };
  return {
    name,
    mark,
    hasEnded: () => hasEnded,
    ended,
    stop: async () => {
      if (!hasEnded) {
        await stopProcess(mark, manner.signal, manner.limitMs);
      }
    },
  };
}
