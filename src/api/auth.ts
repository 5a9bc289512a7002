import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { AppError } from '../errors.js';
import { findKey } from '../db/keys-store.js';
import type { Db } from '../db/pool.js';
import { mayDo } from './permissions.js';
import type { Action, Role } from './permissions.js';

/** Who is calling: a system by its key or a person. */
export interface Caller {
  /** As the timeline names it: `key:<uuid>` or `user:<uuid>`. */
  actor: string;
  role: Role;
  /** Set for agency roles alone. */
  agencyId: string | null;
}

declare module 'express-serve-static-core' {
  interface Request {
    caller?: Caller;
    requestId?: string;
  }
}

/** How long a revoked key may still work, and how often a key in use is looked up. Machine time. */
const KEY_TTL_MS = 3_000;
const CACHE_SIZE_MAX = 10_000;

/** Key text → caller, for a few seconds; wrong keys are remembered too, so that guessing costs no query each. */
class CallerCache {
  private readonly entries = new Map<string, { caller: Caller | null; until: number }>();

  constructor(private readonly db: Db) {}

  async find(key: string): Promise<Caller | null> {
    const now = Date.now();
    const known = this.entries.get(key);
    if (known && known.until > now) {
      return known.caller;
    }
    const row = await findKey(this.db, key);
    const caller = row && { actor: `key:${row.id}`, role: row.role, agencyId: row.agencyId };
    if (this.entries.size >= CACHE_SIZE_MAX) {
      this.entries.clear();
    }
    this.entries.set(key, { caller, until: now + KEY_TTL_MS });
    return caller;
  }
}

/** Sets `req.caller` from `Authorization: Bearer <key>`; 401 without a valid one. */
export function authenticate(db: Db): RequestHandler {
  const callers = new CallerCache(db);
  return async (req: Request, _res: Response, next: NextFunction) => {
    const key = /^Bearer +(\S{1,300})$/i.exec(req.headers.authorization ?? '')?.[1];
    const caller = key === undefined ? null : await callers.find(key);
    if (!caller) {
      throw new AppError('unauthenticated', 'A valid key is needed: Authorization: Bearer <key>.');
    }
    req.caller = caller;
    next();
  };
}

/** The authenticated caller of a request behind `authenticate`. */
export function callerOf(req: Request): Caller {
  if (!req.caller) {
    throw new AppError('unauthenticated', 'A valid key is needed: Authorization: Bearer <key>.');
  }
  return req.caller;
}

/** Lets pass only roles that the permission table names for the action; 403 for the others. */
export function permit(action: Action): RequestHandler {
  return (req, _res, next) => {
    if (!mayDo(callerOf(req).role, action)) {
      throw new AppError('forbidden', `The role ${callerOf(req).role} may not do this.`);
    }
    next();
  };
}
