import type { RegionView } from '../../db/region-store.js';
import type { Db } from '../../db/pool.js';
import { invalid } from '../../errors.js';
import { agencyTree } from '../resources/own-agencies.js';

/**
 * The id of the agency that a body names by id or code.
 * @throws AppError `invalid` naming `path`.
 */
export function agencyIdOf(region: RegionView, ref: string, path = 'agency'): string {
  const agency = region.agencyByRef(ref);
  if (!agency?.active) {
    throw invalid([{ path, message: 'no such agency' }]);
  }
  return agency.id;
}

/** @throws AppError `invalid` unless the user is active and works at the agency or a department below it. */
export async function requireExecutor(
  db: Db,
  region: RegionView,
  userId: string,
  agencyId: string | null,
): Promise<void> {
  const { rows } = await db.query(
    `select from users where id = $1 and active and role in ('coordinator', 'executor', 'head')
       and agency_id = any($2::uuid[])`,
    [userId, agencyId === null ? [] : agencyTree(region, agencyId)],
  );
  if (rows.length === 0) {
    throw invalid([{ path: 'executor', message: 'no such user at the agency' }]);
  }
}
