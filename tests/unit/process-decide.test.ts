import { describe, expect, it } from '@jest/globals';
import type { CommandOf } from '../../src/domain/commands.js';
import type { CommandFacts } from '../../src/domain/decide.js';
import { Refusal } from '../../src/domain/process.js';
import { COMMANDS, isAllowed, placeOf, type Place } from '../../src/domain/transitions.js';
import { local, shown } from '../support/sample-calendars.js';
import { ordinary, policyOf, working } from '../support/sample-clocks.js';
import { agencyOf, found, replyFacts, routedTo, SampleLife, textRef } from '../support/sample-process.js';

// A Monday; everything happens on its working hours.
const RECEIVED = '2026-10-05T09:00';
const NOW = '2026-10-05T10:00';
const reason = textRef('reason');
const UNTIL = local('2026-10-16T12:00');

/** One valid form of each command, with what the step would have read for it. */
const VALID: { [C in CommandOf['type']]: [CommandOf, CommandFacts] } = {
  classify: [{ type: 'classify', body: { topic: 'roads.potholes' } }, { routed: routedTo('agency-b') }],
  assign: [{ type: 'assign', body: { agency: 'agency-b' } }, {}],
  accept: [{ type: 'accept', body: {} }, {}],
  replyInterim: [{ type: 'replyInterim', body: { replyId: 'reply-1' } }, { reply: replyFacts('interim') }],
  replyFinal: [{ type: 'replyFinal', body: { replyId: 'reply-1' } }, { reply: replyFacts('final') }],
  ask: [{ type: 'ask', body: { replyId: 'reply-1' } }, { reply: replyFacts('question') }],
  approve: [{ type: 'approve', body: { replyId: 'reply-9' } }, { reply: replyFacts('final', { id: 'reply-9', state: 'in_review' }) }],
  return: [{ type: 'return', body: { replyId: 'reply-9', reason } }, {}],
  extend: [{ type: 'extend', body: { extensionId: 'e-1', until: UNTIL, reason } }, {}],
  approveExtension: [{ type: 'approveExtension', body: { extensionId: 'e-1', until: UNTIL } }, { extension: { until: UNTIL, state: 'requested' } }],
  refuseExtension: [{ type: 'refuseExtension', body: { extensionId: 'e-1' } }, { extension: { until: UNTIL, state: 'requested' } }],
  delegate: [{ type: 'delegate', body: { executor: 'user-1' } }, {}],
  coExecution: [{ type: 'coExecution', body: { agency: 'agency-b', text: textRef('t') } }, {}],
  handover: [{ type: 'handover', body: { agency: 'agency-b', reason } }, { agency: agencyOf('agency-b') }],
  escalate: [{ type: 'escalate', body: { reason } }, {}],
  reject: [{ type: 'reject', body: { code: 'spam' } }, {}],
  merge: [{ type: 'merge', body: { into: 'complaint-2', intoNumber: '2026-000002' } }, { target: { id: 'complaint-2', number: '2026-000002', status: 'assigned', closureReason: null } }],
  close: [{ type: 'close', body: { reason: 'withdrawn' } }, {}],
  waive: [{ type: 'waive', body: { publication: 'p-1', reason } }, { publication: { state: 'blocked' } }],
  publishAgain: [{ type: 'publishAgain', body: {} }, {}],
  reopen: [{ type: 'reopen', body: { cause: 'operator' } }, {}],
  unmerge: [{ type: 'unmerge', body: {} }, {}],
  correct: [{ type: 'correct', body: { replyId: 'reply-1', revision: 2, text: textRef('t') } }, {}],
  rate: [{ type: 'rate', body: { rating: 5 } }, {}],
};

