import express from 'express';
import type { Request, RequestHandler } from 'express';
import { AppError } from '../errors.js';

/** 1 MB: a text has at most 20,000 code points, so that only a mistake or an attack is larger. */
const BODY_LIMIT = '1mb';

function hasBody(req: Request): boolean {
  const length = req.headers['content-length'];
  return req.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

/** Reads JSON bodies: 415 for another type, 413 over 1 MB, 400 when malformed; no body counts as `{}`. */
export function jsonBody(): RequestHandler[] {
  return [
    (req, _res, next) => {
      if (hasBody(req) && req.is('application/json') === false) {
        throw new AppError('unsupported_type', 'The body must be application/json.');
      }
      next();
    },
    // Not strict: a bare string is valid JSON, and the schema says what is wrong with it.
    express.json({ limit: BODY_LIMIT, strict: false }),
    (req, _res, next) => {
      req.body ??= hasBody(req) ? null : {};
      next();
    },
  ];
}
