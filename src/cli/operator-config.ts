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
  return { ...readConfig({ ...desk, ...setOf(process.env) }), ...databaseOf(desk) };
}

const databaseOf = (desk: { DATABASE_URL: string; API_URL: string }) => ({
  DATABASE_URL: desk.DATABASE_URL,
  apiUrl: desk.API_URL,
});

/** An empty variable counts as unset, so it must not hide an address that was found. */
const setOf = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
