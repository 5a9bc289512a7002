import { startApi } from '../api/server.js';
import { readConfig } from '../config.js';
import { isDatabaseAway } from '../db/pool.js';
import { openLog } from '../log.js';
import { whenAskedToStop } from './stop-signal.js';
import { untilThere } from './until-there.js';

/** Runs the HTTP API until the process is asked to stop; requests under way are answered first. */
export async function runApi(): Promise<void> {
  const config = readConfig();
  const log = openLog(config, 'api');
  const api = await untilThere('PostgreSQL', log, () => startApi(config, log), isDatabaseAway);
  await new Promise<void>((resolve) => {
    whenAskedToStop(resolve);
  });
  await api.close();
}
