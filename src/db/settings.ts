import { randomBytes } from 'node:crypto';
import { ConfigError, type Config } from '../config.js';
import type { WorldAnchor } from '../domain/world-clock.js';
import type { Db } from './pool.js';

/** Stores a value once; whoever comes second reads the first one's. */
export async function settingOnce<T>(db: Db, name: string, make: () => T): Promise<T> {
  const found = await db.query<{ value: T }>('select value from desk_settings where name = $1', [
    name,
  ]);
  if (found.rows[0]) {
    return found.rows[0].value;
  }
  await db.query(
    'insert into desk_settings (name, value) values ($1, $2) on conflict (name) do nothing',
    [name, JSON.stringify(make())],
  );
  const { rows } = await db.query<{ value: T }>('select value from desk_settings where name = $1', [
    name,
  ]);
  return rows[0]!.value;
}

/** A secret made once a database, base64url of 32 random bytes. */
export const secretOf = (db: Db, name: string): Promise<string> =>
  settingOnce(db, `secret.${name}`, () => randomBytes(32).toString('base64url'));

interface StoredAnchor extends WorldAnchor {
  clockStart: string | null;
}

/**
 * The world clock's anchor, written at the first start of a database.
 * @throws ConfigError when the environment asks for another clock than the data was made with.
 */
export async function readAnchor(db: Db, config: Config): Promise<WorldAnchor> {
  const clockStart = config.OTKLIK_CLOCK_START ?? null;
  const scale = config.OTKLIK_TIME_SCALE;
  const stored = await settingOnce<StoredAnchor>(db, 'world_clock', () => {
    const machineStart = Date.now();
    const identity = clockStart === null && scale === 1;
    return {
      machineStart: identity ? 0 : machineStart,
      worldStart: identity ? 0 : clockStart === null ? machineStart : Date.parse(clockStart),
      scale,
      clockStart,
    };
  });
  if (stored.scale !== scale || stored.clockStart !== clockStart) {
    throw new ConfigError(
      `OTKLIK_CLOCK_START, OTKLIK_TIME_SCALE: this database was begun with ` +
        `${stored.clockStart ?? 'the real clock'} at scale ${stored.scale} and keeps it. ` +
        `Set the same values, or begin anew with an empty OTKLIK_DATA_DIR (or database).`,
    );
  }
  return { machineStart: stored.machineStart, worldStart: stored.worldStart, scale: stored.scale };
}
