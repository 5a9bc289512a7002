import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { ConfigError, type Config } from '../config.js';
import { relayKicker } from '../db/outbox.js';
import { openPool } from '../db/pool.js';
import { RegionCache } from '../db/region-store.js';
import { readAnchor } from '../db/settings.js';
import { openLog } from '../log.js';
import { openClient } from '../temporal/connect.js';
import { createDeskClient } from '../temporal/desk-client.js';
import { createApp } from './app.js';
import { openFiles } from './attachments/files.js';

export interface RunningApi {
  /** The port it listens on: the configured one, or a free one for 0. */
  port: number;
  /** Takes no new request, lets those under way finish (10 s at most), and closes every connection. */
  close(): Promise<void>;
}

const GRACE_MS = 10_000;

async function listen(server: Server, config: Config): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.PORT, config.HOST, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return (server.address() as AddressInfo).port;
}

function drain(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const limit = setTimeout(() => {
      server.closeAllConnections();
    }, GRACE_MS);
    server.close(() => {
      clearTimeout(limit);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/**
 * Starts the HTTP API with its own connections to PostgreSQL and Temporal; Temporal may be away.
 * @throws ConfigError without DATABASE_URL or for a database of another clock; what listening throws, such as a taken port.
 */
export async function startApi(
  config: Config,
  log: Logger = openLog(config, 'api'),
): Promise<RunningApi> {
  if (config.DATABASE_URL === undefined) {
    throw new ConfigError('DATABASE_URL: set it to a PostgreSQL connection string.');
  }
  const pool = openPool(config.DATABASE_URL, 'otklik_api', config.OTKLIK_API_POOL);
  const client = openClient(config);
  const closeParts = async (): Promise<void> => {
    await client.connection.close();
    await pool.end();
  };
  try {
    const app = createApp({
      config,
      pool,
      region: new RegionCache(pool),
      desk: createDeskClient(client),
      anchor: await readAnchor(pool, config),
      log,
      files: openFiles(config, pool),
      kickRelay: relayKicker(pool),
    });
    const server = createServer(app);
    const port = await listen(server, config);
    log.info({ port }, 'API listening');
    return {
      port,
      async close() {
        await drain(server);
        await closeParts();
      },
    };
  } catch (error) {
    await closeParts();
    throw error;
  }
}
