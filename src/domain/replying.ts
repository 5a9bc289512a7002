import { resume } from './advance.js';
import { acceptNow } from './assigning.js';
import { meetClock, pauseClocks, startClock, startPromise, stopClocks } from './clocks.js';
import type { CommandBodies, ReplyOutcome, TextRef } from './commands.js';
import { dueFrom } from './clock-due.js';
import { Refusal, type Turn } from './process.js';

/** A reply's row as the rules see it. */
export interface ReplyFacts {
  id: string;
  kind: 'interim' | 'final' | 'question';
  outcome: ReplyOutcome | null;
  promisedAt: number | null;
  signatory: 'agency' | 'head' | null;
  text: TextRef;
  state: string;
}

export function reply(turn: Turn, facts: ReplyFacts): void {
  const { kind } = facts;
  if (kind === 'question') {
    throw new Refusal('invalid', 'A question is sent by ask.');
  }
  turn.require(kind === 'final' ? 'replyFinal' : 'replyInterim');
  if (facts.state !== 'draft' && facts.state !== 'returned') {
    throw new Refusal('state_forbids', `The reply is ${facts.state} already.`);
  }
  if (kind === 'interim' && facts.promisedAt !== null && facts.promisedAt <= turn.now) {
    throw new Refusal('invalid', 'promisedAt must lie ahead.');
  }
  acceptNow(turn);
  resume(turn, turn.now);
  if (turn.agency?.approval[kind]) {
    turn.process.status = 'in_review';
    turn.process.review = { replyId: facts.id, kind };
    turn.effects.push({ do: 'setReply', replyId: facts.id, state: 'in_review' });
    turn.emit('reply_submitted', { reply: facts.id, kind, text: facts.text });
    turn.notify('needs_approval', 'approver', `needs_approval/${facts.id}/${turn.now}`, {
      reply: facts.id,
    });
  } else {
    release(turn, facts);
  }
}

export function approve(turn: Turn, facts: ReplyFacts): void {
  turn.require('approve');
  requireInReview(turn, facts.id);
  turn.process.review = null;
  turn.emit('approved', { reply: facts.id });
  release(turn, facts);
}

export function returnReply(turn: Turn, body: CommandBodies['return']): void {
  turn.require('return');
  requireInReview(turn, body.replyId);
  turn.process.review = null;
  turn.process.status = 'in_progress';
  turn.effects.push({ do: 'setReply', replyId: body.replyId, state: 'returned' });
  turn.emit('returned', { reply: body.replyId, reason: body.reason });
  turn.notify(
    'returned',
    turn.process.executorId === null ? 'coordinator' : 'executor',
    `returned/${body.replyId}/${turn.now}`,
    { reply: body.replyId },
  );
}

function requireInReview(turn: Turn, replyId: string): void {
  if (turn.process.review?.replyId !== replyId) {
    throw new Refusal('invalid', 'That reply is not the one in review.');
  }
}

/** The reply leaves the desk: from here it counts as given, whatever its publication takes. */
function release(turn: Turn, facts: ReplyFacts): void {
  const { process } = turn;
  const { calendar } = turn;
  const final = facts.kind === 'final';
  process.clocks = meetClock(process.clocks, 'first_reply', turn.now);
  process.firstRepliedAt ??= turn.now;
  if (final) {
    process.clocks = meetClock(process.clocks, 'resolution', turn.now);
    process.clocks = meetClock(process.clocks, 'promise', turn.now);
    process.clocks = stopClocks(process.clocks, turn.now);
    process.status = 'publishing';
    process.finalReplyId = facts.id;
  } else {
    process.status = 'in_progress';
    if (process.policy?.resolution) {
      process.clocks = startClock(process.clocks, 'resolution', process.policy, calendar, turn.now);
    }
    if (facts.promisedAt !== null && process.policy !== null) {
      process.clocks = startPromise(
        process.clocks,
        facts.promisedAt,
        process.policy,
        calendar,
        turn.now,
      );
    }
  }
  turn.effects.push({ do: 'setReply', replyId: facts.id, state: 'approved' });
  turn.effects.push({ do: 'publish', replyId: facts.id, final });
  turn.emit('replied', {
    reply: facts.id,
    kind: facts.kind,
    text: facts.text,
    ...(facts.outcome !== null && { outcome: facts.outcome }),
    ...(facts.signatory !== null && { signatory: facts.signatory }),
    ...(facts.promisedAt !== null && { promisedAt: facts.promisedAt }),
  });
}

/** Asks the citizen: the clocks stand still until the answer, at most for the policy's limit. */
export function ask(turn: Turn, facts: ReplyFacts): void {
  turn.require('ask');
  const { process } = turn;
  if (facts.kind !== 'question') {
    throw new Refusal('invalid', 'What is asked must be a question.');
  }
  if (facts.state !== 'draft') {
    throw new Refusal('state_forbids', `The question is ${facts.state} already.`);
  }
  acceptNow(turn);
  const limit = process.policy?.waiting;
  if (limit === undefined) {
    throw new Refusal('invalid', 'The complaint has no SLA policy yet.');
  }
  const until = dueFrom(turn.calendar, turn.now, {
    allowanceMs: limit.limitMs,
    time: limit.time,
  }).at;
  process.clocks = pauseClocks(process.clocks, turn.calendar, turn.now);
  process.waiting = { since: turn.now, until };
  process.status = 'waiting_citizen';
  turn.effects.push({ do: 'setReply', replyId: facts.id, state: 'approved' });
  turn.effects.push({ do: 'publish', replyId: facts.id, final: false });
  turn.emit('asked', { reply: facts.id, text: facts.text, until });
}

/** The citizen wrote again while the complaint is open: a waiting ends, whatever the route. */
export function citizenWrote(turn: Turn, word: { text: TextRef; route: string; at: number }): void {
  const { process } = turn;
  turn.emit('citizen_wrote', { text: word.text, route: word.route }, word.at, 'citizen');
  if (process.waiting !== null) {
    resume(turn, Math.max(word.at, process.waiting.since));
    process.status = 'in_progress';
    turn.emit('resumed', { route: word.route }, turn.now, 'system');
  }
  const told =
    process.agencyId === null
      ? 'operators'
      : process.executorId === null
        ? 'coordinator'
        : 'executor';
  turn.notify('citizen_wrote', told, `citizen_wrote/${word.text.id}`);
}
