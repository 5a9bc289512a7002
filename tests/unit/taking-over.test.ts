import { describe, expect, it } from '@jest/globals';
import { triage } from '../../src/domain/assigning.js';
import { advance } from '../../src/domain/advance.js';
import { NEW_PROCESS, Turn, wakeAt, type Process } from '../../src/domain/process.js';
import { takeOver } from '../../src/domain/taking-over.js';
import { local } from '../support/sample-calendars.js';
import { calendar } from '../support/sample-clocks.js';
import { agencyOf, ladder, routedTo } from '../support/sample-process.js';

const CREATED = local('2026-10-05T10:00');

/** An imported complaint right after its triage at `now`. */
function taken(now: string, before: Partial<Process> = {}): Turn {
  const turn = new Turn(
    { ...NEW_PROCESS, ...before },
    {
      complaintId: 'c',
      now: local(now),
      actor: 'system',
      calendarOf: () => calendar,
      ladder,
      agencies: new Map([['agency-a', agencyOf('agency-a')]]),
    },
  );
  triage(
    turn,
    {
      ...routedTo('agency-a'),
      kind: 'complaint',
      confidence: 1,
      source: 'operator',
      suggestions: [],
      municipality: null,
      spam: false,
      repeatOf: null,
      repeats: 0,
    },
    CREATED,
  );
  takeOver(turn);
  return turn;
}

describe('an imported open complaint', () => {
  it('tells dues that passed before as missed at their own instants, climbs nothing and tells nobody', () => {
    const turn = taken('2027-03-01T12:00');

    const breached = turn.events.filter(({ type }) => type === 'breached');
    expect(breached.length).toBeGreaterThanOrEqual(2);
    expect(breached.every(({ at }) => at < local('2027-03-01T12:00'))).toBe(true);
    expect(turn.process).toMatchObject({ level: 0, climbedAt: null, status: 'assigned' });
    expect(turn.effects).toEqual([]);
    expect(wakeAt(turn.process, calendar, ladder)).toBeNull();
  });

  it('warns and escalates by what is still to come as usual', () => {
    const turn = taken('2026-10-05T10:30');
    const later = new Turn(turn.process, { ...turn.around, now: local('2026-10-06T18:00') });

    advance(later);

    expect(later.process.level).toBeGreaterThan(0);
    expect(later.effects.some((effect) => effect.do === 'notify')).toBe(true);
  });

  it('that was answered before counts its first reply as given then', () => {
    const repliedAt = local('2026-10-05T11:00');
    const turn = taken('2027-03-01T12:00', { firstRepliedAt: repliedAt });

    expect(turn.process.status).toBe('in_progress');
    expect(turn.process.clocks.first_reply).toMatchObject({ metAt: repliedAt, breachedAt: null });
    expect(turn.process.clocks.resolution?.startedAt).toBe(repliedAt);
  });
});
