import type pg from 'pg';
import { v7 as uuid } from 'uuid';
import type { AttachmentStore } from '../attachments/store.js';
import { insertCommand } from '../db/commands-store.js';
import { findHead, type ComplaintHead } from '../db/complaints-store.js';
import { isAllowed, placeOf, type Status } from '../domain/transitions.js';
import { AppError } from '../errors.js';
import type { DeskClient } from '../temporal/desk-client.js';
import { eraseComplaint, redactText } from './erase.js';

export interface SubjectDeps {
  pool: pg.Pool;
  desk: DeskClient;
  store: AttachmentStore;
  /** World time, epoch ms. */
  now: () => number;
}

export interface ErasedComplaint {
  number: string;
  /** Where it stands now: one that could not be withdrawn goes on without its words. */
  status: Status;
  withdrawn: boolean;
}

/**
 * Erases a person: first from the texts of others, while it is still known what to look for, then their own
 * complaints, each withdrawn before where its state allows it. Erasing does not wait for that: with Temporal away the
 * words are gone all the same, and the answer says which complaints are still open. It can be repeated.
 */
export async function eraseSubject(
  deps: SubjectDeps,
  what: { complaints: string[]; mentions: string[]; pattern: string | null; actor: string },
): Promise<{ complaints: ErasedComplaint[]; redacted: number }> {
  const { actor, pattern } = what;
  let redacted = 0;
  for (const id of pattern === null ? [] : what.mentions) {
    const isDone = await redactText(deps.pool, id, pattern!, { actor, at: deps.now() });
    redacted += isDone ? 1 : 0;
  }
  const complaints: ErasedComplaint[] = [];
  for (const id of what.complaints) {
    const head = await findHead(deps.pool, id);
    if (head !== null) {
      const withdrawn = await withdraw(deps, head, actor);
      await eraseComplaint(deps.pool, deps.store, id, { actor, at: deps.now() });
      const { status } = (await findHead(deps.pool, id)) ?? head;
      complaints.push({ number: head.number, status, withdrawn });
    }
  }
  return { complaints, redacted };
}

/** @returns whether it was open and is withdrawn now. */
async function withdraw(deps: SubjectDeps, head: ComplaintHead, actor: string): Promise<boolean> {
  if (!isAllowed('close', placeOf(head.status, head.closureReason))) {
    return false;
  }
  const command = { id: uuid(), type: 'close' as const };
  const body = { reason: 'withdrawn' };
  await insertCommand(deps.pool, {
    ...command,
    complaintId: head.id,
    actor,
    body,
    at: deps.now(),
  });
  try {
    return (await deps.desk.command(head, command)).applied;
  } catch (error) {
    if (error instanceof AppError && error.code === 'unavailable') {
      return false;
    }
    throw error;
  }
}
