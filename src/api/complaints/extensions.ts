import express from 'express';
import type { Request, Response, Router } from 'express';
import { v7 as uuid } from 'uuid';
import { extendBody, noBody, refuseExtensionBody } from '../../contract/commands.js';
import type { ComplaintHead } from '../../db/complaints-store.js';
import { findExtension, insertExtension } from '../../db/extensions-store.js';
import { invalid, notFound } from '../../errors.js';
import { callerOf, permit } from '../auth.js';
import { worldNow } from '../deps.js';
import type { AppDeps } from '../deps.js';
import { parse } from '../problem.js';
import { ownComplaint } from './access.js';
import { runCommand, storeText } from './run-command.js';
import { sendState } from './show-state.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** More time, asked for and decided. A decision's path may name the complaint or leave it out. */
export function extensionRoutes(deps: AppDeps): Router {
  const router = express.Router();

  async function answer(res: Response, head: ComplaintHead, extensionId: string): Promise<void> {
    sendState(res, head, await deps.region.current(), { status: 200, members: { extensionId } });
  }

  async function extensionOf(req: Request) {
    const id = String(req.params.extensionId);
    const found = UUID.test(id) ? await findExtension(deps.pool, id) : null;
    if (!found) {
      throw notFound();
    }
    const head = await ownComplaint(deps, callerOf(req), found.complaintId);
    const { id: complaintRef } = req.params;
    if (complaintRef !== undefined && complaintRef !== head.id && complaintRef !== head.number) {
      throw notFound();
    }
    return { id, head, until: found.until };
  }

  router.post('/complaints/:id/extend', permit('extend'), async (req, res) => {
    const { until, reason } = parse(extendBody, req.body);
    if (until <= worldNow(deps)) {
      throw invalid([{ path: 'until', message: 'must be ahead' }]);
    }
    const head = await ownComplaint(deps, callerOf(req), String(req.params.id));
    const done = await runCommand(deps, req, {
      head,
      type: 'extend',
      actor: callerOf(req).actor,
      async prepare(preparing) {
        const { db, actor, now: at } = preparing;
        const id = uuid();
        const ref = await storeText(preparing, 'reason', reason);
        const complaintId = head.id;
        await insertExtension(db, { id, complaintId, until, reasonId: ref.id, actor, at });
        return { extensionId: id, until, reason: ref };
      },
    });
    await answer(res, done.head, done.body.extensionId);
  });

  async function approve(req: Request, res: Response): Promise<void> {
    parse(noBody, req.body);
    const { id, head, until } = await extensionOf(req);
    const done = await runCommand(deps, req, {
      head,
      type: 'approveExtension',
      actor: callerOf(req).actor,
      prepare: () => Promise.resolve({ extensionId: id, until }),
    });
    await answer(res, done.head, id);
  }

  async function refuse(req: Request, res: Response): Promise<void> {
    const { reason } = parse(refuseExtensionBody, req.body);
    const { id, head } = await extensionOf(req);
    const done = await runCommand(deps, req, {
      head,
      type: 'refuseExtension',
      actor: callerOf(req).actor,
      prepare: async (preparing) => ({
        extensionId: id,
        ...(reason !== undefined && { reason: await storeText(preparing, 'reason', reason) }),
      }),
    });
    await answer(res, done.head, id);
  }

  for (const prefix of ['/extensions/:extensionId', '/complaints/:id/extensions/:extensionId']) {
    router.post(`${prefix}/approve`, permit('approveExtension'), approve);
    router.post(`${prefix}/refuse`, permit('refuseExtension'), refuse);
  }
  return router;
}
