import express from 'express';
import type { Router } from 'express';
import { complaintListQuery } from '../../contract/list.js';
import { queryDigest } from '../../db/cursors.js';
import type { ListFilter } from '../../db/list-filter.js';
import { listComplaints } from '../../db/lists.js';
import type { Db } from '../../db/pool.js';
import { highlights } from '../../db/search.js';
import { similarComplaints } from '../../db/similar.js';
import { invalid, notFound } from '../../errors.js';
import { callerOf, permit } from '../auth.js';
import { worldNow, type AppDeps } from '../deps.js';
import { parse } from '../problem.js';
import { filterOf } from './complaint-filter.js';
import { agenciesOf } from './own-agencies.js';

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
