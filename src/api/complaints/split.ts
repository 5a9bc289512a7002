import express from 'express';
import type { Router } from 'express';
import type pg from 'pg';
import { splitBody } from '../../contract/commands.js';
import { newTrackToken, yearIn } from '../../db/complaint-identity.js';
import { findAccepted, insertComplaint } from '../../db/complaints-intake.js';
import type { KnownComplaint } from '../../db/complaints-intake.js';
import { findHead, lockComplaint } from '../../db/complaints-store.js';
import { readOrigin } from '../../db/complaints-origin.js';
import { inTransaction } from '../../db/pool.js';
import { appendEvents, chain, EMPTY_HEAD, newText } from '../../db/timeline.js';
import { callerOf, permit } from '../auth.js';
import { worldNow } from '../deps.js';
import type { AppDeps } from '../deps.js';
import { requireVersion } from '../etag.js';
import { resourceIdOf } from '../idempotency.js';
import { parse } from '../problem.js';
import { ownComplaint } from './access.js';
import { forbidden } from './run-command.js';
import { sendState } from './show-state.js';

interface Split {
  parentId: string;
  childId: string;
  words: string;
  actor: string;
  now: number;
  zone: string;
}

/** Takes a part of a complaint out into one of its own, in the caller's transaction, once for a child id. */
async function split(db: pg.PoolClient, call: Split): Promise<KnownComplaint> {
  const { parentId, childId, words, actor, now, zone } = call;
  const parent = await lockComplaint(db, parentId);
  const made = await findAccepted(db, childId);
  if (made) {
    return made;
  }
  if (parent.status === 'closed') {
    throw forbidden(parent);
  }
  const origin = await readOrigin(db, parentId);
  const text = newText('complaint', words);
  const [event] = chain(childId, EMPTY_HEAD, [
    {
      type: 'received',
      at: now,
      actor,
      data: {
        source: origin.source,
        origin: origin.origin,
        visibility: origin.visibility,
        text: text.ref,
        parent: parentId,
      },
    },
  ]);
  const trackToken = newTrackToken();
  const number = await insertComplaint(db, {
    ...origin,
    id: childId,
    year: yearIn(zone, now),
    externalId: null,
    erasedId: null,
    text,
    receivedAt: now,
    parentId,
    trackToken,
    createdBy: actor,
    event: event as NonNullable<typeof event>,
  });
  await appendEvents(db, parentId, [
    { type: 'split', at: now, actor, data: { child: childId, childNumber: number } },
  ]);
  return { id: childId, number: String(number), status: 'received', trackToken };
}

/** POST /complaints/{id}/split: the new complaint has the same author and source, and a life of its own. */
export function splitRoutes(deps: AppDeps): Router {
  const router = express.Router();
  router.post('/complaints/:id/split', permit('split'), async (req, res) => {
    const { text } = parse(splitBody, req.body);
    const { actor } = callerOf(req);
    const head = await ownComplaint(deps, callerOf(req), String(req.params.id));
    requireVersion(req, head.version);
    const region = await deps.region.current();
    const { trackToken, ...child } = await inTransaction(deps.pool, (db) =>
      split(db, {
        parentId: head.id,
        childId: resourceIdOf(req),
        words: text,
        actor,
        now: worldNow(deps),
        zone: region.settings.zone,
      }),
    );
    deps.kickRelay();
    const trackingUrl = `${deps.config.publicUrl}/track/${trackToken}`;
    sendState(res, (await findHead(deps.pool, head.id)) ?? head, region, {
      status: 201,
      members: { child: { ...child, trackingUrl } },
    });
  });
  return router;
}
