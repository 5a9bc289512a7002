import express from 'express';
import type { Router } from 'express';
import { worldNow } from './deps.js';
import type { AppDeps } from './deps.js';
import { Metrics } from './metrics.js';
import { readReadiness } from './readiness.js';

/** /healthz, /readyz and /metrics: for those who run the desk; no key, no personal data. Mounted first, it times all. */
export function opsRoutes(deps: AppDeps): Router {
  const router = express.Router();
  const metrics = new Metrics(deps.pool, () => worldNow(deps));
  router.use(metrics.timing());

  // The process answers: whatever else is away, restarting it would not help.
  router.get('/healthz', (_req, res) => {
    res.json({ status: 'alive' });
  });

  router.get('/readyz', async (_req, res) => {
    const readiness = await readReadiness(deps);
    if (readiness.status === 'not_ready') {
      res.setHeader('Retry-After', '5');
    }
    res.status(readiness.status === 'not_ready' ? 503 : 200).json(readiness);
  });

  router.get('/metrics', async (_req, res) => {
    const text = await metrics.text();
    res.type(metrics.registry.contentType).send(text);
  });

  return router;
}
