import { Client, Connection } from '@temporalio/client';
import type { Config } from '../config.js';

export const temporalAddress = (config: Config): string =>
  config.TEMPORAL_ADDRESS ?? '127.0.0.1:7233';

/** A client that connects at its first call and again whenever Temporal is back. */
export function openClient(config: Config): Client {
  const connection = Connection.lazy({ address: temporalAddress(config), connectTimeout: '5s' });
  return new Client({
    connection,
    namespace: config.TEMPORAL_NAMESPACE,
    identity: `c${process.pid}`,
  });
}
