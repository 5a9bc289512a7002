import express from 'express';
import type { RequestHandler, Router } from 'express';
import helmet from 'helmet';
import type { HelmetOptions } from 'helmet';
import { notFound } from '../errors.js';
import { importUploadRoutes } from './exchange/imports.js';
import { authenticate, callerOf } from './auth.js';
import { intake } from './complaints/intake.js';
import { uploadRoutes } from './attachments/upload.js';
import type { AppDeps } from './deps.js';
import { idempotent } from './idempotency.js';
import { methodNotAllowed } from './method-not-allowed.js';
import { opsRoutes } from './ops.js';
import { errorHandler } from './problem.js';
import { limitByCaller, limitTrack } from './rate-limit.js';
import { jsonBody } from './request-body.js';
import { requestLog } from './request-log.js';
import { apiRouters, openRouters } from './routes.js';
import { trackErrors, trackPages } from './track/pages.js';
import { trackRoutes } from './track/track.js';

export type { AppDeps } from './deps.js';

/** What needs a key. `others` are mounted elsewhere and only told here, for the methods of their paths. */
function keyedApi(deps: AppDeps, guards: RequestHandler[], others: Router[]): Router {
  const api = express.Router();
  const routers = apiRouters(deps);
  api.use(...guards);
  api.use(idempotent(deps.pool, deps.log, (req) => callerOf(req).actor));
  api.use(...routers);
  api.use(methodNotAllowed([...others, ...routers]));
  return api;
}

/** Without TLS in front a browser must not be told to insist on it: the citizen's forms would lead nowhere. */
function headersFor(publicUrl: string): HelmetOptions {
  return publicUrl.startsWith('https:')
    ? {}
    : {
        strictTransportSecurity: false,
        contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
      };
}

/** The HTTP API as an Express application; it does not listen. */
export function createApp(deps: AppDeps): express.Express {
  const app = express();
  app.disable('x-powered-by');
  if (deps.config.OTKLIK_TRUST_PROXY !== undefined) {
    app.set('trust proxy', deps.config.OTKLIK_TRUST_PROXY);
  }
  // Only versions are entity tags; hashing every body would cost more than it saves.
  app.disable('etag');
  app.use(requestLog(deps.log));
  app.use((req, _res, next) => {
    // A rating or a correction leaves the version alone: "not modified" by version would hide them.
    delete req.headers['if-none-match'];
    next();
  });
  app.use(helmet(headersFor(deps.config.publicUrl)));
  // A key is known before a byte of the body is read.
  const entry = [authenticate(deps.pool), limitByCaller(deps.config.OTKLIK_RATE_LIMIT)];
  const guards = [...entry, ...jsonBody()];
  // The busiest call passes no other router.
  const first = express.Router().post('/complaints', ...guards, ...intake(deps));
  const uploads = uploadRoutes(deps, entry);
  const imports = importUploadRoutes(deps, entry);
  const ops = opsRoutes(deps);
  const open = [...openRouters(deps), trackPages(deps)];
  const track = trackRoutes(deps);
  app.use(ops);
  app.use('/api/v1', first);
  app.use(
    ['/track/:token', '/api/v1/track/:token'],
    ...limitTrack(deps.config.OTKLIK_RATE_LIMIT > 0),
  );
  app.use(...open);
  app.use(methodNotAllowed([ops, ...open]));
  app.use('/api/v1', track, methodNotAllowed([track]));
  app.use('/api/v1', uploads, imports);
  app.use('/api/v1', keyedApi(deps, guards, [first, uploads, imports]));
  app.use(() => {
    throw notFound();
  });
  app.use(trackErrors);
  app.use(errorHandler(deps.log));
  return app;
}
