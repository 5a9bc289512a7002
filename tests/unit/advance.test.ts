import { describe, expect, it } from '@jest/globals';
import { nextClimbAt } from '../../src/domain/ladder.js';
import { wakeAt } from '../../src/domain/process.js';
import { calendar, ordinary, policyOf, working } from '../support/sample-clocks.js';
import { HOUR_MS, local, shown } from '../support/sample-calendars.js';
import {
  agencyOf,
  found,
  ladder,
  replyFacts,
  SampleLife,
  textRef,
} from '../support/sample-process.js';

// Monday 5 October 2026 and the days after are ordinary working days of the sample calendar.
const MONDAY_9 = '2026-10-05T09:00';

/** What happened on the ladder and to the clocks, one line each. */
function story(life: SampleLife, ...types: string[]): string[] {
  return life.events
    .filter(({ type }) => types.includes(type))
    .map(({ type, at, data }) => {
      const of =
        type === 'escalated'
          ? `${data.level} ${data.recipient} (${data.cause})`
          : `${data.clock}${data.percent ? ` ${data.percent} %` : ''}`;
      return `${shown(at).slice(5)} ${type} ${of}`;
    });
}

const nextOf = (life: SampleLife): string => shown(wakeAt(life.process, calendar, ladder));

/** Ticks at every instant that the complaint itself asks to be woken at, as its workflow does. */
function liveUntil(life: SampleLife, until: string): void {
  for (let guard = 0; guard < 100; guard += 1) {
    const at = wakeAt(life.process, calendar, ladder);
    if (at === null || at > local(until)) {
      return;
    }
    life.tick(at);
  }
  throw new Error('the complaint wakes for ever');
}

const onlyAcceptance = policyOf({ acceptance: working(2) });

