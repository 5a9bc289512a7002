import express from 'express';
import type { Router } from 'express';
import { z } from 'zod';
import { iso } from '../../contract/primitives.js';
import { deliveryListQuery, WEBHOOK_TEST } from '../../contract/webhooks.js';
import { decodeCursor, pageFrom, queryDigest } from '../../db/cursors.js';
import {
  insertTest,
  listDeliveries,
  messageIdOf,
  sendAgain,
  type Attempt,
  type DeliveryRow,
} from '../../db/webhook-log.js';
import { readSecrets } from '../../db/webhooks-store.js';
import { AppError, notFound } from '../../errors.js';
import { bodyOf } from '../../webhooks/body.js';
import { senderOf } from '../../webhooks/for-desk.js';
import { callerOf, permit } from '../auth.js';
import { worldNow, type AppDeps } from '../deps.js';
import { resourceIdOf } from '../idempotency.js';
import { parse } from '../problem.js';
import { webhookFor } from './webhooks.js';

const empty = z.strictObject({});

/** The log of what was sent to a webhook, its test, and sending again. */
export function webhookDeliveryRoutes(deps: AppDeps): Router {
  const router = express.Router();
  const sender = senderOf(deps.config);

  router.get('/webhooks/:id/deliveries', permit('manageWebhooks'), async (req, res) => {
    const { cursor, limit, state } = parse(deliveryListQuery, req.query);
    const { id } = await webhookFor(deps, callerOf(req), req.params.id);
    const digest = queryDigest(callerOf(req).actor, `deliveries ${id}`, { state });
    const before = cursor === undefined ? undefined : decodeCursor(cursor, digest, z.int().min(0));
    const { rows, total } = await listDeliveries(deps.pool, id, state, before, limit);
    const page = pageFrom(rows, limit, digest, (delivery) => delivery.place);
    res.json({ items: page.rows.map(shown), nextCursor: page.nextCursor, total });
  });

  router.post('/webhooks/:id/test', permit('manageWebhooks'), async (req, res) => {
    parse(empty, req.body);
    const webhook = await webhookFor(deps, callerOf(req), req.params.id);
    const secrets = await readSecrets(deps.pool, webhook.id);
    if (secrets === null) {
      throw notFound();
    }
    const id = resourceIdOf(req);
    const messageId = messageIdOf({ id, complaintId: null, seq: null });
    const timestamp = new Date(worldNow(deps)).toISOString();
    const payload = { type: WEBHOOK_TEST, timestamp, data: { webhook: webhook.id } };
    const at = new Date().toISOString();
    const body = bodyOf(payload, deps.config.publicUrl);
    const sent = await sender.send({ id: messageId, url: webhook.url, body, secrets });
    const { delivered, status, durationMs, error } = sent;
    const attempt: Attempt = { at, status, durationMs, error };
    await insertTest(deps.pool, {
      id,
      webhookId: webhook.id,
      payload: JSON.stringify(payload),
      delivered,
      attempt,
    });
    res.json({ messageId, delivered, ...attempt });
  });

  router.post(
    '/webhooks/:id/deliveries/:deliveryId/resend',
    permit('manageWebhooks'),
    async (req, res) => {
      parse(empty, req.body);
      const webhook = await webhookFor(deps, callerOf(req), req.params.id);
      const deliveryId = z.uuid().safeParse(req.params.deliveryId);
      if (!webhook.active) {
        throw new AppError('conflict', 'The webhook is switched off: set active to true first.');
      }
      const delivery = deliveryId.success
        ? await sendAgain(deps.pool, webhook.id, deliveryId.data)
        : null;
      if (delivery === null) {
        throw notFound();
      }
      res.status(202).json(shown(delivery));
    },
  );

  return router;
}

const shown = (delivery: DeliveryRow): object => ({
  id: delivery.id,
  messageId: messageIdOf(delivery),
  type: delivery.type,
  complaint: delivery.complaintId === null ? null : { id: delivery.complaintId, seq: delivery.seq },
  state: delivery.state,
  attempts: delivery.attempts,
  log: delivery.log,
  nextAttemptAt: delivery.state === 'pending' ? iso(delivery.nextAt) : null,
  createdAt: iso(delivery.createdAt),
  finishedAt: iso(delivery.finishedAt),
});
