import { describe, expect, it } from '@jest/globals';
import { local, shown } from '../support/sample-calendars.js';
import { ordinary, policyOf } from '../support/sample-clocks.js';
import { inPlace, NOW, order, reason, RECEIVED, UNTIL, VALID } from '../support/sample-commands.js';
import { found, SampleLife } from '../support/sample-process.js';

describe('an extension', () => {
  const ask = (life: SampleLife, until: string, at = NOW) =>
    life.command(at, { type: 'extend', body: { extensionId: 'e', until: local(until), reason } });
  const grant = (life: SampleLife, until: string, at = NOW) =>
    life.command(
      at,
      { type: 'approveExtension', body: { extensionId: 'e', until: local(until) } },
      { extension: { until: local(until), state: 'requested' } },
    );
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

    expect(() => ask(life, '2026-10-23T18:01')).toThrow(
      'beyond the maximum, 2026-10-23T15:00:00.000Z',
    );
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

    expect(() => life.command(NOW, ...([VALID.approveExtension[0], decided] as const))).toThrow(
      'decided already',
    );
    expect(() => life.command(NOW, ...([VALID.refuseExtension[0], decided] as const))).toThrow(
      'decided already',
    );
  });

  it('of a missed due gives one to keep again', () => {
    const life = extensible();
    life.tick('2026-10-14T09:00');
    expect(
      life.events.filter(({ type, data }) => type === 'breached' && data.clock === 'resolution'),
    ).toHaveLength(1);

    grant(life, '2026-10-16T18:00', '2026-10-14T09:30');
    life.tick('2026-10-17T09:00');

    const breaches = life.events.filter(
      ({ type, data }) => type === 'breached' && data.clock === 'resolution',
    );
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
      life.command(
        NOW,
        { type: 'merge', body: { into: id, intoNumber: 'n' } },
        {
          target: {
            id,
            number: 'n',
            status,
            closureReason: status === 'closed' ? 'answered' : null,
          },
        },
      );

    expect(() => into('complaint-1', 'assigned')).toThrow('merged into itself');
    expect(() => into('complaint-2', 'closed')).toThrow('is closed');
    expect(() => into('complaint-2', 'publishing')).toThrow('is publishing');
    expect(() => life.command(NOW, VALID.merge[0])).toThrow('names no complaint');
  });

  it('waives no destination that has the answer, nor one of another reply', () => {
    const life = inPlace('publishing');

    expect(() =>
      life.command(NOW, VALID.waive[0], { publication: { state: 'published' } }),
    ).toThrow('is published already');
    expect(() => life.command(NOW, VALID.waive[0])).toThrow('names no publication');
  });

  it('reopens with clocks from the start, at no level, without the reply that closed it', () => {
    const life = inPlace('in_progress');
    order(life, 'escalate');
    order(life, 'reject');

    order(life, 'reopen', '2026-10-06T09:00');

    expect(life.process).toMatchObject({
      status: 'assigned',
      level: 0,
      climbedAt: null,
      closureReason: null,
      rejectCode: null,
      closedAt: null,
      finalReplyId: null,
    });
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
