import express from 'express';
import type { Router } from 'express';
import { complaintListQuery, type ComplaintListQuery } from '../../contract/list.js';
import { queryDigest } from '../../db/cursors.js';
import type { ListFilter } from '../../db/list-filter.js';
import { listComplaints } from '../../db/lists.js';
import type { Db } from '../../db/pool.js';
import type { RegionView } from '../../db/region-store.js';
import { highlights, readSearch } from '../../db/search.js';
import { similarComplaints } from '../../db/similar.js';
import { invalid, notFound, type FieldError } from '../../errors.js';
import { callerOf, permit } from '../auth.js';
import { worldNow, type AppDeps } from '../deps.js';
import { parse } from '../problem.js';
import { agenciesOf, agencyTree } from './own-agencies.js';

/** GET /complaints and GET /complaints/{id}/similar. */
export function complaintListRoutes(deps: AppDeps): Router {
  const router = express.Router();

  router.get('/complaints', permit('listComplaints'), async (req, res) => {
    const query = parse(complaintListQuery, req.query);
    const sort = query.sort ?? (query.q === undefined ? '-receivedAt' : 'relevance');
    if (sort === 'relevance' && query.q === undefined) {
      throw invalid([{ path: 'sort', message: 'relevance needs q' }]);
    }
    const caller = callerOf(req);
    const now = worldNow(deps);
    const view = await deps.region.current();
    const filter = await filterOf(deps.pool, view, query, now);
    const own = agenciesOf(caller, view);
    const page = await listComplaints(deps.pool, {
      filter: own ? { ...filter, scope: { agencies: own } } : filter,
      sort,
      cursor: query.cursor,
      limit: query.limit,
      actor: caller.actor,
      digest: queryDigest(caller.actor, 'complaints', { ...query, sort }),
      now,
    });
    res.json(filter.search ? await withHighlights(deps.pool, filter.search, page) : page);
  });

  router.get('/complaints/:id/similar', permit('readComplaint'), async (req, res) => {
    const own = agenciesOf(callerOf(req), await deps.region.current());
    const items = await similarComplaints(
      deps.pool,
      String(req.params.id),
      own ? { agencies: own } : {},
      worldNow(deps),
    );
    if (items === null) {
      throw notFound();
    }
    res.json({ items, nextCursor: null, total: items.length });
  });

  return router;
}

type Page = Awaited<ReturnType<typeof listComplaints>>;

async function withHighlights(
  db: Db,
  search: NonNullable<ListFilter['search']>,
  page: Page,
): Promise<Page> {
  const found = await highlights(
    db,
    search,
    page.items.map((item) => item.id),
  );
  const items = page.items.map((item) => ({
    ...item,
    highlight:
      found.get(item.id) ??
      (search.numbers.includes(item.number) ? `<mark>${item.number}</mark>` : null),
  }));
  return { ...page, items };
}

/** @throws AppError `invalid` naming agencies, topics and municipalities that the region has never had. */
async function filterOf(
  db: Db,
  view: RegionView,
  query: ComplaintListQuery,
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
  query: ComplaintListQuery,
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
