import express from 'express';
import type { Router } from 'express';
import type pg from 'pg';
import { correctBody } from '../../contract/commands.js';
import { findCommand, insertCommand } from '../../db/commands-store.js';
import { findHead, lockComplaint } from '../../db/complaints-store.js';
import type { ComplaintHead } from '../../db/complaints-store.js';
import { enqueue } from '../../db/outbox.js';
import { inTransaction } from '../../db/pool.js';
import { findReply, insertRevision } from '../../db/replies-store.js';
import { appendEvents, newText } from '../../db/timeline.js';
import { isAllowed, placeOf } from '../../domain/transitions.js';
import { AppError, notFound } from '../../errors.js';
import { callerOf, permit } from '../auth.js';
import { worldNow } from '../deps.js';
import type { AppDeps } from '../deps.js';
import { requireVersion } from '../etag.js';
import { resourceIdOf } from '../idempotency.js';
import { parse } from '../problem.js';
import { ownComplaint } from './access.js';
import { wordsDigest } from './reply-words.js';
import { forbidden } from './run-command.js';
import { sendState } from './show-state.js';

interface Correction {
  commandId: string;
  replyId: string;
  text: string;
  actor: string;
  at: number;
}

/**
 * Gives a reply that left the desk new words, in the caller's transaction: it moves nothing in the complaint's
 * life, so no step is needed. @returns the revision.
 */
async function correct(
  db: pg.PoolClient,
  head: ComplaintHead,
  { commandId, replyId, text: words, actor, at }: Correction,
): Promise<number> {
  const complaint = await lockComplaint(db, head.id);
  const reply = await findReply(db, head.id, replyId);
  if (!reply || reply.kind === 'question') {
    throw notFound();
  }
  const done = await findCommand(db, commandId);
  if (done) {
    return Number(done.body.revision);
  }
  const { status } = complaint;
  const mayCorrect =
    isAllowed('correct', placeOf(status, complaint.closureReason)) &&
    (status !== 'in_progress' || reply.kind === 'interim');
  if (!mayCorrect) {
    throw forbidden(complaint);
  }
  if (reply.state !== 'approved' && reply.state !== 'published') {
    throw new AppError(
      'conflict',
      `The reply is ${reply.state}: only one that left can be corrected.`,
    );
  }
  const digest = wordsDigest(words);
  if (digest.equals(reply.digest)) {
    throw new AppError('identical_reply', 'The reply has these words already.');
  }
  const text = newText('reply', words);
  const revision = await insertRevision(db, head.id, reply, { text, digest, actor, at });
  const body = { replyId, revision, text: text.ref };
  await insertCommand(db, {
    id: commandId,
    complaintId: head.id,
    type: 'correct',
    actor,
    body,
    at,
    applied: true,
  });
  await appendEvents(db, head.id, [
    { type: 'corrected', at, actor, data: { reply: replyId, revision, text: text.ref } },
  ]);
  await enqueue(db, 'publication', head.id, { replyId, revision });
  return revision;
}

/** POST /complaints/{id}/replies/{replyId}/correct: a new revision is published wherever the old one went. */
export function correctRoutes(deps: AppDeps): Router {
  const router = express.Router();
  router.post('/complaints/:id/replies/:replyId/correct', permit('correct'), async (req, res) => {
    const { text } = parse(correctBody, req.body);
    const replyId = String(req.params.replyId);
    const { actor } = callerOf(req);
    const head = await ownComplaint(deps, callerOf(req), String(req.params.id));
    requireVersion(req, head.version);
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(replyId)) {
      throw notFound();
    }
    const commandId = resourceIdOf(req);
    const at = worldNow(deps);
    const revision = await inTransaction(deps.pool, (db) =>
      correct(db, head, { commandId, replyId, text, actor, at }),
    );
    deps.kickRelay();
    sendState(res, (await findHead(deps.pool, head.id)) ?? head, await deps.region.current(), {
      status: 200,
      members: { replyId, revision },
    });
  });
  return router;
}
