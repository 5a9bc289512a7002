import { join } from 'node:path';
import { z } from 'zod';
import { readJson, writeJson } from './json-file.js';
import type { ProcessMark } from './process-mark.js';
import { isRunning, stopProcess } from './process-mark.js';
import type { StopManner } from './running-server.js';

const mark = z.object({ pid: z.int(), startedAt: z.string() });
const record = z.object({
  /** The `otklik up` that started them. */
  owner: mark,
  processes: z.record(
    z.string(),
    z.object({ mark, signal: z.enum(['SIGINT', 'SIGTERM']), limitMs: z.number() }),
  ),
});

/** What runs for a data directory, so that a killed `up` can be cleaned up after. */
export type RunRecord = z.infer<typeof record>;

/** Users stop before what they use. */
const STOP_ORDER = ['api', 'worker', 'temporal', 'postgres'];

const fileOf = (dataDir: string): string => join(dataDir, 'run.json');

export async function readRunRecord(dataDir: string): Promise<RunRecord | undefined> {
  return record.safeParse(await readJson(fileOf(dataDir))).data;
}

/** Stops what a record names, in order; a number that by now belongs to another program is left alone. */
export async function stopRecorded({ processes }: RunRecord): Promise<void> {
  for (const name of STOP_ORDER) {
    const entry = processes[name];
    if (entry) {
      await stopProcess(entry.mark, entry.signal, entry.limitMs);
    }
  }
}

/** The names of the recorded processes that still run. */
export async function runningOf({ processes }: RunRecord): Promise<string[]> {
  const found: string[] = [];
  for (const [name, entry] of Object.entries(processes)) {
    if (await isRunning(entry.mark)) {
      found.push(name);
    }
  }
  return found;
}

/** The record of this start; every change is on disk before the caller goes on. */
export class RunLog {
  readonly #dataDir: string;
  readonly #record: RunRecord;
  #writes: Promise<void> = Promise.resolve();

  constructor(dataDir: string, owner: ProcessMark) {
    this.#dataDir = dataDir;
    this.#record = { owner, processes: {} };
  }

  get current(): RunRecord {
    return this.#record;
  }

  async add(
    name: string,
    started: ProcessMark,
    manner: StopManner & { signal: 'SIGINT' | 'SIGTERM' },
  ) {
    this.#record.processes[name] = { mark: started, ...manner };
    await this.#write();
  }

  /** Nothing of ours runs any more. */
  async clear(): Promise<void> {
    this.#record.processes = {};
    await this.#write();
  }

  #write(): Promise<void> {
    this.#writes = this.#writes.then(() => writeJson(fileOf(this.#dataDir), this.#record));
    return this.#writes;
  }
}
