import { v7 as uuid } from 'uuid';
import { z } from 'zod';
import type { ComplaintListItem, ComplaintSort } from '../contract/list.js';
import { badCursor, decodeCursor, encodeCursor } from './cursors.js';
import type { Db } from './pool.js';
import { itemOf, ITEM_COLUMNS, ITEM_JOINS, type ItemRow } from './list-rows.js';
import { conditionsSql, type ListFilter } from './list-filter.js';
import type { Bind } from './search.js';

export interface ListRequest {
  filter: ListFilter;
  sort: ComplaintSort;
  cursor: string | undefined;
  limit: number;
  /** Who reads: a snapshot is theirs alone. */
  actor: string;
  /** What the cursor is bound to; see queryDigest. */
  digest: string;
  /** World time, epoch ms. */
  now: number;
}

export interface ListPage {
  items: ComplaintListItem[];
  nextCursor: string | null;
  total: number;
  totalIsEstimate?: true;
  truncated?: true;
}

/** Counted exactly up to here; above, the planner's estimate is good enough for people and costs nothing. */
const TOTAL_EXACT_MAX = 10_000;
const SNAPSHOT_MAX = 10_000;
const SNAPSHOT_TTL_MINUTES = 60;
const SNAPSHOTS_PER_ACTOR = 50;

