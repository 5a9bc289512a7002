import { ConfigError, type Config } from '../config.js';

/** @throws ConfigError when DATABASE_URL is unset: only `otklik up` has a server of its own. */
export function databaseUrl(config: Config): string {
  if (config.DATABASE_URL === undefined) {
    throw new ConfigError(
      'DATABASE_URL: set it to a PostgreSQL connection string (or use `otklik up`, which brings a server).',
    );
  }
  return config.DATABASE_URL;
}
