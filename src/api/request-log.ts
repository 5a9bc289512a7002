import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import { v7 as uuid } from 'uuid';

const API = '/api/v1';

/** Where a request went, as its route's pattern: a path may hold a citizen's private token, a query their words. */
export function routeOf(req: {
  baseUrl: string;
  originalUrl: string;
  route?: { path?: unknown } | undefined;
}): string {
  const path = req.route?.path;
  if (typeof path !== 'string') {
    return 'unmatched';
  }
  // An error has left the router, and with it the prefix.
  const base = req.baseUrl || (req.originalUrl.startsWith(`${API}/`) ? API : '');
  return path.startsWith(API) ? path : `${base}${path}`;
}

/** Gives every request an id (the caller's own, where it looks like one) and logs one line when it is answered. */
export function requestLog(log: Logger): RequestHandler {
  return (req, res, next) => {
    const given = req.headers['x-request-id'];
    req.requestId = typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : uuid();
    res.setHeader('X-Request-Id', req.requestId);
    const startedAt = performance.now();
    res.once('finish', () => {
      log[res.statusCode >= 500 ? 'error' : 'info'](
        {
          requestId: req.requestId,
          method: req.method,
          route: routeOf(req),
          status: res.statusCode,
          ms: Math.round((performance.now() - startedAt) * 10) / 10,
          actor: req.caller?.actor,
        },
        'request',
      );
    });
    next();
  };
}
