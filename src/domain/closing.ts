import { close } from './advance.js';
import { handTo } from './assigning.js';
import { restartWithRemaining, startClocks } from './clocks.js';
import type { CommandBodies } from './commands.js';
import { climb } from './ladder.js';
import { Refusal, type Turn } from './process.js';
import type { ClosureReason, Status } from './transitions.js';

export function escalate(turn: Turn, body: CommandBodies['escalate']): void {
  turn.require('escalate');
  if (!climb(turn, turn.now, 'operator', { ...body })) {
    throw new Refusal('state_forbids', 'The complaint is at the highest level that applies.');
  }
}

export function reject(turn: Turn, body: CommandBodies['reject']): void {
  turn.require('reject');
  close(turn, 'rejected', { rejectCode: body.code, data: { ...body } });
}

export function closeByCommand(turn: Turn, body: CommandBodies['close']): void {
  turn.require('close');
  close(turn, body.reason);
}

/** What a merge must know of the complaint merged into. */
export interface MergeTarget {
  id: string;
  number: string;
  status: Status;
  closureReason: ClosureReason | null;
}

/** Closes this complaint as a duplicate; the other one's final reply will be published here too. */
export function merge(turn: Turn, target: MergeTarget): void {
  turn.require('merge');
  if (target.id === turn.around.complaintId) {
    throw new Refusal('invalid', 'A complaint cannot be merged into itself.');
  }
  if (target.status === 'closed' || target.status === 'publishing') {
    throw new Refusal(
      'invalid',
      `Complaint ${target.number} is ${target.status}; merge into an open one.`,
    );
  }
  turn.process.mergedInto = target.id;
  close(turn, 'duplicate', { data: { into: target.id, intoNumber: target.number } });
}

/** `state`: of the destination that is given up, among those of the final reply. */
export function waive(turn: Turn, body: CommandBodies['waive'], state: string): void {
  turn.require('waive');
  if (state !== 'pending' && state !== 'blocked') {
    throw new Refusal('invalid', `That publication is ${state} already.`);
  }
  turn.effects.push({ do: 'waive', publicationId: body.publication });
  turn.emit('waived', { publication: body.publication, reason: body.reason });
}

export function publishAgain(turn: Turn): void {
  turn.require('publishAgain');
  if (turn.process.finalReplyId !== null) {
    turn.effects.push({ do: 'retryPublications', replyId: turn.process.finalReplyId });
  }
  turn.emit('publish_again');
}

/** Every required destination has the answer, or was waived. */
export function answered(turn: Turn): void {
  close(turn, 'answered', { actor: 'system', data: { reply: turn.process.finalReplyId } });
}

/** A new run of a closed complaint: its clocks start anew, with the agency that had it. */
export function reopen(turn: Turn, body: CommandBodies['reopen']): void {
  turn.require('reopen');
  const { process } = turn;
  const was = process.closureReason;
  backToWork(turn);
  const { handovers, reopenings, repeats } = process.counters;
  process.counters = { handovers, reopenings: reopenings + 1, repeats, extensions: 0 };
  process.level = 0;
  process.climbedAt = null;
  process.finalReplyId = null;
  process.clocks =
    process.policy === null ? {} : startClocks(process.policy, turn.calendar, turn.now);
  turn.emit('reopened', { was, cause: body.cause, ...(body.reason && { reason: body.reason }) });
  toAgencyOrTriage(turn);
  if (process.counters.reopenings >= turn.around.ladder.climbAt.reopenings) {
    climb(turn, turn.now, 'reopenings');
  }
}

/** Undoes a merge: the complaint lives on with what was left on its clocks. */
export function unmerge(turn: Turn): void {
  turn.require('unmerge');
  const { process } = turn;
  const from = process.mergedInto;
  backToWork(turn);
  process.mergedInto = null;
  if (process.climbedAt !== null) {
    process.climbedAt = turn.now;
  }
  process.clocks = restartWithRemaining(process.clocks, turn.calendar, turn.now);
  turn.emit('unmerged', { from });
  toAgencyOrTriage(turn);
}

function backToWork(turn: Turn): void {
  Object.assign(turn.process, {
    closureReason: null,
    rejectCode: null,
    closedAt: null,
    status: 'triage',
  });
}

function toAgencyOrTriage(turn: Turn): void {
  const { agencyId, executorId } = turn.process;
  if (agencyId === null) {
    turn.notify('needs_triage', 'operators', `needs_triage/${turn.now}`);
  } else {
    // The acceptance that reopening or unmerging set up is the one that runs.
    const { clocks } = turn.process;
    handTo(turn, agencyId, {}, executorId ?? undefined);
    turn.process.clocks = clocks;
  }
}
