import { discoverMissed, resume } from './advance.js';
import { dueFrom, timeBetween } from './clock-due.js';
import { meetClock, pauseClocks, resumeClocks, startClock, startClocks } from './clocks.js';
import type { Clocks, ClockState } from './clocks.js';
import { climb } from './ladder.js';
import type { CommandBodies, ComplaintKind } from './commands.js';
import { Refusal, type Suggestion, type Turn } from './process.js';
import type { Agency, Priority, SlaPolicy } from './region.js';

/** What the rules make of a complaint: decided outside the process, since it reads texts and region data. */
export interface Routed {
  topic: string | null;
  topicGroup: string | null;
  agencyId: string | null;
  rule: string | null;
  priority: Priority;
  policy: SlaPolicy;
  /** The agency's own; null: the region's. */
  calendar: string | null;
}

/** What triage found. */
export interface Triage extends Routed {
  kind: ComplaintKind;
  confidence: number;
  source: 'rule' | 'model' | 'operator';
  suggestions: Suggestion[];
  municipality: string | null;
  spam: boolean;
  /** There are no words to judge by: a photo alone. */
  noText?: boolean;
  /** The latest earlier complaint of the same person, topic and place that is closed, and how many there are. */
  repeatOf: string | null;
  repeats: number;
}

/** The first decision about a complaint. Its clocks start at `receivedAt`, when the desk recorded the message. */
export function triage(turn: Turn, found: Triage, receivedAt: number): void {
  const { process } = turn;
  Object.assign(process, {
    kind: found.kind,
    topic: found.topic,
    topicGroup: found.topicGroup,
    topicConfidence: found.confidence,
    topicSource: found.topic === null ? null : found.source,
    suggestions: found.topic === null ? found.suggestions : [],
    municipality: found.municipality,
    priority: found.priority,
    policy: found.policy,
    calendar: found.calendar,
    rule: found.rule,
    repeatOf: found.repeatOf,
  });
  process.counters.repeats = found.repeats;
  process.clocks = startClocks(found.policy, turn.calendar, receivedAt);
  process.status = 'triage';
  turn.emit('triaged', {
    kind: found.kind,
    topic: found.topic,
    confidence: found.confidence,
    municipality: found.municipality,
    priority: found.priority,
    policy: { code: found.policy.code, version: found.policy.version },
    ...(found.spam && { spam: true }),
    ...(found.noText && { noText: true }),
    ...(found.repeatOf !== null && { repeatOf: found.repeatOf }),
  });
  if (found.agencyId === null) {
    const data = found.noText ? { reason: 'no_text' } : {};
    turn.notify('needs_triage', 'operators', 'needs_triage', data);
  } else {
    handTo(turn, found.agencyId, { rule: found.rule });
  }
  if (found.repeats >= turn.around.ladder.climbAt.repeats) {
    climb(turn, turn.now, 'repeats');
  }
}

/**
 * Makes an agency responsible; its acceptance runs anew from now on (the first one: from receipt), and so does
 * the allowance of the next level of a ladder that is being climbed.
 */
export function handTo(
  turn: Turn,
  agencyId: string,
  data: Record<string, unknown> = {},
  executorId?: string,
): void {
  const { process } = turn;
  const first = process.agencyId === null && process.counters.handovers === 0;
  const same = process.agencyId === agencyId && process.status === 'assigned';
  resume(turn, turn.now);
  process.review = null;
  turn.giveTo(agencyId);
  process.executorId = executorId ?? null;
  process.coExecutors = process.coExecutors.filter((id) => id !== agencyId);
  process.status = 'assigned';
  if (!same && process.climbedAt !== null) {
    process.climbedAt = turn.now;
  }
  if (!first && !same && process.policy?.acceptance) {
    process.clocks = startClock(
      process.clocks,
      'acceptance',
      process.policy,
      turn.calendar,
      turn.now,
    );
  }
  // A citizen's rating or word may be what reopens; it is the desk that assigns.
  const by = turn.around.actor === 'citizen' ? 'system' : turn.around.actor;
  turn.emit(
    'assigned',
    { agency: agencyId, ...(executorId && { executor: executorId }), ...data },
    turn.now,
    by,
  );
  turn.notify('assigned', executorId ? 'executor' : 'coordinator', `assigned/${turn.now}`, {});
}