/** How a complaint comes to each place. */
const WAYS: Record<Exclude<Place, 'received'>, (life: SampleLife) => void> = {
  triage: () => undefined,
  assigned: (life) => order(life, 'assign'),
  in_progress: (life) => (order(life, 'assign'), order(life, 'accept')),
  waiting_citizen: (life) => (order(life, 'assign'), order(life, 'ask')),
  in_review: (life) => {
    order(life, 'assign');
    life.approval = { interim: true, final: true };
    life.command(NOW, { type: 'replyFinal', body: { replyId: 'reply-9' } }, { reply: replyFacts('final', { id: 'reply-9' }) });
  },
  publishing: (life) => (order(life, 'assign'), order(life, 'replyFinal')),
  'closed(answered)': (life) => {
    WAYS.publishing(life);
    life.turn(NOW, (turn) => Object.assign(turn.process, { status: 'closed', closureReason: 'answered' }));
  },
  'closed(rejected)': (life) => (order(life, 'assign'), order(life, 'reject')),
  'closed(duplicate)': (life) => (order(life, 'assign'), order(life, 'merge')),
  'closed(withdrawn)': (life) => (order(life, 'assign'), order(life, 'close')),
  'closed(no_response)': (life) => {
    order(life, 'assign');
    life.command(NOW, { type: 'close', body: { reason: 'no_response' } });
  },
};

function order(life: SampleLife, type: CommandOf['type'], at = NOW) {
  return life.command(at, ...VALID[type]);
}

function inPlace(place: Exclude<Place, 'received'>): SampleLife {
  const life = SampleLife.received(RECEIVED, found(null));
  WAYS[place](life);
  expect(placeOf(life.process.status, life.process.closureReason)).toBe(place);
  return life;
}

const places = Object.keys(WAYS) as Exclude<Place, 'received'>[];

/** Where each command leads; `same`: the place stays. From the table of the design. */
const LEADS: Partial<Record<CommandOf['type'], Place | 'same'>> = {
  classify: 'assigned',
  assign: 'assigned',
  accept: 'in_progress',
  replyInterim: 'in_progress',
  replyFinal: 'publishing',
  approve: 'publishing',
  return: 'in_progress',
  ask: 'waiting_citizen',
  extend: 'same',
  approveExtension: 'same',
  refuseExtension: 'same',
  delegate: 'same',
  coExecution: 'same',
  handover: 'assigned',
  escalate: 'same',
  reject: 'closed(rejected)',
  merge: 'closed(duplicate)',
  close: 'closed(withdrawn)',
  waive: 'same',
  publishAgain: 'same',
  reopen: 'assigned',
  unmerge: 'assigned',
};
const cases = COMMANDS.flatMap((command) => places.map((place) => [command, place] as const));

describe('a command that the table allows', () => {
  it.each(cases.filter(([command, place]) => LEADS[command] && isAllowed(command, place)))('%s in %s leads where the design says, with an event', (command, place) => {
    const life = inPlace(place);
    if (command === 'coExecution' || command === 'handover') {
      life.process.agencyId = 'agency-a';
    }

    const turn = order(life, command);

    const led = placeOf(life.process.status, life.process.closureReason);
    expect(led).toBe(LEADS[command] === 'same' ? place : LEADS[command]);
    expect(turn.events.length).toBeGreaterThan(0);
    expect(turn.events.every(({ actor }) => ['user:sample', 'system'].includes(actor))).toBe(true);
  });
});

describe('a command that the table forbids', () => {
  it.each(cases.filter(([command, place]) => !isAllowed(command, place) && LEADS[command]))('%s in %s is refused, and nothing changes', (command, place) => {
    const life = inPlace(place);
    const before = structuredClone(life.process);

    expect(() => order(life, command)).toThrow(Refusal);
    expect(life.process).toEqual(before);
  });

  it('is refused with the state and what is allowed there', () => {
    const life = inPlace('triage');

    expect(() => order(life, 'accept')).toThrow('accept is not allowed in triage; allowed: classify, assign, escalate, reject, merge, close.');
  });
});

