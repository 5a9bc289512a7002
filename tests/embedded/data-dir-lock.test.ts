import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AlreadyRunning, lockDataDir } from '../../src/cli/embedded/data-dir-lock.js';
import type { ProcessMark } from '../../src/cli/embedded/process-mark.js';
import { markProcess } from '../../src/cli/embedded/process-mark.js';

const DEAD: ProcessMark = { pid: 999_999_999, startedAt: 'long ago' };
let folder: string;
let us: ProcessMark;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'otklik-lock-'));
  us = (await markProcess(process.pid)) as ProcessMark;
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the lock of a data directory', () => {
  it('tells a second start where the first one is', async () => {
    const lock = await lockDataDir(folder, us);
    await lock.running('http://127.0.0.1:3000');
    const second = lockDataDir(folder, us);
    await expect(second).rejects.toThrow(AlreadyRunning);
    await expect(second).rejects.toThrow(`http://127.0.0.1:3000 (process ${us.pid}`);
  });

  it('is taken over from a process that is gone', async () => {
    await lockDataDir(folder, DEAD);
    await expect(lockDataDir(folder, us)).resolves.toBeDefined();
  });

  it('is not held by another process that was given the same number', async () => {
    await lockDataDir(folder, { ...us, startedAt: 'before this one' });
    await expect(lockDataDir(folder, us)).resolves.toBeDefined();
  });

  it('is taken over when it was cut off while being written', async () => {
    await writeFile(join(folder, 'up.lock'), '{"pid": 12');
    await expect(lockDataDir(folder, us)).resolves.toBeDefined();
  });

  it('of a process that is stopping is waited for', async () => {
    const first = await lockDataDir(folder, us);
    await first.stopping();
    const second = lockDataDir(folder, us);
    await first.release();
    await expect(second).resolves.toBeDefined();
  });
});