describe('a missed due', () => {
  it('climbs level by level at the allowances of the ladder, and nothing above the top', () => {
    const life = SampleLife.received(MONDAY_9, found('agency-a', { policy: onlyAcceptance }));

    liveUntil(life, '2027-02-01T00:00');

    // Due after 2 working hours, then 2, 2 and 4 more: the last one falls on the next day at 10:00.
    expect(story(life, 'escalated')).toEqual([
      '10-05 11:00 escalated 1 coordinator (acceptance)',
      '10-05 13:00 escalated 2 head (still_overdue)',
      '10-05 15:00 escalated 3 curator (still_overdue)',
      '10-06 10:00 escalated 4 governors_office (still_overdue)',
    ]);
    expect(life.process.level).toBe(4);
    expect(wakeAt(life.process, calendar, ladder)).toBeNull();
  });

  it('is warned of at 50 % and 80 % before it is missed, each once', () => {
    const life = SampleLife.received(MONDAY_9, found('agency-a', { policy: onlyAcceptance }));

    liveUntil(life, '2026-10-05T12:00');
    life.tick('2026-10-05T12:00');

    expect(story(life, 'warned', 'breached')).toEqual([
      '10-05 10:00 warned acceptance 50 %',
      '10-05 10:36 warned acceptance 80 %',
      '10-05 11:00 breached acceptance',
    ]);
  });

  it('found late is told in order with its own instants, says when it was recorded, and warns of nothing past', () => {
    const life = SampleLife.received(MONDAY_9, found('agency-a', { policy: onlyAcceptance }));

    life.tick('2026-10-07T09:00');
    life.tick('2026-10-07T09:00');

    expect(story(life, 'warned', 'breached', 'escalated')).toEqual([
      '10-05 11:00 breached acceptance',
      '10-05 11:00 escalated 1 coordinator (acceptance)',
      '10-05 13:00 escalated 2 head (still_overdue)',
      '10-05 15:00 escalated 3 curator (still_overdue)',
      '10-06 10:00 escalated 4 governors_office (still_overdue)',
    ]);
    const late = life.events.filter(
      ({ at }) => at < local('2026-10-07T09:00') && at > local(MONDAY_9),
    );
    expect(late.map(({ data }) => data.recordedAt)).toEqual(
      late.map(() => local('2026-10-07T09:00')),
    );
    expect(
      new Set(
        life.effects
          .filter((e) => e.do === 'notify' && e.type === 'escalated')
          .map((e) => 'subject' in e && e.subject),
      ).size,
    ).toBe(4);
  });

  it('found within a minute does not say when it was recorded', () => {
    const life = SampleLife.received(MONDAY_9, found('agency-a', { policy: onlyAcceptance }));

    const turn = life.tick(local('2026-10-05T11:00') + 59_000);

    expect(turn.events.map(({ data }) => 'recordedAt' in data)).toEqual([false, false]);
  });

  it('in triage climbs to the operators and the curators alone', () => {
    const life = SampleLife.received(MONDAY_9, found(null, { policy: onlyAcceptance }));

    liveUntil(life, '2027-02-01T00:00');

    expect(story(life, 'escalated')).toEqual([
      '10-05 11:00 escalated 1 operators (acceptance)',
      '10-05 15:00 escalated 3 curator (still_overdue)',
    ]);
  });

  it('in review climbs to the approver, and at the top to the governor’s office', () => {
    const life = SampleLife.received(
      MONDAY_9,
      found('agency-a', { policy: policyOf({ firstReply: working(2) }) }),
    );
    life.approval = { interim: true, final: true };
    life.command(
      '2026-10-05T09:30',
      { type: 'replyFinal', body: { replyId: 'reply-1' } },
      { reply: replyFacts('final') },
    );

    liveUntil(life, '2027-02-01T00:00');

    expect(story(life, 'escalated').map((line) => line.split(' ')[4])).toEqual([
      'approver',
      'approver',
      'approver',
      'governors_office',
    ]);
  });

  it('met before the next level stops the climbing', () => {
    const life = SampleLife.received(MONDAY_9, found('agency-a', { policy: onlyAcceptance }));
    liveUntil(life, '2026-10-05T12:00');

    life.command('2026-10-05T12:30', { type: 'accept', body: {} });

    expect(life.process.level).toBe(1);
    expect(wakeAt(life.process, calendar, ladder)).toBeNull();
  });

  it('after an earlier climb of another cause climbs one level, not the levels whose allowances passed meanwhile', () => {
    const life = SampleLife.received(MONDAY_9, found('agency-a', { policy: onlyAcceptance }));
    life.command('2026-10-05T09:01', { type: 'escalate', body: {} });

    liveUntil(life, '2026-10-05T11:00');

    expect(story(life, 'escalated')).toEqual([
      '10-05 09:01 escalated 1 coordinator (operator)',
      '10-05 11:00 escalated 2 head (acceptance)',
    ]);
    expect(nextOf(life)).toBe('2026-10-05 13:00');
  });

  it('days after another that was met climbs one level', () => {
    const life = SampleLife.received(MONDAY_9);
    liveUntil(life, '2026-10-05T12:00');
    life.command('2026-10-05T12:00', { type: 'accept', body: {} });

    liveUntil(life, '2026-10-05T18:00');

    expect(story(life, 'escalated')).toEqual([
      '10-05 11:00 escalated 1 coordinator (acceptance)',
      '10-05 18:00 escalated 2 head (first_reply)',
    ]);
  });

  it('of a complaint given to another agency lets that one have the next level’s allowance', () => {
    const life = SampleLife.received(
      MONDAY_9,
      found(null, { policy: policyOf({ firstReply: working(2) }) }),
    );
    liveUntil(life, '2026-10-05T12:00');

    life.command('2026-10-05T14:30', { type: 'assign', body: { agency: 'agency-b' } });
    liveUntil(life, '2026-10-05T17:00');

    expect(story(life, 'escalated')).toEqual([
      '10-05 11:00 escalated 1 operators (first_reply)',
      '10-05 16:30 escalated 2 head (still_overdue)',
    ]);
  });
});