describe('classify', () => {
  it('in triage waits on for an operator when the rules give no agency', () => {
    const life = inPlace('triage');

    life.command(NOW, { type: 'classify', body: { topic: 't', kind: 'question' } }, { routed: routedTo(null) });

    expect(life.process).toMatchObject({ status: 'triage', kind: 'question', topicSource: 'operator', topicConfidence: 1, suggestions: [] });
  });

  it('under another policy judges what runs from the same start', () => {
    const life = inPlace('assigned');

    life.command(NOW, { type: 'classify', body: { topic: 't' } }, { routed: routedTo('agency-b', policyOf({ ...ordinary, code: 'raised', firstReply: working(4) })) });

    expect(shown(life.process.clocks.first_reply?.dueAt)).toBe('2026-10-05 13:00');
  });

  it('under a policy whose due has passed climbs one level now, and tells the due that was missed', () => {
    const life = inPlace('triage');
    const strict = policyOf({ code: 'danger', firstReply: working(0.25) });

    const turn = life.command('2026-10-05T16:00', { type: 'classify', body: { topic: 't' } }, { routed: routedTo('agency-b', strict) });
    life.tick('2026-10-05T16:00');

    const breach = turn.events.find(({ type, data }) => type === 'breached' && data.clock === 'first_reply');
    expect(breach).toMatchObject({ at: local('2026-10-05T09:15'), data: { clock: 'first_reply', recordedAt: local('2026-10-05T16:00') } });
    // Acceptance was missed in triage already; this is the next level.
    expect(life.events.filter(({ type }) => type === 'escalated').map(({ at, data }) => `${data.level} ${shown(at)}`)).toEqual(['1 2026-10-05 11:00', '3 2026-10-05 15:00', '4 2026-10-05 16:00']);
  });

  it('while the citizen is asked does not count the silence against the new policy', () => {
    const life = inPlace('assigned');
    order(life, 'ask', '2026-10-05T11:00');
    const raised = policyOf({ code: 'raised', firstReply: working(4) });

    const turn = life.command('2026-10-07T11:00', { type: 'classify', body: { topic: 't' } }, { routed: routedTo('agency-b', raised) });

    expect(turn.events.map(({ type }) => type)).toEqual(['classified', 'assigned']);
    // Two of four working hours had run when the citizen was asked.
    expect(shown(life.process.clocks.first_reply?.dueAt)).toBe('2026-10-07 13:00');
  });
});

describe('the responsible agency', () => {
  it('has its acceptance counted from receipt when it is the first', () => {
    const life = inPlace('assigned');

    expect(shown(life.process.clocks.acceptance?.dueAt)).toBe('2026-10-05 11:00');
  });

  it('has its acceptance counted anew when the complaint was handed over to it, also by way of triage', () => {
    const life = inPlace('assigned');
    life.command('2026-10-05T10:30', { type: 'handover', body: { reason } });
    expect(life.process).toMatchObject({ status: 'triage', agencyId: null, executorId: null });

    life.command('2026-10-05T12:00', { type: 'assign', body: { agency: 'agency-c', executor: 'user-7' } });

    expect(life.process).toMatchObject({ status: 'assigned', agencyId: 'agency-c', executorId: 'user-7' });
    expect(shown(life.process.clocks.acceptance?.dueAt)).toBe('2026-10-05 14:00');
  });

  it('cannot be handed its own complaint, nor an agency that is not known', () => {
    const life = inPlace('assigned');

    expect(() => life.command(NOW, { type: 'handover', body: { agency: 'agency-b', reason } }, { agency: agencyOf('agency-b') })).toThrow('with that agency already');
    expect(() => life.command(NOW, { type: 'handover', body: { agency: 'agency-x', reason } })).toThrow('names no agency');
  });

  it('asks another agency to work along once', () => {
    const life = inPlace('assigned');
    life.command(NOW, { type: 'coExecution', body: { agency: 'agency-c', text: textRef('t') } });

    expect(() => life.command(NOW, { type: 'coExecution', body: { agency: 'agency-c', text: textRef('t') } })).toThrow('works on the complaint already');
    expect(life.process.coExecutors).toEqual(['agency-c']);
  });

  it('shows by working on it that it accepts', () => {
    for (const command of ['replyInterim', 'replyFinal', 'ask'] as const) {
      const life = inPlace('assigned');

      const turn = order(life, command);

      expect(turn.events[0]?.type).toBe('accepted');
      expect(life.process.clocks.acceptance?.metAt).toBe(local(NOW));
    }
  });
});

