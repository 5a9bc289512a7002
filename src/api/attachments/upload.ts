import express from 'express';
import type { Request, RequestHandler, Response, Router } from 'express';
import { v7 as uuid } from 'uuid';
import { invalid } from '../../errors.js';
import { callerOf, permit } from '../auth.js';
import type { AppDeps } from '../deps.js';
import { idempotent, keepInstead, refreshReplay, resourceIdOf } from '../idempotency.js';
import { limitUploads } from '../rate-limit.js';
import { complaintOfToken } from '../track/follow.js';
import { keepUpload, requireRoom, showKept } from './keep-upload.js';
import { receiveForm, type ReceivedFile } from './receive.js';

/** One file, and nothing beside it. Its digest stands for it where calls under a key are compared. */
function oneFile(deps: AppDeps): RequestHandler[] {
  return [
    receiveForm(deps, { filesMax: 1, fieldsMax: 0 }),
    (req, res, next) => {
      const file = req.received?.[0];
      if (!file) {
        throw invalid([{ path: 'file', message: 'is needed' }]);
      }
      req.body = { file: file.digest, name: file.name };
      // Neither a link, which ends, nor a place is kept for replays.
      refreshReplay(res, ({ id }: { id: string }) => showKept(deps, id));
      next();
    },
  ];
}

async function answer(
  deps: AppDeps,
  req: Request,
  res: Response,
  by: { actor: string; complaintId: string | null },
): Promise<void> {
  const [file] = req.received as [ReceivedFile];
  const shown = await keepUpload(deps, file, { id: resourceIdOf(req), ...by });
  keepInstead(res, { id: shown.id });
  res.status(201).location(`${deps.config.publicUrl}/api/v1/attachments/${shown.id}`).json(shown);
}

/** POST /attachments. `entry`: what lets a keyed call in, before a byte of its body is read. */
export function uploadRoutes(deps: AppDeps, entry: RequestHandler[]): Router {
  const router = express.Router();
  router.post(
    '/attachments',
    ...entry,
    permit('uploadAttachment'),
    ...oneFile(deps),
    idempotent(deps.pool, deps.log, (req) => callerOf(req).actor),
    (req: Request, res: Response) =>
      answer(deps, req, res, { actor: callerOf(req).actor, complaintId: null }),
  );
  return router;
}

/**
 * Lets a citizen's upload in: the complaint that the token opens takes only so many.
 * Next error: AppError `not_found`, `invalid`.
 */
function admitCitizen(deps: AppDeps): RequestHandler[] {
  return [
    limitUploads(deps.config.OTKLIK_RATE_LIMIT > 0),
    async (req, _res, next) => {
      const { id } = await complaintOfToken(deps, String(req.params.token));
      await requireRoom(deps.pool, id);
      next();
    },
  ];
}

/** A handler of Express' kind as something to wait for. */
const done = (step: RequestHandler, req: Request, res: Response): Promise<void> =>
  new Promise((resolve, reject) => {
    const next = (error?: unknown): void => {
      if (error instanceof Error) reject(error);
      else resolve();
    };
    Promise.resolve(step(req, res, next)).catch(reject);
  });

/**
 * Reads a message's form with at most `filesMax` files, for the citizen whom the path's token names. The function
 * gives the ids of the uploads that they become; none for a form of another kind, which it leaves alone.
 */
export function citizenFiles(
  deps: AppDeps,
  filesMax: number,
): (req: Request, res: Response) => Promise<string[]> {
  const steps = [...admitCitizen(deps), receiveForm(deps, { filesMax, fieldsMax: 2 })];
  return async (req, res) => {
    if (!req.is('multipart/form-data')) {
      return [];
    }
    for (const step of steps) {
      await done(step, req, res);
    }
    const { id: complaintId } = await complaintOfToken(deps, String(req.params.token));
    const ids: string[] = [];
    for (const file of req.received ?? []) {
      ids.push((await keepUpload(deps, file, { id: uuid(), actor: 'citizen', complaintId })).id);
    }
    return ids;
  };
}

/** POST /track/{token}/attachments: kept for a message that names it. */
export function trackUpload(deps: AppDeps, holderOf: (req: Request) => string): RequestHandler[] {
  return [
    ...admitCitizen(deps),
    ...oneFile(deps),
    idempotent(deps.pool, deps.log, holderOf),
    async (req, res) => {
      const { id: complaintId } = await complaintOfToken(deps, String(req.params.token));
      await answer(deps, req, res, { actor: 'citizen', complaintId });
    },
  ];
}
