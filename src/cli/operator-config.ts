import { ConfigError, readConfig, type Config } from '../config.js';
import { findRunningDesk } from './embedded/running-desk.js';

export type OperatorConfig = Config & {
  DATABASE_URL: string;
  /** Where the API of a desk started by `otklik up` listens; undefined with external servers. */
  apiUrl: string | undefined;
};

/**
 * The environment of a verb that works on a desk's data: DATABASE_URL and TEMPORAL_ADDRESS where they are
 * set, else the servers of the `otklik up` that runs on this data directory.
 * @throws ConfigError when there is neither.
 */
export async function readOperatorConfig(): Promise<OperatorConfig> {
  const config = readConfig();
  if (config.DATABASE_URL !== undefined) {
    return { ...config, DATABASE_URL: config.DATABASE_URL, apiUrl: undefined };
  }
  const desk = await findRunningDesk(config.dataDir);
  if (desk === undefined) {
    throw new ConfigError(
      `No desk runs on ${config.dataDir}. Start it (npm start), or set DATABASE_URL to a PostgreSQL connection string.`,
    );
  }
  const { DATABASE_URL, API_URL } = desk;
  return { ...readConfig(undefined, desk), DATABASE_URL, apiUrl: API_URL };
}
