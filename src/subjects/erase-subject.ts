import type pg from 'pg';
import { v7 as uuid } from 'uuid';
import type { AttachmentStore } from '../attachments/store.js';
import { insertCommand } from '../db/commands-store.js';
import { findHead, type ComplaintHead } from '../db/complaints-store.js';
import { withParts } from '../db/subjects-store.js';
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

/** So many complaints are withdrawn at once. */
const WITHDRAWN_AT_ONCE = 8;

/**
 * Erases a person: first from the texts of others, while it is still known what to look for, then their own complaints
 * with what was made of them. What is open is withdrawn, where its state allows it, once the words are gone: with
 * Temporal away they are gone all the same, and the answer says which complaints are still open. It can be repeated.
 */
export async function eraseSubject(
  deps: SubjectDeps,
  what: { complaints: string[]; mentions: string[]; pattern: string | null; actor: string },
): Promise<{ complaints: ErasedComplaint[]; redacted: number }> {
  const { pool, store } = deps;
  const { actor, pattern } = what;
  let redacted = 0;
  for (const id of pattern === null ? [] : what.mentions) {
    const isDone = await redactText(pool, id, pattern, { actor, at: deps.now() });
    redacted += isDone ? 1 : 0;
  }
  const ids = await withParts(pool, what.complaints);
  for (const id of ids) {
    await eraseComplaint(pool, store, id, { actor, at: deps.now() });
  }
  const complaints: ErasedComplaint[] = [];
  const withdrawing = new Withdrawing(deps, actor);
  for (let from = 0; from < ids.length; from += WITHDRAWN_AT_ONCE) {
    const some = ids.slice(from, from + WITHDRAWN_AT_ONCE);
    complaints.push(...(await Promise.all(some.map((id) => withdrawing.withdraw(id)))).flat());
  }
  return { complaints, redacted };
}

class Withdrawing {
  /** One call has waited in vain: five seconds for each of hundreds would hold the caller for an hour. */
  private isAway = false;

  constructor(
    private readonly deps: SubjectDeps,
    private readonly actor: string,
  ) {}

  /** Closes a complaint where its state allows it. @returns none for an unknown id. */
  async withdraw(id: string): Promise<ErasedComplaint[]> {
    const head = await findHead(this.deps.pool, id);
    if (head === null) {
      return [];
    }
    if (this.isAway || !isAllowed('close', placeOf(head.status, head.closureReason))) {
      return [{ number: head.number, status: head.status, withdrawn: false }];
    }
    const command = { id: uuid(), type: 'close' as const };
    await insertCommand(this.deps.pool, {
      ...command,
      complaintId: id,
      actor: this.actor,
      body: { reason: 'withdrawn' },
      at: this.deps.now(),
    });
    const withdrawn = await this.carryOut(head, command);
    const { status } = (await findHead(this.deps.pool, id)) ?? head;
    return [{ number: head.number, status, withdrawn }];
  }

  private async carryOut(
    head: ComplaintHead,
    command: { id: string; type: 'close' },
  ): Promise<boolean> {
    try {
      return (await this.deps.desk.command(head, command)).applied;
    } catch (error) {
      if (error instanceof AppError && error.code === 'unavailable') {
        this.isAway = true;
        return false;
      }
      throw error;
    }
  }
}
