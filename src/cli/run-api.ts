import { startApi } from '../api/server.js';
import { readConfig } from '../config.js';
import { whenAskedToStop } from './stop-signal.js';

/** Runs the HTTP API until the process is asked to stop; requests under way are answered first. */
export async function runApi(): Promise<void> {
  const api = await startApi(readConfig());
  await new Promise<void>((resolve) => {
    whenAskedToStop(resolve);
  });
  await api.close();
}
