import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Config } from '../../config.js';
import { readConfig } from '../../config.js';
import { ServerNotFound } from '../../temporal/find-server.js';
import { AlreadyRunning, lockDataDir } from './data-dir-lock.js';
import type { DeskPorts } from './desk.js';
import { Desk } from './desk.js';
import type { ProcessMark } from './process-mark.js';
import { markProcess } from './process-mark.js';
import type { ReadyDesk } from './ready-message.js';
import { readyMessage } from './ready-message.js';
import { RunLog, readRunRecord, runningOf, stopRecorded } from './run-record.js';
import { onStopRequest } from './stop-request.js';

const say = (line: string): void => console.log(line);

export interface DeskRun {
  config: Config;
  /** What the desk's programs get in place of our own environment's values. */
  environment?: Record<string, string>;
  ports?: DeskPorts;
  /** What is done once the desk is ready; it ends when `signal` is aborted, which happens when the desk is to stop. */
  work: (desk: ReadyDesk, tookMs: number, signal: AbortSignal) => Promise<void>;
}

/** `otklik up`: runs the whole desk until it is asked to stop. @returns the exit code. */
export function runUp(): Promise<number> {
  return runDesk({
    config: readConfig(),
    work: (desk, tookMs) => {
      say(readyMessage(desk, tookMs));
      return Promise.resolve();
    },
  });
}

/**
 * Brings a desk up on a data directory of its own, has `work` done with it, and stops all of it when asked to or when
 * the work fails. @returns the exit code.
 */
export async function runDesk({ config, environment, ports, work }: DeskRun): Promise<number> {
  const startedMs = Date.now();
  const owner = await markProcess(process.pid);
  if (!owner) {
    throw new Error('This system does not tell about processes (/proc or ps).');
  }
  // A closed terminal must not end us before our children.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
  await mkdir(config.dataDir, { recursive: true });
  let lock;
  try {
    lock = await lockDataDir(config.dataDir, owner);
  } catch (error) {
    if (error instanceof AlreadyRunning) {
      console.error(error.message);
      return 1;
    }
    throw error;
  }
  const stop = new AbortController();
  const runLog = await takeOver(config.dataDir, owner);
  const { signal } = stop;
  const desk = new Desk({ config, environment, ports, log: say, runLog, signal });
  let exitCode = 0;
  let forced = false;
  const asked = onStopRequest((again) => {
    if (again && !forced) {
      forced = true;
      say('Stopping at once.');
      void desk.kill();
    } else if (!stop.signal.aborted) {
      say('Stopping …');
      void lock.stopping();
      stop.abort();
    }
  });
  try {
    const ready = await desk.start();
    await lock.running(ready.url);
    await work(ready, Date.now() - startedMs, signal);
    await asked;
  } catch (error) {
    // What fails because it was stopped under its feet is no failure.
    if (!stop.signal.aborted) {
      console.error(describe(error));
      exitCode = 1;
      stop.abort();
    }
  }
  await desk.stop();
  await runLog.clear();
  await lock.release();
  if (exitCode === 0) {
    say('Stopped.');
  }
  // The keeper's pipe and a watch on a child may still hold the event loop.
  setImmediate(() => process.exit(exitCode));
  return exitCode;
}

const describe = (error: unknown): string =>
  error instanceof ServerNotFound || error instanceof Error ? error.message : String(error);

/** Stops what a killed start has left running, and begins a record of our own, with its keeper. */
async function takeOver(dataDir: string, owner: ProcessMark): Promise<RunLog> {
  const before = await readRunRecord(dataDir);
  const left = before ? await runningOf(before) : [];
  if (before && left.length > 0) {
    say(`The last start was cut off; stopping what it left: ${left.join(', ')}`);
    await stopRecorded(before);
  }
  const runLog = new RunLog(dataDir, owner);
  await runLog.clear();
  const keeper = spawn(
    process.execPath,
    [fileURLToPath(new URL('keeper.js', import.meta.url)), dataDir, String(owner.pid)],
    { stdio: ['pipe', 'ignore', 'ignore'], detached: true },
  );
  keeper.on('error', () => undefined);
  keeper.stdin.on('error', () => undefined);
  keeper.unref();
  return runLog;
}