describe('an interim reply', () => {
  it('meets the first-reply clock, counts the resolution anew, and makes its promise a clock of its own', () => {
    const life = inPlace('in_progress');
    const promisedAt = local('2026-10-09T15:00');

    life.command('2026-10-05T12:00', { type: 'replyInterim', body: { replyId: 'reply-1' } }, { reply: replyFacts('interim', { promisedAt }) });

    const { first_reply: firstReply, resolution, promise } = life.process.clocks;
    expect(firstReply?.metAt).toBe(local('2026-10-05T12:00'));
    expect(resolution).toMatchObject({ metAt: null, generation: 2, startedAt: local('2026-10-05T12:00') });
    expect(promise).toMatchObject({ metAt: null, dueAt: promisedAt });
    expect(life.process).toMatchObject({ status: 'in_progress', firstRepliedAt: local('2026-10-05T12:00') });
    expect(life.turns.at(-1)?.effects).toContainEqual({ do: 'publish', replyId: 'reply-1', final: false });
  });

  it('breaks its promise when the date passes', () => {
    const life = inPlace('in_progress');
    life.command(NOW, { type: 'replyInterim', body: { replyId: 'reply-1' } }, { reply: replyFacts('interim', { promisedAt: local('2026-10-06T15:00') }) });

    life.tick('2026-10-06T15:00');

    expect(life.events.slice(-2).map(({ type, data }) => [type, data.clock ?? data.cause])).toEqual([['breached', 'promise'], ['escalated', 'promise']]);
  });

  it('cannot promise what lies behind', () => {
    const life = inPlace('in_progress');

    expect(() => life.command(NOW, { type: 'replyInterim', body: { replyId: 'reply-1' } }, { reply: replyFacts('interim', { promisedAt: local(NOW) }) })).toThrow('must lie ahead');
  });

  it('comes back to work from its approval', () => {
    const life = inPlace('in_progress');
    life.approval = { interim: true, final: false };
    const interim = replyFacts('interim');
    life.command(NOW, { type: 'replyInterim', body: { replyId: 'reply-1' } }, { reply: interim });
    expect(life.process).toMatchObject({ status: 'in_review', review: { replyId: 'reply-1', kind: 'interim' } });
    expect(life.process.clocks.first_reply?.metAt).toBeNull();

    life.command('2026-10-05T12:00', { type: 'approve', body: { replyId: 'reply-1' } }, { reply: { ...interim, state: 'in_review' } });

    expect(life.process).toMatchObject({ status: 'in_progress', review: null });
    expect(life.process.clocks.first_reply?.metAt).toBe(local('2026-10-05T12:00'));
  });
});

