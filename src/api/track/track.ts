import { createHash } from 'node:crypto';
import express from 'express';
import type { Request, Router } from 'express';
import { noBody } from '../../contract/commands.js';
import { eraseOwnBody, messageBody, ratingBody } from '../../contract/track.js';
import { trackUpload } from '../attachments/upload.js';
import type { AppDeps } from '../deps.js';
import { idempotent, resourceIdOf } from '../idempotency.js';
import { parse } from '../problem.js';
import { jsonBody } from '../request-body.js';
import { follow } from './follow.js';
import { rate } from './rate.js';
import { eraseOwn, withdraw, writeAgain } from './write.js';

/** The token is a secret: keys of its holder are kept under a digest. */
const holderOf = (req: Request): string =>
  `track:${createHash('sha256').update(String(req.params.token)).digest('base64url')}`;

/** /api/v1/track/{token}: the citizen's side, without a sign-in. The token is the only secret. */
export function trackRoutes(deps: AppDeps): Router {
  const router = express.Router();
  const keyed = [...jsonBody(), idempotent(deps.pool, deps.log, holderOf)];

  router.get('/track/:token', async (req, res) => {
    const tracked = await follow(deps, req.params.token);
    res.setHeader('Cache-Control', 'no-store');
    res.json(tracked);
  });

  router.post('/track/:token/rating', keyed, async (req: Request, res: express.Response) => {
    const body = parse(ratingBody, req.body);
    res.status(201).json(await rate(deps, String(req.params.token), resourceIdOf(req), body));
  });

  router.post('/track/:token/messages', keyed, async (req: Request, res: express.Response) => {
    const { messageId, ...words } = parse(messageBody, req.body);
    const id = resourceIdOf(req);
    const word = { id, messageId: messageId ?? id, ...words };
    res.status(202).json(await writeAgain(deps, String(req.params.token), word));
  });

  router.post('/track/:token/withdraw', keyed, async (req: Request, res: express.Response) => {
    parse(noBody, req.body);
    await withdraw(deps, req, String(req.params.token));
    res.json(await follow(deps, String(req.params.token)));
  });

  router.post('/track/:token/attachments', ...trackUpload(deps, holderOf));

  router.post('/track/:token/erase', keyed, async (req: Request, res: express.Response) => {
    parse(eraseOwnBody, req.body);
    await eraseOwn(deps, String(req.params.token));
    res.json(await follow(deps, String(req.params.token)));
  });

  return router;
}
