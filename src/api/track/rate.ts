import type pg from 'pg';
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import type { ratingBody } from '../../contract/track.js';
import { insertCommand } from '../../db/commands-store.js';
import { lockComplaint } from '../../db/complaints-store.js';
import { enqueue } from '../../db/outbox.js';
import { inTransaction } from '../../db/pool.js';
import { insertRating } from '../../db/ratings-store.js';
import { appendEvents, insertText, newText } from '../../db/timeline.js';
import { isAllowed, placeOf } from '../../domain/transitions.js';
import { AppError } from '../../errors.js';
import { forbidden } from '../complaints/run-command.js';
import { worldNow } from '../deps.js';
import type { AppDeps } from '../deps.js';
import { complaintOfToken, RATES_WITHIN_MS } from './follow.js';

export type RatingBody = z.output<typeof ratingBody>;

/** What became of a rating. */
export interface Rated {
  number: string;
  /** True when it begins the complaint's next run. */
  reopens: boolean;
}

/** From this rating down, and on "not solved", the complaint is taken up again. Source: published norms. */
const REOPENS_FROM = 2;

const bad = (body: RatingBody): boolean =>
  body.solved === false || (body.rating !== undefined && body.rating <= REOPENS_FROM);

async function keepRating(
  db: pg.PoolClient,
  complaintId: string,
  ratingId: string,
  body: RatingBody,
  now: number,
): Promise<boolean> {
  const complaint = await lockComplaint(db, complaintId);
  const { status, closureReason, closedAt, finalReplyId, runNo } = complaint;
  if (!isAllowed('rate', placeOf(status, closureReason)) || closedAt === null || !finalReplyId) {
    throw forbidden(complaint);
  }
  if (now - closedAt.getTime() > RATES_WITHIN_MS) {
    throw new AppError('gone', 'An answer can be rated within 15 days.');
  }
  const comment = body.comment === undefined ? null : newText('comment', body.comment);
  const isNew = await insertRating(db, {
    id: ratingId,
    complaintId,
    replyId: finalReplyId,
    runNo,
    solved: body.solved ?? null,
    rating: body.rating ?? null,
    commentId: comment?.id ?? null,
    at: now,
  });
  if (!isNew) {
    throw new AppError('conflict', 'This answer has been rated.');
  }
  if (comment) {
    await insertText(db, complaintId, comment);
  }
  await appendEvents(db, complaintId, [
    {
      type: 'rated',
      at: now,
      actor: 'citizen',
      data: {
        reply: finalReplyId,
        ...(body.rating !== undefined && { rating: body.rating }),
        ...(body.solved !== undefined && { solved: body.solved }),
        ...(comment && { comment: comment.ref }),
      },
    },
  ]);
  if (!bad(body)) {
    return false;
  }
  const commandId = uuid();
  await insertCommand(db, {
    id: commandId,
    complaintId,
    type: 'reopen',
    actor: 'citizen',
    body: { cause: 'rating', ...(comment && { reason: comment.ref }) },
    at: now,
  });
  await enqueue(db, 'start', complaintId, { commandId });
  return true;
}

/**
 * Keeps the citizen's word about the answer; a bad one reopens the complaint without the citizen waiting.
 * @throws AppError `not_found`, `state_forbids`, `gone` after 15 days, `conflict` when rated before.
 */
export async function rate(
  deps: AppDeps,
  token: string,
  ratingId: string,
  body: RatingBody,
): Promise<Rated> {
  const { id, number } = await complaintOfToken(deps, token);
  const now = worldNow(deps);
  const reopens = await inTransaction(deps.pool, (db) => keepRating(db, id, ratingId, body, now));
  if (reopens) {
    deps.kickRelay();
  }
  return { number, reopens };
}
