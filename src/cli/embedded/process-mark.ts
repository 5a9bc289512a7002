import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';

const execute = promisify(execFile);

/**
 * A process, recognisable after its number was given to another one: `startedAt` is what the operating system says
 * about its start (opaque, only compared), since a number alone may by now belong to somebody else.
 */
export interface ProcessMark {
  pid: number;
  startedAt: string;
}

/** What the system knows of a process: when it started and its command line; undefined when it does not run. */
export async function inspectProcess(
  pid: number,
): Promise<{ startedAt: string; commandLine: string; parentPid: number } | undefined> {
  return process.platform === 'linux' ? inspectByProc(pid) : inspectByPs(pid);
}

async function inspectByProc(pid: number) {
  try {
    const [stat, commandLine, bootId] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
      readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
    ]);
    // The program's name, in brackets, may itself hold spaces and brackets: fields are counted after the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, parentPid, startTicks] = [fields[0], fields[1], fields[19]];
    if (state === 'Z' || state === 'X') {
      return undefined;
    }
    return {
      startedAt: `${bootId.trim()}/${startTicks}`,
      commandLine: commandLine.split('\0').join(' ').trim(),
      parentPid: Number(parentPid),
    };
  } catch {
    return undefined;
  }
}

async function inspectByPs(pid: number) {
  try {
    const ask = async (format: string) =>
      (await execute('ps', ['-o', `${format}=`, '-p', String(pid)])).stdout.trim();
    const [startedAt, commandLine, parentPid, state] = await Promise.all(
      ['lstart', 'command', 'ppid', 'state'].map(ask),
    );
    if (!startedAt || !commandLine || state?.startsWith('Z')) {
      return undefined;
    }
    return { startedAt, commandLine, parentPid: Number(parentPid) };
  } catch {
    return undefined;
  }
}

/** Marks a running process; undefined when it has already ended. */
export async function markProcess(pid: number): Promise<ProcessMark | undefined> {
  const found = await inspectProcess(pid);
  return found && { pid, startedAt: found.startedAt };
}

/** Whether the marked process, and not another one with its number, still runs. */
export async function isRunning(mark: ProcessMark): Promise<boolean> {
  return (await inspectProcess(mark.pid))?.startedAt === mark.startedAt;
}

/** Sends a signal unless the process has ended meanwhile. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') {
      throw error;
    }
  }
}

/** Waits until the marked process has ended; false when it still runs after `limitMs`. */
export async function waitForEnd(mark: ProcessMark, limitMs: number): Promise<boolean> {
  const untilMs = Date.now() + limitMs;
  while (await isRunning(mark)) {
    if (Date.now() >= untilMs) {
      return false;
    }
    await sleep(50);
  }
  return true;
}

/** Asks the marked process to end by `signal`, and ends it by force after `limitMs`. */
export async function stopProcess(
  mark: ProcessMark,
  signal: NodeJS.Signals,
  limitMs: number,
): Promise<void> {
  if (!(await isRunning(mark))) {
    return;
  }
  signalProcess(mark.pid, signal);
  if (!(await waitForEnd(mark, limitMs)) && (await isRunning(mark))) {
    signalProcess(mark.pid, 'SIGKILL');
    await waitForEnd(mark, 5000);
  }
}