describe('a final reply', () => {
  it('meets its clocks at the approval and leaves none running', () => {
    const life = inPlace('in_review');
    expect(life.process.clocks.resolution?.metAt).toBeNull();

    order(life, 'approve', '2026-10-05T12:00');

    const { acceptance, first_reply: firstReply, resolution } = life.process.clocks;
    expect([acceptance?.metAt, firstReply?.metAt, resolution?.metAt].map((at) => shown(at))).toEqual(['2026-10-05 10:00', '2026-10-05 12:00', '2026-10-05 12:00']);
    expect(life.process.finalReplyId).toBe('reply-9');
  });

  it('ends the waiting for the citizen', () => {
    const life = inPlace('waiting_citizen');

    order(life, 'replyFinal', '2026-10-06T10:00');

    expect(life.process).toMatchObject({ status: 'publishing', waiting: null });
  });

  it('can be returned and handed in again', () => {
    const life = inPlace('in_review');
    order(life, 'return');
    expect(life.turns.at(-1)?.effects).toContainEqual({ do: 'setReply', replyId: 'reply-9', state: 'returned' });

    life.command(NOW, { type: 'replyFinal', body: { replyId: 'reply-9' } }, { reply: replyFacts('final', { id: 'reply-9', state: 'returned' }) });

    expect(life.process.status).toBe('in_review');
  });

  it.each(['in_review', 'approved', 'published'])('that is %s is not taken a second time', (state) => {
    const life = inPlace('in_progress');

    expect(() => life.command(NOW, { type: 'replyFinal', body: { replyId: 'reply-1' } }, { reply: replyFacts('final', { state }) })).toThrow(`is ${state} already`);
  });

  it('that is not the one in review is not approved', () => {
    const life = inPlace('in_review');

    expect(() => life.command(NOW, { type: 'approve', body: { replyId: 'reply-1' } }, { reply: replyFacts('final') })).toThrow('not the one in review');
    expect(() => life.command(NOW, { type: 'return', body: { replyId: 'reply-1', reason } })).toThrow('not the one in review');
  });

  it('in review goes back to its author when the complaint is merged meanwhile', () => {
    const life = inPlace('in_review');

    const turn = order(life, 'merge');

    expect(turn.effects).toContainEqual({ do: 'setReply', replyId: 'reply-9', state: 'returned' });
  });
});

describe('a question to the citizen', () => {
  it('is a question that was not sent yet, never a reply', () => {
    const life = inPlace('in_progress');
    const body = { replyId: 'reply-1' };

    expect(() => life.command(NOW, { type: 'ask', body }, { reply: replyFacts('final') })).toThrow('must be a question');
    expect(() => life.command(NOW, { type: 'ask', body }, { reply: replyFacts('question', { state: 'published' }) })).toThrow('is published already');
    expect(() => life.command(NOW, { type: 'replyFinal', body }, { reply: replyFacts('question') })).toThrow('sent by ask');
    expect(() => life.command(NOW, { type: 'ask', body })).toThrow('names no reply');
  });
});

describe('an extension', () => {
  const ask = (life: SampleLife, until: string, at = NOW) => life.command(at, { type: 'extend', body: { extensionId: 'e', until: local(until), reason } });
  const grant = (life: SampleLife, until: string, at = NOW) =>
    life.command(at, { type: 'approveExtension', body: { extensionId: 'e', until: local(until) } }, { extension: { until: local(until), state: 'requested' } });
  const extensible = (maxCount = 3): SampleLife => {
    // The resolution is due on 2026-10-13 at 18:00 and may be moved by 10 days in all.
    const policy = { ...ordinary, extension: { maxMs: 10 * 24 * 3_600_000, maxCount } };
    return SampleLife.received(RECEIVED, found('agency-a', { policy }));
  };

  it('moves the due when it is approved, not when it is asked for', () => {
    const life = extensible();
    ask(life, '2026-10-15T18:00');
    expect(shown(life.process.clocks.resolution?.dueAt)).toBe('2026-10-13 18:00');

    grant(life, '2026-10-15T18:00');

    expect(shown(life.process.clocks.resolution?.dueAt)).toBe('2026-10-15 18:00');
    expect(life.typesOf().slice(-2)).toEqual(['extension_requested', 'extended']);
  });

  it('may move the due by the policy’s maximum in all, however it is cut', () => {
    const life = extensible();
    grant(life, '2026-10-20T18:00');

    expect(() => ask(life, '2026-10-23T18:01')).toThrow('beyond the maximum, 2026-10-23T15:00:00.000Z');
    grant(life, '2026-10-23T18:00');
    expect(() => ask(life, '2026-10-23T18:01')).toThrow('beyond the maximum');
  });

  it('is refused when it is not later, one too many, or there is nothing to extend', () => {
    const life = extensible(1);
    expect(() => ask(life, '2026-10-13T18:00')).toThrow('later than the present due');
    grant(life, '2026-10-14T18:00');
    expect(() => ask(life, '2026-10-15T18:00')).toThrow('extended 1 times');
    const unclocked = SampleLife.received(RECEIVED, found('agency-a', { policy: policyOf({}) }));
    expect(() => ask(unclocked, '2026-10-15T18:00')).toThrow('no resolution clock');
  });

  it('is decided once', () => {
    const life = extensible();
    const decided = { extension: { until: UNTIL, state: 'approved' } };

    expect(() => life.command(NOW, ...([VALID.approveExtension[0], decided] as const))).toThrow('decided already');
    expect(() => life.command(NOW, ...([VALID.refuseExtension[0], decided] as const))).toThrow('decided already');
  });

  it('of a missed due gives one to keep again', () => {
    const life = extensible();
    life.tick('2026-10-14T09:00');
    expect(life.events.filter(({ type, data }) => type === 'breached' && data.clock === 'resolution')).toHaveLength(1);

    grant(life, '2026-10-16T18:00', '2026-10-14T09:30');
    life.tick('2026-10-17T09:00');

    const breaches = life.events.filter(({ type, data }) => type === 'breached' && data.clock === 'resolution');
    expect(breaches.map(({ at }) => shown(at))).toEqual(['2026-10-13 18:00', '2026-10-16 18:00']);
  });
});

