import { ensureAdminKey, insertKey, makeKey } from './keys-store.js';
import type { Db } from './pool.js';

/**
 * Sees to it that an admin can get in: the key of the environment, or one made now where no admin key
 * exists.
 * @returns the key made now, to be shown once; null when there was no need.
 */
export async function ensureFirstKey(db: Db, given: string | undefined): Promise<string | null> {
  if (given !== undefined) {
    await ensureAdminKey(db, given);
    return null;
  }
  const { rows } = await db.query(
    `select 1 from api_keys where role = 'admin' and revoked_at is null limit 1`,
  );
  if (rows.length > 0) {
    return null;
  }
  const key = makeKey();
  await insertKey(db, { key, role: 'admin', agencyId: null, label: 'first admin key' });
  return key;
}
