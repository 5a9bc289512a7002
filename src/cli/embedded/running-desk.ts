import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readJson, writeJson } from './json-file.js';
import { readRunRecord, runningOf } from './run-record.js';

const servers = z.object({
  DATABASE_URL: z.string(),
  TEMPORAL_ADDRESS: z.string(),
  TEMPORAL_NAMESPACE: z.string(),
  TEMPORAL_UI_URL: z.string().optional(),
  PUBLIC_URL: z.string(),
  /** Where the API listens, which a proxy's PUBLIC_URL does not tell. */
  API_URL: z.string(),
  /** The folder of the region's files, where somebody named one. */
  OTKLIK_REGION: z.string().optional(),
});

/** The addresses of a desk that `otklik up` runs, by the names of the environment. */
export type RunningDesk = z.infer<typeof servers>;

const fileOf = (dataDir: string): string => join(dataDir, 'servers.json');

/** Tells the operator's verbs where this desk's servers are. Only the owner can read the file. */
export async function announceDesk(dataDir: string, desk: RunningDesk): Promise<void> {
  await writeJson(fileOf(dataDir), desk);
}

export async function withdrawDesk(dataDir: string): Promise<void> {
  await rm(fileOf(dataDir), { force: true });
}

/** The desk that runs on a data directory; undefined when none does, also after one was cut off. */
export async function findRunningDesk(dataDir: string): Promise<RunningDesk | undefined> {
  const [found, run] = await Promise.all([readJson(fileOf(dataDir)), readRunRecord(dataDir)]);
  const isUp = run !== undefined && (await runningOf(run)).includes('postgres');
  return isUp ? servers.safeParse(found).data : undefined;
}
