import express from 'express';
import type { Router } from 'express';
import { mergeBody, noBody, reopenBody } from '../../contract/commands.js';
import { findHead } from '../../db/complaints-store.js';
import { invalid } from '../../errors.js';
import { callerOf, permit } from '../auth.js';
import type { AppDeps } from '../deps.js';
import { parse } from '../problem.js';
import { ownComplaint } from './access.js';
import { beginNextRun, runCommand, storeText } from './run-command.js';
import { sendState } from './show-state.js';

/** Closing into another complaint, and the two commands that give a closed complaint its next run. */
export function mergeRoutes(deps: AppDeps): Router {
  const router = express.Router();

  router.post('/complaints/:id/merge', permit('merge'), async (req, res) => {
    const { into: ref } = parse(mergeBody, req.body);
    const head = await ownComplaint(deps, callerOf(req), String(req.params.id));
    const done = await runCommand(deps, req, {
      head,
      type: 'merge',
      actor: callerOf(req).actor,
      async prepare({ db }) {
        const target = await findHead(db, ref);
        const wrong = !target
          ? 'no such complaint'
          : target.id === head.id
            ? 'is the complaint itself'
            : target.status === 'closed' || target.status === 'publishing'
              ? `is ${target.status}; merge into an open complaint`
              : null;
        if (!target || wrong !== null) {
          throw invalid([{ path: 'into', message: wrong ?? 'no such complaint' }]);
        }
        return { into: target.id, intoNumber: target.number };
      },
    });
    sendState(res, done.head, await deps.region.current());
  });

  router.post('/complaints/:id/unmerge', permit('unmerge'), async (req, res) => {
    parse(noBody, req.body);
    const head = await ownComplaint(deps, callerOf(req), String(req.params.id));
    const done = await beginNextRun(deps, req, {
      head,
      type: 'unmerge',
      actor: callerOf(req).actor,
      prepare: () => Promise.resolve({}),
    });
    sendState(res, done.head, await deps.region.current());
  });

  router.post('/complaints/:id/reopen', permit('reopen'), async (req, res) => {
    const { reason } = parse(reopenBody, req.body);
    const head = await ownComplaint(deps, callerOf(req), String(req.params.id));
    const done = await beginNextRun(deps, req, {
      head,
      type: 'reopen',
      actor: callerOf(req).actor,
      prepare: async (preparing) => ({
        reason: await storeText(preparing, 'reason', reason),
        cause: 'operator' as const,
      }),
    });
    sendState(res, done.head, await deps.region.current());
  });

  return router;
}
