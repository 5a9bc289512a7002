import type { NewComplaintRow } from './complaints-intake.js';
import type { Db } from './pool.js';

/** Where a complaint came from and whose it is: what a part that is split off keeps. */
export type ComplaintOrigin = Pick<
  NewComplaintRow,
  | 'source'
  | 'authorName'
  | 'authorHandle'
  | 'authorContact'
  | 'personKey'
  | 'url'
  | 'address'
  | 'lat'
  | 'lon'
  | 'postedAt'
  | 'origin'
  | 'visibility'
  | 'municipalityGiven'
  | 'campaign'
>;

/** Reads the origin of a complaint that exists. */
export async function readOrigin(db: Db, id: string): Promise<ComplaintOrigin> {
  const { rows } = await db.query<Omit<ComplaintOrigin, 'postedAt'> & { postedAt: Date | null }>(
    `select source, author_name as "authorName", author_handle as "authorHandle",
       author_contact as "authorContact", person_key as "personKey", url, address, lat, lon,
       posted_at as "postedAt", origin, visibility, campaign,
       coalesce(municipality, municipality_given) as "municipalityGiven"
     from complaints where id = $1`,
    [id],
  );
  const row = rows[0];
  if (!row) {
    throw new Error('no such complaint');
  }
  return { ...row, postedAt: row.postedAt?.getTime() ?? null };
}