describe('ending and beginning anew', () => {
  it('refuses to escalate above the highest level that applies', () => {
    const life = inPlace('triage');
    order(life, 'escalate');
    order(life, 'escalate');
    expect(life.process.level).toBe(3);

    expect(() => order(life, 'escalate')).toThrow('highest level that applies');
  });

  it('does not merge a complaint into itself, nor into one that has its answer', () => {
    const life = inPlace('assigned');
    const into = (id: string, status: 'closed' | 'publishing' | 'assigned') =>
      life.command(NOW, { type: 'merge', body: { into: id, intoNumber: 'n' } }, { target: { id, number: 'n', status, closureReason: status === 'closed' ? 'answered' : null } });

    expect(() => into('complaint-1', 'assigned')).toThrow('merged into itself');
    expect(() => into('complaint-2', 'closed')).toThrow('is closed');
    expect(() => into('complaint-2', 'publishing')).toThrow('is publishing');
    expect(() => life.command(NOW, VALID.merge[0])).toThrow('names no complaint');
  });

  it('waives no destination that has the answer, nor one of another reply', () => {
    const life = inPlace('publishing');

    expect(() => life.command(NOW, VALID.waive[0], { publication: { state: 'published' } })).toThrow('is published already');
    expect(() => life.command(NOW, VALID.waive[0])).toThrow('names no publication');
  });

  it('reopens with clocks from the start, at no level, without the reply that closed it', () => {
    const life = inPlace('in_progress');
    order(life, 'escalate');
    order(life, 'reject');

    order(life, 'reopen', '2026-10-06T09:00');

    expect(life.process).toMatchObject({ status: 'assigned', level: 0, climbedAt: null, closureReason: null, rejectCode: null, closedAt: null, finalReplyId: null });
    expect(shown(life.process.clocks.acceptance?.dueAt)).toBe('2026-10-06 11:00');
    expect(life.process.counters.reopenings).toBe(1);
  });

  it('unmerges with what was left on the clocks, and without the climbs of the time between', () => {
    const life = inPlace('assigned');
    order(life, 'accept');
    order(life, 'escalate');
    life.tick('2026-10-05T18:00');
    order(life, 'merge', '2026-10-05T18:00');
    const left = life.process.clocks.resolution!;

    order(life, 'unmerge', '2026-10-12T09:00');
    const turn = life.tick('2026-10-12T09:00');

    expect(life.process).toMatchObject({ status: 'assigned', mergedInto: null, level: 2 });
    expect(left.dueAt).toBe(local('2026-10-13T18:00'));
    expect(shown(life.process.clocks.resolution?.dueAt)).toBe('2026-10-19 18:00');
    expect(turn.events).toEqual([]);
  });

  it('reopens in triage what no agency had', () => {
    const life = SampleLife.received(RECEIVED, found(null));
    order(life, 'reject');

    order(life, 'reopen');

    expect(life.process).toMatchObject({ status: 'triage', agencyId: null });
  });
});
