import { describe, expect, it } from '@jest/globals';
import { local, shown } from '../support/sample-calendars.js';
import { ordinary, policyOf, working } from '../support/sample-clocks.js';
import { inPlace, NOW, order, reason } from '../support/sample-commands.js';
import { agencyOf, routedTo, SampleLife, textRef } from '../support/sample-process.js';

describe('classify', () => {
  it('in triage waits on for an operator when the rules give no agency', () => {
    const life = inPlace('triage');

    life.command(
      NOW,
      { type: 'classify', body: { topic: 't', kind: 'question' } },
      { routed: routedTo(null) },
    );

    expect(life.process).toMatchObject({
      status: 'triage',
      kind: 'question',
      topicSource: 'operator',
      topicConfidence: 1,
      suggestions: [],
    });
  });

  it('under another policy judges what runs from the same start', () => {
    const life = inPlace('assigned');

    life.command(
      NOW,
      { type: 'classify', body: { topic: 't' } },
      {
        routed: routedTo(
          'agency-b',
          policyOf({ ...ordinary, code: 'raised', firstReply: working(4) }),
        ),
      },
    );

    expect(shown(life.process.clocks.first_reply?.dueAt)).toBe('2026-10-05 13:00');
  });

  it('under a policy whose due has passed climbs one level now, and tells the due that was missed', () => {
    const life = inPlace('triage');
    const strict = policyOf({ code: 'danger', firstReply: working(0.25) });

    const turn = life.command(
      '2026-10-05T16:00',
      { type: 'classify', body: { topic: 't' } },
      { routed: routedTo('agency-b', strict) },
    );
    life.tick('2026-10-05T16:00');

    const breach = turn.events.find(
      ({ type, data }) => type === 'breached' && data.clock === 'first_reply',
    );
    expect(breach).toMatchObject({
      at: local('2026-10-05T09:15'),
      data: { clock: 'first_reply', recordedAt: local('2026-10-05T16:00') },
    });
    // Acceptance was missed in triage already; this is the next level.
    expect(
      life.events
        .filter(({ type }) => type === 'escalated')
        .map(({ at, data }) => `${data.level} ${shown(at)}`),
    ).toEqual(['1 2026-10-05 11:00', '3 2026-10-05 15:00', '4 2026-10-05 16:00']);
  });

  it('while the citizen is asked does not count the silence against the new policy', () => {
    const life = inPlace('assigned');
    order(life, 'ask', '2026-10-05T11:00');
    const raised = policyOf({ code: 'raised', firstReply: working(4) });

    const turn = life.command(
      '2026-10-07T11:00',
      { type: 'classify', body: { topic: 't' } },
      { routed: routedTo('agency-b', raised) },
    );

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

    life.command('2026-10-05T12:00', {
      type: 'assign',
      body: { agency: 'agency-c', executor: 'user-7' },
    });

    expect(life.process).toMatchObject({
      status: 'assigned',
      agencyId: 'agency-c',
      executorId: 'user-7',
    });
    expect(shown(life.process.clocks.acceptance?.dueAt)).toBe('2026-10-05 14:00');
  });

  it('counts what begins at an agency in that agency’s hours, and keeps what was promised before', () => {
    const life = SampleLife.received('2026-10-05T17:30');
    const promised = life.process.clocks.resolution?.dueAt;

    life.command('2026-10-05T21:00', { type: 'assign', body: { agency: 'agency-n' } });
    expect(shown(life.process.clocks.acceptance?.dueAt)).toBe('2026-10-05 23:00');
    expect(life.process.clocks.resolution?.dueAt).toBe(promised);

    life.command('2026-10-05T22:00', { type: 'assign', body: { agency: 'agency-b' } });
    expect(shown(life.process.clocks.acceptance?.dueAt)).toBe('2026-10-06 11:00');
  });

  it('cannot be handed its own complaint, nor an agency that is not known', () => {
    const life = inPlace('assigned');

    expect(() =>
      life.command(
        NOW,
        { type: 'handover', body: { agency: 'agency-b', reason } },
        { agency: agencyOf('agency-b') },
      ),
    ).toThrow('with that agency already');
    expect(() =>
      life.command(NOW, { type: 'handover', body: { agency: 'agency-x', reason } }),
    ).toThrow('names no agency');
  });

  it('asks another agency to work along once', () => {
    const life = inPlace('assigned');
    life.command(NOW, { type: 'coExecution', body: { agency: 'agency-c', text: textRef('t') } });

    expect(() =>
      life.command(NOW, { type: 'coExecution', body: { agency: 'agency-c', text: textRef('t') } }),
    ).toThrow('works on the complaint already');
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
