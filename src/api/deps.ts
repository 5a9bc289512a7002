import type pg from 'pg';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import type { RegionCache } from '../db/region-store.js';
import { toWorld } from '../domain/world-clock.js';
import type { WorldAnchor } from '../domain/world-clock.js';
import type { DeskClient } from '../temporal/desk-client.js';
import type { Files } from './attachments/files.js';

/** What the API stands on. One object for the life of the process. */
export interface AppDeps {
  config: Config;
  /** Connections that act as `otklik_api`. */
  pool: pg.Pool;
  region: RegionCache;
  desk: DeskClient;
  anchor: WorldAnchor;
  log: Logger;
  files: Files;
  /** Tells the relay that the outbox has new rows; called after the commit. */
  kickRelay(): void;
}

/** World time now, epoch ms. */
export function worldNow(deps: Pick<AppDeps, 'anchor'>): number {
  return toWorld(deps.anchor, Date.now());
}
