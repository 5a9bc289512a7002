import type { Request, RequestHandler, Response } from 'express';
import { v7 as uuid } from 'uuid';
import { newComplaint } from '../../contract/complaints.js';
import type { AcceptedComplaint } from '../../contract/complaints.js';
import { findAccepted, findByExternalId, insertComplaint } from '../../db/complaints-intake.js';
import type { KnownComplaint, NewComplaintRow } from '../../db/complaints-intake.js';
import { bindAttachments } from '../../db/attachments-bind.js';
import { inTransaction } from '../../db/pool.js';
import { findKeyed, keepAnswer, turnOf } from '../../db/idempotency-store.js';
import type { KeyedCall } from '../../db/idempotency-store.js';
import { secretOf } from '../../db/settings.js';
import { unavailable } from '../../errors.js';
import { callerOf, permit } from '../auth.js';
import { worldNow } from '../deps.js';
import type { AppDeps } from '../deps.js';
import { idempotencyKeyOf, keyedCall, replay, turnError } from '../idempotency.js';
import { parse } from '../problem.js';
import { receive } from './receive.js';

function accepted(deps: AppDeps, known: KnownComplaint, duplicate: boolean): AcceptedComplaint {
  const { id, number, status, trackToken } = known;
  return {
    id,
    number,
    status: status as AcceptedComplaint['status'],
    trackingUrl: `${deps.config.publicUrl}/track/${trackToken}`,
    duplicate,
  };
}

/** The person keys' secret, read once a process. */
function personSecret(deps: AppDeps): () => Promise<string> {
  let secret: string | undefined;
  return async () => (secret ??= await secretOf(deps.pool, 'person_key'));
}

/**
 * Answers a key that was taken before: the stored answer, or what the first call made, which is the answer that
 * it gave. @returns true when it answered.
 */
async function answerAgain(deps: AppDeps, res: Response, call: KeyedCall): Promise<boolean> {
  const stored = await findKeyed(deps.pool, call.actor, call.key);
  if (!stored || (stored.resource_id === call.resourceId && stored.body === null)) {
    return false;
  }
  const turn = turnOf(call, stored);
  if (turn.turn !== 'replay') {
    throw turnError(turn as Exclude<typeof turn, { turn: 'run' | 'replay' }>);
  }
  if (turn.answer.body === null) {
    const first = await findAccepted(deps.pool, turn.resourceId);
    if (!first) {
      // The first call met a message that was there already and has not kept its answer: this one can.
      return false;
    }
    turn.answer.body = accepted(deps, { ...first, status: 'received' }, false);
  }
  replay(res, turn.answer);
  return true;
}

/** One statement; with attachments a transaction, since they are bound to it or it is not made. */
async function insert(
  deps: AppDeps,
  row: NewComplaintRow,
  call: KeyedCall | undefined,
  ids: string[],
): Promise<string | null> {
  if (ids.length === 0) {
    return insertComplaint(deps.pool, row, call);
  }
  return inTransaction(deps.pool, async (db) => {
    const number = await insertComplaint(db, row, call);
    if (number !== null) {
      const { id: complaintId, createdBy: actor, receivedAt: at } = row;
      await bindAttachments(db, { complaintId, ids, actor, at });
    }
    return number;
  });
}

/**
 * POST /complaints: one statement makes the message durable, with its Idempotency-Key where it has one; the
 * workflow is started without waiting.
 */
export function intake(deps: AppDeps): RequestHandler[] {
  const secret = personSecret(deps);

  async function take(req: Request, res: Response): Promise<void> {
    const { actor } = callerOf(req);
    const key = idempotencyKeyOf(req);
    const message = parse(newComplaint, req.body);
    const call = key === undefined ? undefined : keyedCall(req, actor, key);
    const row = receive(message, {
      id: call?.resourceId ?? uuid(),
      actor,
      now: worldNow(deps),
      region: await deps.region.current(),
      personSecret: await secret(),
    });
    const number = await insert(deps, row, call, message.attachments ?? []);
    if (number !== null) {
      deps.kickRelay();
      res.status(202).json(accepted(deps, { ...row, number, status: 'received' }, false));
      return;
    }
    if (call && (await answerAgain(deps, res, call))) {
      return;
    }
    const known =
      row.externalId === null
        ? null
        : await findByExternalId(deps.pool, row.source, row.externalId, row.erasedId);
    if (!known) {
      throw unavailable('The complaint', 1);
    }
    const body = accepted(deps, known, true);
    if (call) {
      await keepAnswer(deps.pool, call, { status: 202, headers: {}, body });
    }
    res.status(202).json(body);
  }

  return [permit('createComplaint'), take];
}
