import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  inspectProcess,
  isRunning,
  markProcess,
  stopProcess,
} from '../../src/cli/embedded/process-mark.js';

/** A program that says when it runs, and then does nothing; `stubborn` leaves SIGTERM unanswered. */
async function startProgram(stubborn = false) {
  const code = `${stubborn ? "process.on('SIGTERM', () => {});" : ''} console.log('up'); setInterval(() => {}, 1000)`;
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(child.stdout, 'data');
  const mark = await markProcess(child.pid ?? 0);
  if (!mark) {
    throw new Error('The program ended at once.');
  }
  return { child, mark };
}

describe('a marked process', () => {
  it('is told from a later one with the same number', async () => {
    const { child, mark } = await startProgram();
    const another = { ...mark, startedAt: 'another time' };
    expect(await isRunning(mark)).toBe(true);
    expect(await isRunning(another)).toBe(false);
    await stopProcess(another, 'SIGKILL', 100);
    expect(await isRunning(mark)).toBe(true);
    await stopProcess(mark, 'SIGTERM', 5000);
    expect(await isRunning(mark)).toBe(false);
    expect(child.signalCode).not.toBe('SIGKILL');
  });

  it('is ended by force when it does not answer in time', async () => {
    const { child, mark } = await startProgram(true);
    const ended = once(child, 'exit');
    await stopProcess(mark, 'SIGTERM', 200);
    expect(await ended).toEqual([null, 'SIGKILL']);
    expect(await inspectProcess(mark.pid)).toBeUndefined();
  });
});
