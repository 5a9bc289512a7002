import type { KeyRow } from './keys-store.js';
import type { Db } from './pool.js';

/** Keys without their secrets, in the order they were made; one more than `limit`. */
export async function listKeys(
  db: Db,
  after: string | undefined,
  limit: number,
): Promise<{ rows: KeyRow[]; total: number }> {
  const { rows } = await db.query<KeyRow & { total: number }>(
    `select id, prefix, role, agency_id as "agencyId", label, created_at as "createdAt",
       revoked_at as "revokedAt", (select count(*)::int from api_keys) as total
     from api_keys where $1::uuid is null or id > $1::uuid order by id limit $2`,
    [after ?? null, limit + 1],
  );
  return { rows, total: rows[0]?.total ?? 0 };
}
