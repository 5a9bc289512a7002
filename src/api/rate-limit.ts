import { createHash } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import { AppError } from '../errors.js';
import { sendProblem } from './problem.js';

const MINUTE_MS = 60_000;

/** Citizens' pages are read by people, many of them behind one address; more than this a minute is a machine. */
const ADDRESS_PER_MINUTE = 1_200;
const TOKEN_PER_MINUTE = 600;

function limiter(perMinute: number, keyOf: (req: Request) => string): RequestHandler {
  if (perMinute === 0) {
    return (_req, _res, next) => {
      next();
    };
  }
  return rateLimit({
    windowMs: MINUTE_MS,
    limit: perMinute,
    keyGenerator: keyOf,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    // Behind a proxy that is not configured as trusted its header is simply not looked at.
    validate: { xForwardedForHeader: false },
    handler: (req, res) => {
      const info = (req as Request & { rateLimit?: { resetTime?: Date } }).rateLimit;
      const leftMs = (info?.resetTime?.getTime() ?? Date.now() + MINUTE_MS) - Date.now();
      const retryAfterS = Math.max(1, Math.ceil(leftMs / 1_000));
      sendProblem(res, new AppError('rate_limited', 'Too many requests.', {}, retryAfterS));
    },
  });
}

/** Requests a minute for each key; 0 is no limit. */
export function limitByCaller(perMinute: number): RequestHandler {
  return limiter(perMinute, (req) => req.caller?.actor ?? ipKeyGenerator(req.ip ?? ''));
}

/** A citizen photographs no faster. */
const UPLOADS_PER_MINUTE = 30;

// The token is a secret: the limiter's memory holds a digest.
const tokenDigest = (req: Request): string =>
  createHash('sha256').update(String(req.params.token)).digest('base64url');

/** A limit for the files that come by one private link. */
export function limitUploads(enabled: boolean): RequestHandler {
  return limiter(enabled ? UPLOADS_PER_MINUTE : 0, tokenDigest);
}

/** Two limits for pages without a sign-in: one for the address that asks, one for the token asked for. */
export function limitTrack(enabled: boolean): RequestHandler[] {
  return [
    limiter(enabled ? ADDRESS_PER_MINUTE : 0, (req) => ipKeyGenerator(req.ip ?? '')),
    limiter(enabled ? TOKEN_PER_MINUTE : 0, tokenDigest),
  ];
}
