import express from 'express';
import type { Router } from 'express';
import { z } from 'zod';
import { newWebhook, webhookChange } from '../../contract/webhooks.js';
import { plainListQuery } from '../../contract/resources.js';
import { iso } from '../../contract/primitives.js';
import { decodeCursor, pageFrom, queryDigest } from '../../db/cursors.js';
import { inTransaction } from '../../db/pool.js';
import type { RegionView } from '../../db/region-store.js';
import {
  changeWebhook,
  deleteWebhook,
  findWebhook,
  insertWebhook,
  listWebhooks,
  readSecrets,
  saveSecrets,
  type WebhookRow,
} from '../../db/webhooks-store.js';
import { AppError, invalid, notFound } from '../../errors.js';
import { urlRulesOf } from '../../webhooks/for-desk.js';
import { urlProblem } from '../../webhooks/receiver-url.js';
import { makeSecret, OLD_SECRET_MS, rotated } from '../../webhooks/signature.js';
import { callerOf, permit, type Caller } from '../auth.js';
import type { AppDeps } from '../deps.js';
import { keepInstead, resourceIdOf } from '../idempotency.js';
import { parse } from '../problem.js';
import { agenciesOf, agencyShown } from './own-agencies.js';

/** Where systems are told of complaints. An agency keeps its own webhooks; its secret is shown when it is made. */
export function webhookRoutes(deps: AppDeps): Router {
  const router = express.Router();
  const rules = urlRulesOf(deps.config);
  const requireFitting = (url: string): void => {
    const message = urlProblem(url, rules);
    if (message !== null) {
      throw invalid([{ path: 'url', message }]);
    }
  };

  router.get('/webhooks', permit('manageWebhooks'), async (req, res) => {
    const { cursor, limit } = parse(plainListQuery, req.query);
    const view = await deps.region.current();
    const digest = queryDigest(callerOf(req).actor, 'webhooks', {});
    const after = cursor === undefined ? undefined : decodeCursor(cursor, digest, z.uuid());
    const owners = agenciesOf(callerOf(req), view);
    const { rows, total } = await listWebhooks(deps.pool, owners, after, limit);
    const page = pageFrom(rows, limit, digest, (webhook) => webhook.id);
    const items = page.rows.map((webhook) => shown(webhook, view));
    res.json({ items, nextCursor: page.nextCursor, total });
  });

  router.post('/webhooks', permit('manageWebhooks'), async (req, res) => {
    const body = parse(newWebhook, req.body);
    requireFitting(body.url);
    const view = await deps.region.current();
    const caller = callerOf(req);
    const id = resourceIdOf(req);
    const secret = makeSecret();
    const isNew = await insertWebhook(deps.pool, {
      id,
      agencyId: ownerOf(view, caller, body.agency ?? null),
      label: body.label,
      url: body.url,
      events: body.events ?? null,
      secret,
      actor: caller.actor,
    });
    if (!isNew) {
      throw new AppError(
        'conflict',
        `The webhook ${id} was made by an earlier try whose answer was lost: rotate its secret to see one.`,
      );
    }
    const made = shown(await webhookFor(deps, caller, id), view);
    // A kept answer must not keep the secret.
    keepInstead(res, made);
    res.setHeader('Location', `${req.baseUrl}/webhooks/${id}`);
    res.status(201).json({ ...made, secret });
  });

  router.get('/webhooks/:id', permit('manageWebhooks'), async (req, res) => {
    const webhook = await webhookFor(deps, callerOf(req), req.params.id);
    res.json(shown(webhook, await deps.region.current()));
  });

  router.patch('/webhooks/:id', permit('manageWebhooks'), async (req, res) => {
    const change = parse(webhookChange, req.body);
    if (change.url !== undefined) {
      requireFitting(change.url);
    }
    const { id } = await webhookFor(deps, callerOf(req), req.params.id);
    await changeWebhook(deps.pool, id, change);
    res.json(shown(await webhookFor(deps, callerOf(req), id), await deps.region.current()));
  });

  router.delete('/webhooks/:id', permit('manageWebhooks'), async (req, res) => {
    const { id } = await webhookFor(deps, callerOf(req), req.params.id);
    await deleteWebhook(deps.pool, id);
    res.status(204).end();
  });

  router.post('/webhooks/:id/rotate-secret', permit('manageWebhooks'), async (req, res) => {
    parse(z.strictObject({}), req.body);
    const { id } = await webhookFor(deps, callerOf(req), req.params.id);
    const now = Date.now();
    const secret = await inTransaction(deps.pool, async (db) => {
      const before = await readSecrets(db, id, 'lock');
      if (before === null) {
        throw notFound();
      }
      const after = rotated(before, now);
      await saveSecrets(db, id, after);
      return after.current;
    });
    const answer = { id, oldSecretUntil: iso(now + OLD_SECRET_MS) };
    keepInstead(res, answer);
    res.json({ ...answer, secret });
  });

  return router;
}

/** A webhook that the caller may manage. @throws AppError `not_found` for an unknown one and for somebody else's. */
export async function webhookFor(deps: AppDeps, caller: Caller, ref: unknown): Promise<WebhookRow> {
  const id = z.uuid().safeParse(ref);
  const owners = agenciesOf(caller, await deps.region.current());
  const webhook = id.success ? await findWebhook(deps.pool, id.data, owners) : null;
  if (webhook === null) {
    throw notFound();
  }
  return webhook;
}

/** Whose complaints a new webhook hears of; null: all of the desk, which is for admins alone. */
function ownerOf(view: RegionView, caller: Caller, ref: string | null): string | null {
  if (ref === null) {
    return caller.agencyId;
  }
  const agency = view.agencyByRef(ref);
  const own = agenciesOf(caller, view);
  if (agency === undefined || (own !== undefined && !own.includes(agency.id))) {
    throw invalid([{ path: 'agency', message: 'is not an agency, or none of yours' }]);
  }
  return agency.id;
}

function shown(webhook: WebhookRow, view: RegionView): object {
  const { agencyId, oldSecrets, failingSince, pausedUntil, createdAt, ...plain } = webhook;
  const untils = oldSecrets.map(({ until }) => Date.parse(until)).filter((at) => at > Date.now());
  return {
    ...plain,
    agency: agencyShown(view, agencyId),
    failingSince: iso(failingSince),
    pausedUntil:
      pausedUntil !== null && pausedUntil.getTime() > Date.now() ? iso(pausedUntil) : null,
    oldSecretUntil: untils.length === 0 ? null : iso(Math.max(...untils)),
    createdAt: iso(createdAt),
  };
}
