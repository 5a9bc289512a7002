import type pg from 'pg';
import { v7 as uuid } from 'uuid';
import { AppError, notFound } from '../errors.js';
import { inTransaction, type Db } from './pool.js';
import type { RegionKind } from './region-store.js';

/** One item of the region's data at its newest version. */
export interface RegionItem {
  id: string;
  code: string;
  version: number;
  position: number;
  retired: boolean;
  body: Record<string, unknown>;
}

const columns = 'id, code, version, position, retired, body';

/** What a list of items is narrowed to. */
export interface ItemChoice {
  /** Members that the body must have. */
  members: Record<string, string>;
  retired: boolean;
  /** Templates: for this topic, its group or every one. */
  topic?: { code: string; group: string | null } | undefined;
  /** Templates: for this agency or every one. */
  agency?: string | undefined;
}

/** Items of a kind whose body has these values, in their order, after a place in it; one more than `limit`. */
export async function listRegionItems(
  db: Db,
  kind: RegionKind,
  choice: ItemChoice,
  after: { position: number; code: string } | undefined,
  limit: number,
): Promise<{ items: RegionItem[]; total: number }> {
  const { rows } = await db.query<RegionItem & { total: number }>(
    `select ${columns}, total from (
       select *, count(*) over ()::int as total from region_items
       where kind = $1 and current and (not retired or $2) and body @> $3
         and ($7::text is null or body -> 'topics' ? $7 or body -> 'groups' ? $8 or not body ?| '{topics,groups}')
         and ($9::text is null or body -> 'agencies' ? $9 or not body ? 'agencies')) i
     where $4::int is null or (position, code) > ($4::int, $5::text)
     order by position, code limit $6`,
    [
      kind,
      choice.retired,
      JSON.stringify(choice.members),
      after?.position ?? null,
      after?.code ?? null,
      limit + 1,
      choice.topic?.code ?? null,
      choice.topic?.group ?? '',
      choice.agency ?? null,
    ],
  );
  return { items: rows, total: rows[0]?.total ?? 0 };
}

/** The newest version of an item, retired or not. @throws AppError `not_found`. */
export async function findRegionItem(
  db: Db,
  kind: RegionKind,
  idOrCode: string,
): Promise<RegionItem> {
  const { rows } = await db.query<RegionItem>(
    `select ${columns} from region_items
     where kind = $1 and current and (code = $2 or id::text = $2)`,
    [kind, idOrCode],
  );
  if (!rows[0]) {
    throw notFound();
  }
  return rows[0];
}

/** An item's next version. */
export interface RegionChange {
  kind: RegionKind;
  /** null: a new item. */
  before: RegionItem | null;
  id: string;
  code: string;
  body: Record<string, unknown>;
  retired: boolean;
}

/**
 * Changes the region in one transaction: `decide` sees the data with all other changes waiting, and says the
 * item's next version (null: it is so already); `check` throws when the region as a whole may not be so.
 * @throws AppError what `decide` and `check` throw; nothing has changed then.
 */
export async function changeRegion(
  pool: pg.Pool,
  decide: (db: Db) => Promise<RegionChange | null>,
  check: (db: Db) => Promise<void>,
): Promise<void> {
  await inTransaction(pool, async (db) => {
    await db.query('select revision from region_revision for update');
    const change = await decide(db);
    if (change === null) {
      return;
    }
    await writeVersion(db, change);
    if (change.kind === 'routing_rule') {
      await renumberRules(db, change);
    }
    await db.query('update region_revision set revision = revision + 1');
    await check(db);
  });
}

async function writeVersion(
  db: Db,
  { kind, before, id, code, body, retired }: RegionChange,
): Promise<void> {
  // The digest of its file stays: a later start leaves the edit alone until the file says something else.
  await db.query(
    `with old as (
       update region_items set current = false where kind = $2 and code = $3 and current
       returning version, position, file_digest)
     insert into region_items (id, kind, code, version, position, body, retired, file_digest)
     select $1, $2, $3, coalesce((select version from old), 0) + 1,
       coalesce((select position from old), (select coalesce(max(position), 0) + 1 from region_items where kind = $2)),
       $4, $5, (select file_digest from old)`,
    [before?.id ?? id, kind, code, JSON.stringify(body), retired],
  );
}

/** Rules stand at 1, 2, 3 …: the changed one at its place, the others in their order around it. */
async function renumberRules(db: Db, { before, code, body, retired }: RegionChange): Promise<void> {
  const wanted = Number(body.position);
  const isDown = before !== null && !before.retired && wanted > Number(before.body.position);
  // Their place alone moves: what the other rules say, and so their versions, stays.
  await db.query(
    `update region_items i set position = r.place - 1, body = jsonb_set(i.body, '{position}', to_jsonb(r.place))
     from (
       select id, version, row_number() over (
         order by (body ->> 'position')::int, (code = $1) = $2, position, code)::int as place
       from region_items where kind = 'routing_rule' and current and not retired) r
     where i.id = r.id and i.version = r.version
       and ((i.body ->> 'position')::int is distinct from r.place or i.position <> r.place - 1)`,
    [retired ? '' : code, isDown],
  );
}

/** How many open complaints an agency holds: it cannot be retired under them. */
export async function countHeld(db: Db, agencyId: string): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::int as count from complaints where agency_id = $1 and status <> 'closed'`,
    [agencyId],
  );
  return rows[0]?.count ?? 0;
}

/** The id of a new item: `wanted`, so that a repeated call finds what it made. */
export function itemIdFor(before: RegionItem | null, wanted: string | undefined): string {
  if (before !== null && !before.retired) {
    throw new AppError('conflict', `The code "${before.code}" is taken.`);
  }
  return before?.id ?? wanted ?? uuid();
}
