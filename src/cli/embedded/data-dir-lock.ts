import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { readJson, writeJson } from './json-file.js';
import type { ProcessMark } from './process-mark.js';
import { isRunning, stopProcess } from './process-mark.js';

const content = z.object({
  pid: z.int(),
  startedAt: z.string(),
  state: z.enum(['starting', 'running', 'stopping']),
  url: z.string().optional(),
});
type LockContent = z.infer<typeof content>;

/** Another `otklik up` has the data directory. */
export class AlreadyRunning extends Error {
  override name = 'AlreadyRunning';
}

export interface DataDirLock {
  /** Tells a second start where this one is. */
  running: (url: string) => Promise<void>;
  /** A second start then waits for us instead of giving up. */
  stopping: () => Promise<void>;
  release: () => Promise<void>;
}

const STOPPING_LIMIT_MS = 60_000;

/**
 * Takes the data directory for this process; the lock of a process that is gone is taken over, and one that is
 * stopping is waited for.
 * @throws AlreadyRunning saying where.
 */
export async function lockDataDir(dataDir: string, owner: ProcessMark): Promise<DataDirLock> {
  const path = join(dataDir, 'up.lock');
  const untilMs = Date.now() + STOPPING_LIMIT_MS;
  for (;;) {
    if (await tryCreate(path, { ...owner, state: 'starting' })) {
      // Two starts may have removed a stale lock at the same moment; only the one whose lock is there goes on.
      await sleep(50);
      const kept = content.safeParse(await readJson(path)).data;
      if (kept?.pid === owner.pid && kept.startedAt === owner.startedAt) {
        return lockOf(path, owner);
      }
      continue;
    }
    const holder = content.safeParse(await readJson(path)).data;
    if (!holder || !(await isRunning(holder))) {
      await removeStale(path, holder);
    } else if (holder.state === 'stopping' && Date.now() < untilMs) {
      await sleep(100);
    } else {
      const where = holder.url ? `at ${holder.url}` : 'and is still starting';
      throw new AlreadyRunning(
        `Otklik already runs here ${where} (process ${holder.pid}, data in ${dataDir}). Stop it with Ctrl-C there, or set OTKLIK_DATA_DIR for another one.`,
      );
    }
  }
}

/** Longer than a desk takes to stop all its parts in order. */
const STOP_LIMIT_MS = 90_000;

/**
 * Asks the process that holds the data directory to stop and waits for its end; past 90 s it is ended by force, and its
 * keeper stops what it leaves. @returns whether one was running.
 */
export async function stopHolder(dataDir: string): Promise<boolean> {
  const holder = content.safeParse(await readJson(join(dataDir, 'up.lock'))).data;
  if (!holder || !(await isRunning(holder))) {
    return false;
  }
  await stopProcess(holder, 'SIGTERM', STOP_LIMIT_MS);
  return true;
}

async function tryCreate(path: string, lock: LockContent): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(JSON.stringify(lock));
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      return false;
    }
    throw error;
  }
}

/** A lock without content may be one that is just being written: it gets a moment. */
async function removeStale(path: string, holder: LockContent | undefined): Promise<void> {
  if (!holder) {
    await sleep(300);
    if (content.safeParse(await readJson(path)).success) {
      return;
    }
  }
  const aside = `${path}.${process.pid}.stale`;
  await rename(path, aside).catch(() => undefined);
  await rm(aside, { force: true });
}

function lockOf(path: string, owner: ProcessMark): DataDirLock {
  let url: string | undefined;
  const write = (state: LockContent['state']) => writeJson(path, { ...owner, state, url });
  return {
    running: async (at) => {
      url = at;
      await write('running');
    },
    stopping: () => write('stopping'),
    release: () => rm(path, { force: true }),
  };
}
