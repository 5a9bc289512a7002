import express from 'express';
import type { Request, Response, Router } from 'express';
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import { askBody, noBody, replyBody, returnBody } from '../../contract/commands.js';
import { bindAttachments } from '../../db/attachments-bind.js';
import type { ComplaintHead } from '../../db/complaints-store.js';
import { inTransaction } from '../../db/pool.js';
import { findReply, insertReply, type ReplyRow } from '../../db/replies-store.js';
import { newText } from '../../db/timeline.js';
import { invalid, notFound } from '../../errors.js';
import { callerOf, permit } from '../auth.js';
import { worldNow } from '../deps.js';
import type { AppDeps } from '../deps.js';
import { resourceIdOf } from '../idempotency.js';
import { parse } from '../problem.js';
import { ownComplaint } from './access.js';
import { requireNewWords, wordsDigest } from './reply-words.js';
import { requireAllowed, runCommand, storeText, type Preparing } from './run-command.js';
import { sendState } from './show-state.js';

const PROMISE_MAX_MS = 366 * 24 * 3_600_000;

type ReplyBody = z.output<typeof replyBody>;

const commandOf = (kind: string) => (kind === 'interim' ? 'replyInterim' : 'replyFinal');

function checkReply(deps: AppDeps, body: ReplyBody): void {
  const now = worldNow(deps);
  if (body.promisedAt !== undefined && body.promisedAt <= now) {
    throw invalid([{ path: 'promisedAt', message: 'must be ahead' }]);
  }
  if (body.promisedAt !== undefined && body.promisedAt > now + PROMISE_MAX_MS) {
    throw invalid([{ path: 'promisedAt', message: 'must be within a year' }]);
  }
}

type DraftPlace = Pick<Preparing, 'db' | 'head' | 'actor' | 'now'>;

async function insertDraft(
  { db, head, actor, now }: DraftPlace,
  id: string,
  body: ReplyBody,
): Promise<void> {
  await insertReply(db, {
    id,
    complaintId: head.id,
    kind: body.kind,
    outcome: body.kind === 'final' ? (body.outcome ?? 'explained') : null,
    promisedAt: body.promisedAt ?? null,
    signatory: body.signatory ?? null,
    text: newText('reply', body.text),
    digest: wordsDigest(body.text),
    actor,
    at: now,
  });
  const ids = body.attachments ?? [];
  await bindAttachments(db, { complaintId: head.id, ids, actor, at: now, replyId: id });
}

/** The reply of a path, of this very complaint. @throws AppError `not_found`. */
async function replyOf(deps: AppDeps, req: Request, head: ComplaintHead): Promise<ReplyRow> {
  const id = String(req.params.replyId);
  const reply = /^[0-9a-f-]{36}$/i.test(id) ? await findReply(deps.pool, head.id, id) : null;
  if (!reply) {
    throw notFound();
  }
  return reply;
}

/** Replies and questions: written, handed in, approved or returned. */
export function replyRoutes(deps: AppDeps): Router {
  const router = express.Router();
  const own = (req: Request) => ownComplaint(deps, callerOf(req), String(req.params.id));

  async function answer(res: Response, head: ComplaintHead, replyId: string, status: 200 | 201) {
    sendState(res, head, await deps.region.current(), { status, members: { replyId } });
  }

  async function draft(req: Request, head: ComplaintHead, body: ReplyBody): Promise<string> {
    const { actor } = callerOf(req);
    const id = resourceIdOf(req);
    requireAllowed(head, commandOf(body.kind));
    await inTransaction(deps.pool, async (db) => {
      if (!(await findReply(db, head.id, id))) {
        await insertDraft({ db, head, actor, now: worldNow(deps) }, id, body);
      }
    });
    return id;
  }

  router.post('/complaints/:id/replies', permit('reply'), async (req, res) => {
    const body = parse(replyBody, req.body);
    checkReply(deps, body);
    const head = await own(req);
    if (!body.submit) {
      await answer(res, head, await draft(req, head, body), 201);
      return;
    }
    const done = await runCommand(deps, req, {
      head,
      type: commandOf(body.kind),
      actor: callerOf(req).actor,
      async prepare(preparing) {
        const replyId = uuid();
        await requireNewWords(preparing, wordsDigest(body.text), replyId);
        await insertDraft(preparing, replyId, body);
        return { replyId };
      },
    });
    await answer(res, done.head, done.body.replyId, 201);
  });

  router.post('/complaints/:id/replies/:replyId/submit', permit('reply'), async (req, res) => {
    parse(noBody, req.body);
    const head = await own(req);
    const { id: replyId, kind, digest } = await replyOf(deps, req, head);
    const done = await runCommand(deps, req, {
      head,
      type: commandOf(kind),
      actor: callerOf(req).actor,
      async prepare(preparing) {
        await requireNewWords(preparing, digest, replyId);
        return { replyId };
      },
    });
    await answer(res, done.head, replyId, 200);
  });

  router.post('/complaints/:id/ask', permit('ask'), async (req, res) => {
    const { text } = parse(askBody, req.body);
    const head = await own(req);
    const done = await runCommand(deps, req, {
      head,
      type: 'ask',
      actor: callerOf(req).actor,
      async prepare(preparing) {
        const { db, actor, now } = preparing;
        const id = uuid();
        const digest = wordsDigest(text);
        await requireNewWords(preparing, digest, id);
        await insertReply(db, {
          id,
          complaintId: head.id,
          kind: 'question',
          outcome: null,
          promisedAt: null,
          signatory: null,
          text: newText('question', text),
          digest,
          actor,
          at: now,
        });
        return { replyId: id };
      },
    });
    await answer(res, done.head, done.body.replyId, 200);
  });

  router.post('/complaints/:id/replies/:replyId/approve', permit('approve'), async (req, res) => {
    parse(noBody, req.body);
    const head = await own(req);
    const { id: replyId } = await replyOf(deps, req, head);
    const done = await runCommand(deps, req, {
      head,
      type: 'approve',
      actor: callerOf(req).actor,
      prepare: () => Promise.resolve({ replyId }),
    });
    await answer(res, done.head, replyId, 200);
  });

  router.post('/complaints/:id/replies/:replyId/return', permit('return'), async (req, res) => {
    const { reason } = parse(returnBody, req.body);
    const head = await own(req);
    const { id: replyId } = await replyOf(deps, req, head);
    const done = await runCommand(deps, req, {
      head,
      type: 'return',
      actor: callerOf(req).actor,
      prepare: async (preparing) => ({
        replyId,
        reason: await storeText(preparing, 'reason', reason),
      }),
    });
    await answer(res, done.head, replyId, 200);
  });

  return router;
}
