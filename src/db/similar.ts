import type { ComplaintListItem } from '../contract/list.js';
import { conditionsSql, type ComplaintScope } from './list-filter.js';
import { itemOf, ITEM_COLUMNS, ITEM_JOINS, type ItemRow } from './list-rows.js';
import type { Db } from './pool.js';
import type { Bind } from './search.js';

const RECENT_DAYS = 90;
/** The newest that are compared: the work of a call is bounded however large the desk is. */
const CANDIDATES = 1_000;
const COMPARED_LENGTH = 1_000;
/** Under it two texts share no more than everyday words. Ours, looked at on texts of the same topic. */
const SIMILARITY_MIN = 0.2;
const BEST = 10;

export type SimilarComplaint = ComplaintListItem & { similarity: number };

/**
 * The complaints closest in words to one, of its municipality or topic, open or received in the 90 days before,
 * that the caller may see; the closest first, at most ten. One query.
 * @returns null when there is no such complaint for this caller.
 */
export async function similarComplaints(
  db: Db,
  idOrNumber: string,
  scope: ComplaintScope,
  now: number,
): Promise<SimilarComplaint[] | null> {
  const values: unknown[] = [];
  const bind: Bind = (value) => `$${values.push(value)}`;
  const ref = bind(idOrNumber);
  const since = bind(new Date(now - RECENT_DAYS * 86_400_000));
  const visible = conditionsSql({ scope, now }, bind).where;
  const { rows } = await db.query<ItemRow & { similarity: number | null }>(
    `with me as materialized (
       select c.id, c.municipality, c.topic, left(t.folded, ${COMPARED_LENGTH}) as folded
       from complaints c left join texts t on t.id = c.text_id
       where (c.number = ${ref} or c.id = case when ${ref} ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
         then ${ref}::uuid end) and ${visible}),
     near as materialized (
       select c.id, c.text_id from complaints c, me
       where c.id <> me.id and (c.municipality = me.municipality or c.topic = me.topic)
         and (c.status <> 'closed' or c.received_at > ${since}) and ${visible}
       order by c.received_at desc limit ${CANDIDATES}),
     best as (
       select * from (
         select near.id, similarity(left(t.folded, ${COMPARED_LENGTH}), me.folded) as similarity
         from near join texts t on t.id = near.text_id cross join me) s
       where similarity >= ${SIMILARITY_MIN} order by similarity desc limit ${BEST})
     select s.* from me left join (
       select best.similarity, ${ITEM_COLUMNS} from best join complaints c on c.id = best.id ${ITEM_JOINS}) s on true
     order by s.similarity desc`,
    values,
  );
  if (rows.length === 0) {
    return null;
  }
  return rows.flatMap((row) =>
    row.similarity === null
      ? []
      : [{ ...itemOf(row, now), similarity: Math.round(row.similarity * 1_000) / 1_000 }],
  );
}