const instant = z.string().regex(/^\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
const counted = { t: z.int().min(0), e: z.boolean() };
const placeByReceipt = z.strictObject({ ...counted, at: instant, id: z.uuid() });
const placeByNumber = z.strictObject({ ...counted, n: z.string().regex(/^\d{4}-\d{6,12}$/) });
const placeInSnapshot = z.strictObject({
  ...counted,
  s: z.uuid(),
  from: z.int().min(1).max(SNAPSHOT_MAX),
  cut: z.boolean(),
});

const NUMBER_KEY = 'left(c.number, 4), length(c.number), c.number';

/** Sorts over what never changes: a place in them stays a place while rows come and change. */
const FIXED_ORDERS = {
  receivedAt: { by: 'c.received_at, c.id', after: '>' },
  '-receivedAt': { by: 'c.received_at desc, c.id desc', after: '<' },
  number: { by: NUMBER_KEY, after: '>' },
  '-number': { by: 'left(c.number, 4) desc, length(c.number) desc, c.number desc', after: '<' },
} as const;
type FixedSort = keyof typeof FIXED_ORDERS;

const MOVING_ORDERS = {
  dueAt: 'c.due_at, c.id',
  '-dueAt': 'c.due_at desc nulls last, c.id',
  '-level': 'c.level desc, c.received_at desc, c.id desc',
  relevance: 'h.rank, c.received_at desc, c.id desc',
} as const;

/**
 * One page of the complaints that the filter lets through, in one statement (two where the total is above
 * 10,000). A complaint that existed when the first page was read is neither skipped nor repeated by a later one.
 * @throws AppError `invalid` for a cursor that does not fit or whose snapshot has expired.
 */
export async function listComplaints(db: Db, request: ListRequest): Promise<ListPage> {
  return request.sort in FIXED_ORDERS
    ? listByFixed(db, request, request.sort as FixedSort)
    : listByMoving(db, request, request.sort as keyof typeof MOVING_ORDERS);
}

async function listByFixed(db: Db, request: ListRequest, sort: FixedSort): Promise<ListPage> {
  const { filter, limit, cursor, digest } = request;
  const byNumber = sort === 'number' || sort === '-number';
  const values: unknown[] = [];
  const bind: Bind = (value) => `$${values.push(value)}`;
  const conditions = conditionsSql(filter, bind);
  const place =
    cursor === undefined
      ? undefined
      : decodeCursor<z.ZodType<Place>>(cursor, digest, byNumber ? placeByNumber : placeByReceipt);
  const { by, after } = FIXED_ORDERS[sort];
  const rest = place ? `and ${afterSql(place, after, bind)}` : '';
  const { rows } = await db.query<ItemRow & { total: number; receivedKey: string }>(
    `with ${conditions.with}
     page as materialized (
       select c.id from complaints c ${conditions.join}
       where ${conditions.where} ${rest} order by ${by} limit ${bind(limit + 1)}),
     counted as materialized (
       select ${
         place
           ? '0'
           : `(select count(*) from (select from complaints c ${conditions.join}
         where ${conditions.where} limit ${TOTAL_EXACT_MAX + 1}) n)`
       }::int as total)
     select ${ITEM_COLUMNS}, counted.total,
       to_char(c.received_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "receivedKey"
     from page join complaints c on c.id = page.id ${ITEM_JOINS} cross join counted
     order by ${by}`,
    values,
  );
  const total = place ? { t: place.t, e: place.e } : await totalOf(db, filter, rows[0]?.total ?? 0);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const key = byNumber ? { n: last?.number } : { at: last?.receivedKey, id: last?.id };
  return {
    items: shown.map((row) => itemOf(row, request.now)),
    nextCursor: rows.length > limit ? encodeCursor(digest, { ...total, ...key }) : null,
    ...stated(total),
  };
}

type Place = z.output<typeof placeByReceipt> | z.output<typeof placeByNumber>;

function afterSql(place: Place, after: '<' | '>', bind: Bind): string {
  if ('n' in place) {
    const number = `${bind(place.n)}::text`;
    return `(${NUMBER_KEY}) ${after} (left(${number}, 4), length(${number}), ${number})`;
  }
  return `(c.received_at, c.id) ${after} (${bind(place.at)}::timestamptz, ${bind(place.id)}::uuid)`;
}

async function listByMoving(
  db: Db,
  request: ListRequest,
  sort: keyof typeof MOVING_ORDERS,
): Promise<ListPage> {
  return request.cursor === undefined
    ? firstOfSnapshot(db, request, MOVING_ORDERS[sort])
    : nextOfSnapshot(db, request, request.cursor);
}

/** Reads the first page and, when there are more, keeps the order of them all for the later ones. */
async function firstOfSnapshot(db: Db, request: ListRequest, by: string): Promise<ListPage> {
  const { filter, limit, actor, digest } = request;
  const values: unknown[] = [];
  const bind: Bind = (value) => `$${values.push(value)}`;
  const conditions = conditionsSql(filter, bind);
  const snapshot = uuid();
  const owner = `${bind(actor)}::text`;
  const page = bind(limit);
  const { rows } = await db.query<ItemRow & { total: number }>(
    `with ${conditions.with}
     found as materialized (
       select id, row_number() over () as place from (
         select c.id from complaints c ${conditions.join} where ${conditions.where}
         order by ${by} limit ${SNAPSHOT_MAX + 1}) f),
     kept as (
       insert into list_snapshots (id, actor, ids, expires_machine_at)
       select ${bind(snapshot)}::uuid, ${owner}, array_agg(id order by place) filter (where place <= ${SNAPSHOT_MAX}),
         now() + interval '${SNAPSHOT_TTL_MINUTES} minutes'
       from found having count(*) > ${page}),
     dropped as (
       delete from list_snapshots where expires_machine_at < now() or id in (
         select id from list_snapshots where actor = ${owner}
         order by expires_machine_at desc offset ${SNAPSHOTS_PER_ACTOR}))
     select ${ITEM_COLUMNS}, (select count(*)::int from found) as total
     from found f join complaints c on c.id = f.id ${ITEM_JOINS}
     where f.place <= ${page} order by f.place`,
    values,
  );
  const found = rows[0]?.total ?? 0;
  const total = await totalOf(db, filter, found);
  const cut = found > SNAPSHOT_MAX;
  const next = { ...total, s: snapshot, from: limit + 1, cut };
  return {
    items: rows.map((row) => itemOf(row, request.now)),
    nextCursor: found > limit ? encodeCursor(digest, next) : null,
    ...stated(total),
    ...(cut ? { truncated: true } : {}),
  };
}

/** A later page shows its complaints as they are now, less those that the caller may no longer see. */
async function nextOfSnapshot(db: Db, request: ListRequest, cursor: string): Promise<ListPage> {
  const { limit, actor, digest, filter } = request;
  const place = decodeCursor(cursor, digest, placeInSnapshot);
  const values: unknown[] = [];
  const bind: Bind = (value) => `$${values.push(value)}`;
  const visible = conditionsSql({ scope: filter.scope, now: filter.now }, bind).where;
  const snapshot = bind(place.s);
  const owner = bind(actor);
  const from = bind(place.from);
  const to = bind(place.from + limit - 1);
  const { rows } = await db.query<{ size: number | null } & ItemRow>(
    `with kept as materialized (
       select ids[${from}::int:${to}::int] as ids, cardinality(ids) as size from list_snapshots
       where id = ${snapshot} and actor = ${owner} and expires_machine_at > now()),
     page as (select o.id, o.place from kept, unnest(kept.ids) with ordinality o (id, place))
     select kept.size, p.* from kept left join (
       select page.place, ${ITEM_COLUMNS} from page join complaints c on c.id = page.id ${ITEM_JOINS}
       where ${visible}) p on true
     order by p.place`,
    values,
  );
  const size = rows[0]?.size;
  if (typeof size !== 'number') {
    throw badCursor('has expired: begin again with the first page');
  }
  const next = { ...place, from: place.from + limit };
  return {
    items: rows.filter((row) => row.id !== null).map((row) => itemOf(row, request.now)),
    nextCursor: next.from <= size ? encodeCursor(digest, next) : null,
    ...stated(place),
    ...(place.cut ? { truncated: true } : {}),
  };
}

interface Total {
  t: number;
  /** Whether it is an estimate. */
  e: boolean;
}

const stated = ({ t, e }: Total): Pick<ListPage, 'total' | 'totalIsEstimate'> => ({
  total: t,
  ...(e ? { totalIsEstimate: true } : {}),
});

async function totalOf(db: Db, filter: ListFilter, counted: number): Promise<Total> {
  if (counted <= TOTAL_EXACT_MAX) {
    return { t: counted, e: false };
  }
  const values: unknown[] = [];
  const conditions = conditionsSql(filter, (value) => `$${values.push(value)}`);
  const { rows } = await db.query<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }>(
    `explain (format json) ${conditions.with ? `with ${conditions.with.replace(/,\s*$/, '')}` : ''}
     select from complaints c ${conditions.join} where ${conditions.where}`,
    values,
  );
  const estimate = rows[0]?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0;
  return { t: Math.max(counted, Math.round(estimate)), e: true };
}
