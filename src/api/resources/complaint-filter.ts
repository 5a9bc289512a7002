import type { ComplaintListQuery } from '../../contract/list.js';
import type { ListFilter } from '../../db/list-filter.js';
import type { Db } from '../../db/pool.js';
import type { RegionView } from '../../db/region-store.js';
import { readSearch } from '../../db/search.js';
import { endOf, startOf } from '../../domain/wall-clock.js';
import { invalid, type FieldError } from '../../errors.js';
import { agencyTree } from './own-agencies.js';

/** What a query asks for, cursor, order and limit aside. */
export type ComplaintFilterQuery = Omit<ComplaintListQuery, 'sort' | 'cursor' | 'limit'>;

/**
 * A query's filter with its references resolved; it lets everything through that the query does.
 * @throws AppError `invalid` naming agencies, topics and municipalities that the region has never had.
 */
export async function filterOf(
  db: Db,
  view: RegionView,
  query: ComplaintFilterQuery,
  now: number,
): Promise<ListFilter> {
  const wrong: FieldError[] = [];
  const refuse = (path: string, value: string): void => {
    wrong.push({ path, message: `"${value.slice(0, 64)}" is not known` });
  };
  const retired = await retiredAmong(db, view, query);
  const agencies = query.agency?.flatMap((ref) => {
    const id =
      view.agencyByRef(ref)?.id ??
      retired.find((item) => item.kind === 'agency' && (item.id === ref || item.code === ref))?.id;
    if (id === undefined) refuse('agency', ref);
    return id === undefined ? [] : [id, ...agencyTree(view, id)];
  });
  for (const [path, kind, known] of [
    ['topic', 'topic', view.topics],
    ['municipality', 'municipality', view.municipalities],
  ] as const) {
    for (const code of query[path] ?? []) {
      if (!known.has(code) && !retired.some((item) => item.kind === kind && item.code === code)) {
        refuse(path, code);
      }
    }
  }
  const { zone } = view.settings;
  const from = query.from === undefined ? undefined : startOf(query.from, zone);
  const before = query.to === undefined ? undefined : endOf(query.to, zone);
  if (from !== undefined && before !== undefined && before <= from) {
    wrong.push({ path: 'to', message: 'must not be before from' });
  }
  if (wrong.length > 0) {
    throw invalid(wrong);
  }
  return {
    scope: {},
    now,
    statuses: query.status,
    agencies,
    executors: query.executor,
    topics: query.topic,
    kinds: query.kind,
    municipalities: query.municipality,
    sources: query.source,
    priorities: query.priority,
    levels: query.level,
    campaigns: query.campaign,
    incidents: query.incident,
    overdue: query.overdue,
    repeat: query.repeat,
    receivedFrom: from,
    receivedBefore: before,
    search: query.q === undefined ? undefined : readSearch(query.q, new Date(now).getUTCFullYear()),
  };
}

interface Retired {
  id: string;
  kind: string;
  code: string;
}

/** Items asked for that the region has no more; complaints may still carry them. No query unless one is asked for. */
async function retiredAmong(
  db: Db,
  view: RegionView,
  query: ComplaintFilterQuery,
): Promise<Retired[]> {
  const refs = [
    ...(query.agency ?? []).filter((ref) => view.agencyByRef(ref) === undefined),
    ...(query.topic ?? []).filter((code) => !view.topics.has(code)),
    ...(query.municipality ?? []).filter((code) => !view.municipalities.has(code)),
  ];
  if (refs.length === 0) {
    return [];
  }
  const { rows } = await db.query<Retired>(
    `select id, kind, code from region_items where current and retired
       and kind in ('agency', 'topic', 'municipality') and (code = any($1) or id::text = any($1))`,
    [refs],
  );
  return rows;
}
