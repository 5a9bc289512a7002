import type { Request } from 'express';
import { bindAttachments } from '../../db/attachments-bind.js';
import { findHead, lockComplaint } from '../../db/complaints-store.js';
import { keepWord } from '../../db/inbox-store.js';
import { inTransaction } from '../../db/pool.js';
import { notFound } from '../../errors.js';
import { runCommand } from '../complaints/run-command.js';
import { worldNow } from '../deps.js';
import type { AppDeps } from '../deps.js';
import { eraseSubject } from '../../subjects/erase-subject.js';
import { complaintOfToken } from './follow.js';

/**
 * Keeps a citizen's further word, in any state; what it does is decided by the worker, and no word is lost.
 * @returns the complaint's number, and whether the same message came before.
 * @throws AppError `not_found`; `invalid` for attachments that are not the citizen's own, or bound already.
 */
export async function writeAgain(
  deps: AppDeps,
  token: string,
  word: { id: string; messageId: string; text: string; attachments?: string[] | undefined },
): Promise<{ number: string; duplicate: boolean }> {
  const { id: complaintId, number } = await complaintOfToken(deps, token);
  const at = worldNow(deps);
  const isNew = await inTransaction(deps.pool, async (db) => {
    // A run that is closing has either seen this word or leaves it to the relay: never between the two.
    await lockComplaint(db, complaintId);
    const isNew = await keepWord(db, {
      id: word.id,
      complaintId,
      source: 'track',
      // A sender's ids are unique to the complaint only.
      messageId: `${complaintId}/${word.messageId}`,
      route: 'track',
      body: word.text,
      at,
    });
    if (isNew) {
      const ids = word.attachments ?? [];
      await bindAttachments(db, { complaintId, ids, actor: 'citizen', at, inboxId: word.id });
    }
    return isNew;
  });
  if (isNew) {
    deps.kickRelay();
  }
  return { number, duplicate: !isNew };
}

/**
 * Closes the complaint as its author wishes.
 * @throws AppError `not_found`, `state_forbids`, `unavailable`.
 */
export async function withdraw(deps: AppDeps, req: Request, token: string): Promise<void> {
  const { id } = await complaintOfToken(deps, token);
  const head = await findHead(deps.pool, id);
  if (!head) {
    throw notFound();
  }
  await runCommand(deps, req, {
    head,
    type: 'close',
    actor: 'citizen',
    prepare: () => Promise.resolve({ reason: 'withdrawn' as const }),
  });
}

/**
 * Erases what the complaint tells of its author, who asks for it; an open one is withdrawn before. There is no way back.
 * @throws AppError `not_found`.
 */
export async function eraseOwn(deps: AppDeps, token: string): Promise<void> {
  const { id } = await complaintOfToken(deps, token);
  const { pool, desk, files } = deps;
  await eraseSubject(
    { pool, desk, store: files.store, now: () => worldNow(deps) },
    { complaints: [id], mentions: [], pattern: null, actor: 'citizen' },
  );
}
