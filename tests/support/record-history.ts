import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { WorkflowHandle } from '@temporalio/client';
import { temporal } from '@temporalio/proto';

const { History } = temporal.api.history.v1;

/** Where histories of released versions lie, which every later version must be able to replay. */
export const HISTORIES = fileURLToPath(new URL('../replay/histories/', import.meta.url));

/** The version that histories recorded now are named by. */
const VERSION = 'v0.1';

/**
 * With OTKLIK_RECORD_HISTORIES=1, keeps a run's history for the replay test as `<reason>.<version>.json`; else does
 * nothing. Record once a release, under its own VERSION: files of released versions stay as they are.
 */
export async function recordHistory(handle: WorkflowHandle, reason: string): Promise<void> {
  if (process.env.OTKLIK_RECORD_HISTORIES !== '1') {
    return;
  }
  const history = History.toObject(History.fromObject(await handle.fetchHistory()), {
    longs: String,
    enums: String,
    bytes: String,
  });
  await mkdir(HISTORIES, { recursive: true });
  await writeFile(`${HISTORIES}${reason}.${VERSION}.json`, `${JSON.stringify(history)}\n`);
}

/** Reads a recorded history. Its JSON is protobufjs's own, with instants as seconds and nanoseconds. */
export async function readHistory(file: string): Promise<temporal.api.history.v1.IHistory> {
  return History.fromObject(JSON.parse(await readFile(`${HISTORIES}${file}`, 'utf8')) as object);
}