describe('while the citizen is asked', () => {
  const asked = (policy = ordinary): SampleLife => {
    const life = SampleLife.received(MONDAY_9, found('agency-a', { policy }));
    life.command(
      '2026-10-05T10:00',
      { type: 'ask', body: { replyId: 'reply-1' } },
      { reply: replyFacts('question') },
    );
    return life;
  };

  it('nothing is due, and the limit closes the complaint at its own instant', () => {
    const life = asked();

    life.tick('2026-10-20T09:00');

    expect(life.typesOf().slice(-1)).toEqual(['closed']);
    expect(life.process).toMatchObject({
      status: 'closed',
      closureReason: 'no_response',
      closedAt: local('2026-10-08T10:00'),
    });
    expect(story(life, 'breached', 'escalated')).toEqual([]);
  });

  it('the limit resumes the complaint where the policy says so, with what was left', () => {
    const life = asked({
      ...ordinary,
      waiting: { limitMs: HOUR_MS, time: 'calendar', then: 'resume' },
    });

    life.tick('2026-10-05T11:00');

    expect(life.process).toMatchObject({ status: 'in_progress', waiting: null });
    expect(life.typesOf().slice(-1)).toEqual(['waiting_ended']);
    expect(shown(life.process.clocks.first_reply?.dueAt)).toBe('2026-10-06 10:00');
  });

  it('a missed due does not climb further, and counts on from the answer', () => {
    const life = SampleLife.received(
      MONDAY_9,
      found('agency-a', { policy: policyOf({ firstReply: working(1) }) }),
    );
    liveUntil(life, '2026-10-05T10:30');
    life.command(
      '2026-10-05T11:00',
      { type: 'ask', body: { replyId: 'reply-1' } },
      { reply: replyFacts('question') },
    );

    expect(nextClimbAt(life.process, calendar, ladder)).toBeNull();
    liveUntil(life, '2026-10-06T09:00');
    life.turn('2026-10-06T09:00', (turn) => {
      turn.process.waiting = { since: local('2026-10-05T11:00'), until: local('2026-10-08T11:00') };
    });
    life.command('2026-10-06T09:00', { type: 'assign', body: { agency: 'agency-a' } });

    expect(nextOf(life)).toBe('2026-10-06 11:00');
    expect(life.process.level).toBe(1);
  });
});

describe('a closed complaint', () => {
  it('never fires again, however late it is looked at', () => {
    const life = SampleLife.received(MONDAY_9);
    life.command('2026-10-05T09:10', { type: 'reject', body: { code: 'spam' } });

    const turn = life.tick('2027-03-01T09:00');

    expect(turn.events).toEqual([]);
    expect(turn.effects).toEqual([]);
    expect(wakeAt(life.process, calendar, ladder)).toBeNull();
  });

  it('being published fires nothing either, since its reply has been given', () => {
    const life = SampleLife.received(MONDAY_9);
    life.command(
      '2026-10-05T09:10',
      { type: 'replyFinal', body: { replyId: 'reply-1' } },
      { reply: replyFacts('final') },
    );

    expect(life.tick('2027-03-01T09:00').events).toEqual([]);
    expect(wakeAt(life.process, calendar, ladder)).toBeNull();
  });
});

describe('counts that climb', () => {
  const handOver = (life: SampleLife, at: string, agency: string) =>
    life.command(
      at,
      { type: 'handover', body: { agency, reason: textRef('r') } },
      { agency: agencyOf(agency) },
    );

  it('are hand-overs from the third on', () => {
    const life = SampleLife.received(MONDAY_9);
    handOver(life, '2026-10-05T09:10', 'agency-b');
    handOver(life, '2026-10-05T09:20', 'agency-c');
    expect(life.process.level).toBe(0);

    handOver(life, '2026-10-05T09:30', 'agency-d');

    expect(story(life, 'escalated')).toEqual(['10-05 09:30 escalated 1 coordinator (handovers)']);
  });

  it('are reopenings from the second on', () => {
    const life = SampleLife.received(MONDAY_9);
    for (const minute of ['10', '20']) {
      life.command(`2026-10-05T09:${minute}`, { type: 'reject', body: { code: 'spam' } });
      life.command(`2026-10-05T09:${minute}`, { type: 'reopen', body: { cause: 'operator' } });
    }

    expect(story(life, 'escalated')).toEqual(['10-05 09:20 escalated 1 coordinator (reopenings)']);
  });

  it('are repeats from the second on, at triage', () => {
    expect(
      SampleLife.received(MONDAY_9, found('agency-a', { repeats: 1, repeatOf: 'x' })).process.level,
    ).toBe(0);
    expect(
      SampleLife.received(MONDAY_9, found('agency-a', { repeats: 2, repeatOf: 'x' })).process.level,
    ).toBe(1);
  });
});
