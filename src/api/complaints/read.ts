import express from 'express';
import type { Router } from 'express';
import { z } from 'zod';
import type { TimelinePage } from '../../contract/complaints.js';
import { cursorParameter, limitParameter } from '../../contract/list.js';
import { readDetail } from '../../db/complaints-detail.js';
import { decodeCursor, pageFrom, queryDigest } from '../../db/cursors.js';
import { listEvents } from '../../db/timeline-page.js';
import { callerOf, permit } from '../auth.js';
import type { AppDeps } from '../deps.js';
import { setVersion } from '../etag.js';
import { parse } from '../problem.js';
import { agenciesOf } from '../resources/own-agencies.js';
import { visibleComplaint } from './access.js';
import { showComplaint } from './show-complaint.js';
import { showEvents } from './show-timeline.js';

/** The query of GET /complaints/{id}/timeline. */
export const timelineQuery = z.strictObject({
  cursor: cursorParameter.optional(),
  limit: limitParameter(500, 200),
});

/** One complaint and its timeline. */
export function readRoutes(deps: AppDeps): Router {
  const router = express.Router();

  router.get('/complaints/:id', permit('readComplaint'), async (req, res) => {
    const head = await visibleComplaint(deps, callerOf(req), String(req.params.id));
    const detail = await readDetail(deps.pool, head.id);
    setVersion(res, head.version);
    const sign = await deps.files.signer();
    res.json(showComplaint(deps.config, head, detail, await deps.region.current(), sign));
  });

  router.get('/complaints/:id/timeline', permit('readComplaint'), async (req, res) => {
    const { cursor, limit } = parse(timelineQuery, req.query);
    const caller = callerOf(req);
    const head = await visibleComplaint(deps, caller, String(req.params.id));
    const digest = queryDigest(caller.actor, `timeline ${head.id}`, {});
    const after =
      cursor === undefined
        ? 0
        : decodeCursor(
            cursor,
            digest,
            z
              .int()
              .min(0)
              .max(2 ** 31 - 1),
          );
    const { rows, total } = await listEvents(deps.pool, head.id, after, limit);
    const page = pageFrom(rows, limit, digest, (event) => event.seq);
    const agencies = agenciesOf(caller, await deps.region.current());
    const items = await showEvents(deps.pool, page.rows, agencies);
    setVersion(res, head.version);
    res.json({ items, nextCursor: page.nextCursor, total } satisfies TimelinePage);
  });

  return router;
}