export function classify(turn: Turn, body: CommandBodies['classify'], routed: Routed): void {
  turn.require('classify');
  const { process } = turn;
  const from = process.status;
  resume(turn, turn.now);
  Object.assign(process, {
    kind: body.kind ?? process.kind,
    topic: routed.topic,
    topicGroup: routed.topicGroup,
    topicConfidence: 1,
    topicSource: 'operator',
    suggestions: [],
    rule: routed.rule,
    priority: routed.priority,
  });
  if (process.policy?.code !== routed.policy.code) {
    process.policy = routed.policy;
    restartRunningClocks(turn, routed.policy);
  }
  turn.emit('classified', {
    topic: routed.topic,
    kind: process.kind,
    priority: routed.priority,
    policy: { code: routed.policy.code, version: routed.policy.version },
  });
  const agencyId = routed.agencyId ?? (from === 'triage' ? null : process.agencyId);
  if (agencyId !== null) {
    handTo(turn, agencyId, { rule: routed.rule });
  }
  discoverMissed(turn);
}

/** Another policy judges what still runs, from the same start. */
function restartRunningClocks(turn: Turn, policy: SlaPolicy): void {
  const { process } = turn;
  for (const kind of ['acceptance', 'first_reply', 'resolution'] as const) {
    const clock = process.clocks[kind];
    const allowance = {
      acceptance: policy.acceptance,
      first_reply: policy.firstReply,
      resolution: policy.resolution,
    }[kind];
    if (clock?.metAt === null && clock.breachedAt === null && allowance) {
      process.clocks = startClock(process.clocks, kind, policy, turn.calendar, clock.startedAt);
      process.clocks = { ...process.clocks, ...withoutPauses(turn, clock, process.clocks[kind]) };
    }
  }
}

/** The time that the clock before did not run (the citizen was asked) is not counted against its successor either. */
function withoutPauses(turn: Turn, before: ClockState, after: ClockState | undefined): Clocks {
  const { now, calendar } = turn;
  if (before.dueAt === null || before.runFrom === before.startedAt || after === undefined) {
    return {};
  }
  const ranMs = before.allowanceMs - timeBetween(calendar, before.time, now, before.dueAt);
  const pausedAt = dueFrom(calendar, before.startedAt, {
    allowanceMs: Math.max(0, ranMs),
    time: before.time,
  }).at;
  return pausedAt < now
    ? resumeClocks(pauseClocks({ [after.kind]: after }, calendar, pausedAt), calendar, now)
    : {};
}

export function assign(turn: Turn, body: CommandBodies['assign']): void {
  turn.require('assign');
  handTo(turn, body.agency, {}, body.executor);
}

export function accept(turn: Turn): void {
  turn.require('accept');
  acceptNow(turn);
}

/** Acceptance, said or shown by working on the complaint. */
export function acceptNow(turn: Turn): void {
  const { process } = turn;
  if (process.status === 'assigned') {
    process.clocks = meetClock(process.clocks, 'acceptance', turn.now);
    process.status = 'in_progress';
    turn.emit('accepted');
  }
}

export function delegate(turn: Turn, body: CommandBodies['delegate']): void {
  turn.require('delegate');
  if (body.agency !== undefined) {
    turn.giveTo(body.agency);
    turn.process.executorId = null;
  }
  if (body.executor !== undefined) {
    turn.process.executorId = body.executor;
  }
  turn.emit('delegated', { ...body });
  turn.notify(
    'delegated',
    body.executor === undefined ? 'coordinator' : 'executor',
    `delegated/${turn.now}`,
  );
}

export function coExecution(turn: Turn, body: CommandBodies['coExecution']): void {
  turn.require('coExecution');
  const { process } = turn;
  if (process.agencyId === body.agency || process.coExecutors.includes(body.agency)) {
    throw new Refusal('invalid', 'That agency works on the complaint already.');
  }
  process.coExecutors.push(body.agency);
  turn.emit('co_execution_asked', { agency: body.agency, text: body.text });
  turn.notify(
    'co_execution_asked',
    'co_executor',
    `co_execution/${body.agency}`,
    {},
    { agencyId: body.agency },
  );
}

export function handover(turn: Turn, body: CommandBodies['handover'], agency: Agency | null): void {
  turn.require('handover');
  const { process } = turn;
  if (agency !== null && agency.id === process.agencyId) {
    throw new Refusal('invalid', 'The complaint is with that agency already.');
  }
  process.counters.handovers += 1;
  turn.emit('handed_over', { from: process.agencyId, to: agency?.id ?? null, reason: body.reason });
  if (agency === null) {
    resume(turn, turn.now);
    Object.assign(process, { agencyId: null, executorId: null, status: 'triage', review: null });
    turn.notify('needs_triage', 'operators', `needs_triage/${turn.now}`);
  } else {
    handTo(turn, agency.id);
  }
  if (process.counters.handovers >= turn.around.ladder.climbAt.handovers) {
    climb(turn, turn.now, 'handovers');
  }
}
