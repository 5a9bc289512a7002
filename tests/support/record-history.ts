import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';

/** Where histories of released versions lie, which every later version must be able to replay. */
export const HISTORIES = fileURLToPath(new URL('../replay/histories/', import.meta.url));

/** The version that histories recorded now are named by. */
const VERSION = 'v0.1';

/**
 * With OTKLIK_RECORD_HISTORIES=1, keeps a run's history for the replay test as `<reason>.<version>.json`; else does
 * nothing. Record at a release only: an old file is never written again.
 */
export async function recordHistory(handle: WorkflowHandle, reason: string): Promise<void> {
  if (process.env.OTKLIK_RECORD_HISTORIES !== '1') {
    return;
  }
  const history = historyToJSON(await handle.fetchHistory());
  await mkdir(HISTORIES, { recursive: true });
  await writeFile(`${HISTORIES}${reason}.${VERSION}.json`, `${JSON.stringify(history)}\n`);
}
