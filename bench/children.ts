import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LoadOrder, LoadResult } from './load.js';

/** A process of the bench's own, which ends when we do. */
export interface Child {
  process: ChildProcess;
  /** The first thing it said: it is ready. */
  ready: unknown;
  stop(): Promise<void>;
}

/** Starts `bench/<file>.js` and waits until it says that it is ready. @throws Error when it ends before. */
export async function startChild(file: string, args: string[] = []): Promise<Child> {
  const child = fork(fileURLToPath(new URL(`${file}.js`, import.meta.url)), args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit').then(() => {
    throw new Error(`${file} ended at once`);
  });
  const [ready] = (await Promise.race([once(child, 'message'), ended])) as [unknown];
  ended.catch(() => undefined);
  return {
    process: child,
    ready,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        const gone = once(child, 'exit');
        // Nothing of these processes is worth a graceful end.
        child.kill('SIGKILL');
        await gone;
      }
    },
  };
}

/** The load generator: a process apart, so that it shares no event loop with what it measures. */
export async function startLoad(): Promise<{
  run(order: LoadOrder): Promise<LoadResult>;
  stop(): Promise<void>;
}> {
  const child = await startChild('load');
  return {
    async run(order) {
      const answer = once(child.process, 'message');
      child.process.send(order);
      const [result] = (await answer) as [LoadResult];
      return result;
    },
    stop: () => child.stop(),
  };
}
