import { createHash } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import type pg from 'pg';
import type { Logger } from 'pino';
import { v7 as uuid } from 'uuid';
import {
  freeKey,
  keepAnswer,
  takeKey,
  unlockKey,
  type KeptAnswer,
  type KeyedCall,
  type Turn,
} from '../db/idempotency-store.js';
import { canonicalJson } from '../db/timeline.js';
import { AppError, invalid } from '../errors.js';

declare module 'express-serve-static-core' {
  interface Request {
    resourceId?: string;
  }
}

const KEPT_HEADERS = ['content-type', 'etag', 'location'];

/** 409s that are a decision about the call; any other refusal leaves the key free for a corrected call. */
const DECIDED = [409, 410];

/**
 * The request's Idempotency-Key, or undefined.
 * @throws AppError `invalid` unless it has 1 to 255 visible characters.
 */
export function idempotencyKeyOf(req: Request): string | undefined {
  const key = req.headers['idempotency-key'];
  if (key === undefined) {
    return undefined;
  }
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw invalid([{ path: 'Idempotency-Key', message: 'must be 1 to 255 visible characters' }]);
  }
  return key;
}

/** The id that what this request makes gets: the same one when it is tried again under its key. */
export function resourceIdOf(req: Request): string {
  return (req.resourceId ??= uuid());
}

export function keyedCall(req: Request, actor: string, key: string): KeyedCall {
  return {
    actor,
    key,
    route: `${req.method} ${req.baseUrl}${req.path}`,
    digest: createHash('sha256').update(canonicalJson(req.body)).digest(),
    resourceId: uuid(),
  };
}

/** What a key's row says instead of a run, as an error. */
export function turnError(turn: Exclude<Turn, { turn: 'run' | 'replay' }>): AppError {
  return turn.turn === 'mismatch'
    ? new AppError('idempotency_mismatch', 'This Idempotency-Key was sent with another request.')
    : new AppError(
        'in_progress',
        'The first request with this key is still running.',
        {},
        turn.seconds,
      );
}

export function replay(res: Response, answer: KeptAnswer): void {
  for (const [name, value] of Object.entries(answer.headers)) {
    res.setHeader(name, value);
  }
  res.setHeader('Idempotent-Replay', 'true');
  res.status(answer.status);
  if (answer.body === null) {
    res.end();
  } else {
    if (answer.headers['content-type'] === undefined) {
      res.type('json');
    }
    res.send(JSON.stringify(answer.body));
  }
}

/** Keeps another body for replays than is sent now: an API key is shown once. */
export function keepInstead(res: Response, body: unknown): void {
  res.locals.keptBody = body;
}

/** Makes the body of a replay anew from the one that was kept: a link in it would have expired. */
export function refreshReplay<Kept>(
  res: Response,
  refresh: (kept: Kept) => Promise<unknown>,
): void {
  res.locals.refreshReplay = refresh;
}

async function refreshed(res: Response, answer: KeptAnswer): Promise<KeptAnswer> {
  const refresh = res.locals.refreshReplay as ((kept: unknown) => Promise<unknown>) | undefined;
  return refresh && answer.status < 300 ? { ...answer, body: await refresh(answer.body) } : answer;
}

/** Keeps no answer: what is read may be read again, and personal data is not stored twice. */
export function keepNothing(res: Response): void {
  res.locals.keepsNothing = true;
}

function answerOf(res: Response, chunk: unknown): KeptAnswer {
  const text = chunk instanceof Uint8Array ? Buffer.from(chunk).toString() : chunk;
  const headers = KEPT_HEADERS.flatMap((name) => {
    const value = res.getHeader(name);
    return value === undefined ? [] : [[name, String(value)]];
  });
  return {
    status: res.statusCode,
    headers: Object.fromEntries(headers) as Record<string, string>,
    body:
      res.locals.keptBody ??
      (typeof text === 'string' && text !== '' ? (JSON.parse(text) as unknown) : null),
  };
}

async function settle(
  pool: pg.Pool,
  call: KeyedCall,
  answer: KeptAnswer,
  keepsNothing: boolean,
): Promise<void> {
  if (keepsNothing) {
    await freeKey(pool, call);
  } else if (answer.status >= 500) {
    await unlockKey(pool, call);
  } else if (answer.status < 300 || DECIDED.includes(answer.status)) {
    await keepAnswer(pool, call, answer);
  } else {
    await freeKey(pool, call);
  }
}

/**
 * Honours Idempotency-Key on POST: the first answer is kept before it is sent and given again to the same
 * request. Faults (5xx) are not kept; the next try gets the same `resourceIdOf`.
 */
export function idempotent(
  pool: pg.Pool,
  log: Logger,
  actorOf: (req: Request) => string,
): RequestHandler {
  return async (req, res, next) => {
    const key = req.method === 'POST' ? idempotencyKeyOf(req) : undefined;
    if (key === undefined) {
      next();
      return;
    }
    const call = keyedCall(req, actorOf(req), key);
    const turn = await takeKey(pool, call);
    if (turn.turn === 'replay') {
      replay(res, await refreshed(res, turn.answer));
      return;
    }
    if (turn.turn !== 'run') {
      throw turnError(turn);
    }
    req.resourceId = turn.resourceId;
    const end = res.end.bind(res) as (chunk?: unknown, encoding?: unknown) => Response;
    res.end = ((chunk?: unknown, encoding?: unknown) => {
      res.end = end as typeof res.end;
      settle(pool, call, answerOf(res, chunk), res.locals.keepsNothing === true)
        // Without its kept answer the key unlocks by itself, and the retry meets its own resource id.
        .catch(() =>
          log.warn({ requestId: req.requestId }, 'the answer under a key could not be kept'),
        )
        .finally(() => end(chunk, encoding));
      return res;
    }) as typeof res.end;
    next();
  };
}
