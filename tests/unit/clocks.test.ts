import { describe, expect, it } from '@jest/globals';
import {
  advance,
  extendClock,
  isOverdue,
  listClocks,
  meetClock,
  nearestDue,
  nextInstant,
  pauseClocks,
  restartWithRemaining,
  resumeClocks,
  startClock,
  startClocks,
  startPromise,
  stopClocks,
} from '../../src/domain/clocks.js';
import { openCalendar } from '../../src/domain/working-time.js';
import { HOUR_MS, local, plainWeek, shown } from '../support/sample-calendars.js';
import {
  calendar,
  dueOf,
  elapsed,
  ordinary,
  policyOf,
  replyIn,
  warningsOf,
  working,
} from '../support/sample-clocks.js';

describe('starting clocks', () => {
  it('starts one clock for each allowance of the policy, by the policy version', () => {
    const clocks = startClocks(ordinary, calendar, local('2026-07-03T17:00'));
    expect(listClocks(clocks).map(({ kind, dueAt }) => [kind, shown(dueAt)])).toEqual([
      ['acceptance', '2026-07-06 10:00'],
      ['first_reply', '2026-07-06 17:00'],
      ['resolution', '2026-07-14 17:00'],
    ]);
    expect(clocks.acceptance?.policy).toEqual({ code: 'sample', version: 3 });
    expect(startClocks(policyOf({}), calendar, 0)).toEqual({});
  });

  it('gives warnings as fractions of working time, never at midnight', () => {
    const from8to18 = openCalendar(plainWeek('Europe/Moscow', '08:00', '18:00'));
    const clocks = replyIn(working(4), '2026-07-06T17:00', from8to18);
    expect(dueOf(clocks)).toBe('2026-07-07 11:00');
    expect(warningsOf(clocks)).toEqual(['50 % 2026-07-07 09:00', '80 % 2026-07-07 10:12']);
  });

  it('counts a calendar allowance as elapsed time', () => {
    const clocks = replyIn(elapsed(24), '2026-07-03T20:00');
    expect(dueOf(clocks)).toBe('2026-07-04 20:00');
    expect(warningsOf(clocks)).toEqual(['50 % 2026-07-04 08:00', '80 % 2026-07-04 15:12']);
  });

  it('starts a clock anew with the whole allowance, as the next generation', () => {
    const first = startClocks(ordinary, calendar, local('2026-07-06T09:00'));
    const late = advance(first, local('2026-07-06T12:00')).clocks;
    const anew = startClock(late, 'acceptance', ordinary, calendar, local('2026-07-06T12:00'));
    expect(anew.acceptance).toMatchObject({ generation: 2, breachedAt: null, metAt: null });
    expect(shown(anew.acceptance?.dueAt)).toBe('2026-07-06 14:00');
    expect(anew.acceptance?.warnings.every(({ given }) => !given)).toBe(true);
    expect(anew.resolution).toBe(late.resolution);
  });

  it('stops an open clock whose allowance the new policy does not have', () => {
    const at = local('2026-07-06T10:00');
    const clocks = startClocks(ordinary, calendar, local('2026-07-06T09:00'));
    const without = policyOf({ resolution: working(63) });
    expect(startClock(clocks, 'acceptance', without, calendar, at).acceptance?.stoppedAt).toBe(at);
    expect(startClock({}, 'acceptance', without, calendar, at)).toEqual({});
  });

  it('keeps a promise as the instant that was named, warning about it in working hours', () => {
    const at = local('2026-07-03T16:00');
    const clocks = startPromise({}, local('2026-07-10T16:00'), ordinary, calendar, at);
    expect(clocks.promise).toMatchObject({ time: 'calendar', generation: 1, provisional: false });
    expect(shown(clocks.promise?.dueAt)).toBe('2026-07-10 16:00');
    expect(clocks.promise?.warnings.map((w) => shown(w.at))).toEqual([
      '2026-07-07 09:00',
      '2026-07-09 09:00',
    ]);
    const again = startPromise(clocks, local('2026-07-12T23:59'), ordinary, calendar, at);
    expect(again.promise?.generation).toBe(2);
    expect(shown(again.promise?.dueAt)).toBe('2026-07-12 23:59');
  });
});

describe('pausing and resuming', () => {
  it('moves the due by the working time paused, not by the weekend', () => {
    const clocks = replyIn(working(8), '2026-07-03T10:00');
    expect(dueOf(clocks)).toBe('2026-07-03 18:00');
    const paused = pauseClocks(clocks, calendar, local('2026-07-03T16:00'));
    expect(paused.first_reply).toMatchObject({ dueAt: null, remainingMs: 2 * HOUR_MS });
    expect(nextInstant(paused)).toBeNull();
    expect(nearestDue(paused)).toBeNull();
    const resumed = resumeClocks(paused, calendar, local('2026-07-06T10:00'));
    expect(dueOf(resumed)).toBe('2026-07-06 12:00');
    expect(resumed.first_reply).toMatchObject({ pausedAt: null, remainingMs: null });
    expect(warningsOf(resumed)[1]).toBe('80 % 2026-07-06 10:24');
  });

  it('keeps what was left through a pause of many days', () => {
    const paused = pauseClocks(
      replyIn(working(9), '2026-04-30T16:00'),
      calendar,
      local('2026-05-04T09:00'),
    );
    expect(paused.first_reply?.remainingMs).toBe(8 * HOUR_MS);
    const resumed = resumeClocks(paused, calendar, local('2026-05-08T09:00'));
    expect(dueOf(resumed)).toBe('2026-05-08 17:00');
  });

  it('moves a calendar due by the time elapsed', () => {
    const paused = pauseClocks(
      replyIn(elapsed(24), '2026-07-03T12:00'),
      calendar,
      local('2026-07-03T18:00'),
    );
    expect(paused.first_reply?.remainingMs).toBe(18 * HOUR_MS);
    const resumed = resumeClocks(paused, calendar, local('2026-07-05T00:00'));
    expect(dueOf(resumed)).toBe('2026-07-05 18:00');
    expect(warningsOf(resumed)).toEqual(['50 % 2026-07-05 06:00', '80 % 2026-07-05 13:12']);
  });

  it('does not pause what was missed, even when nobody had noticed yet', () => {
    const clocks = replyIn(working(2), '2026-07-03T10:00');
    const paused = pauseClocks(clocks, calendar, local('2026-07-03T12:00'));
    expect(paused).toBe(clocks);
    const { clocks: breached, events } = advance(paused, local('2026-07-03T12:00'));
    expect(events.map(({ type }) => type)).toEqual(['breach']);
    expect(pauseClocks(breached, calendar, local('2026-07-03T13:00'))).toBe(breached);
    expect(resumeClocks(breached, calendar, local('2026-07-06T13:00'))).toBe(breached);
  });

  it('changes nothing when paused twice or resumed twice', () => {
    const paused = pauseClocks(
      replyIn(working(9), '2026-07-03T10:00'),
      calendar,
      local('2026-07-03T11:00'),
    );
    expect(pauseClocks(paused, calendar, local('2026-07-03T15:00'))).toBe(paused);
    const resumed = resumeClocks(paused, calendar, local('2026-07-03T16:00'));
    expect(resumeClocks(resumed, calendar, local('2026-07-03T17:00'))).toBe(resumed);
  });

  it('warns once of a percent that had been warned of before the pause', () => {
    const before = advance(replyIn(working(8), '2026-07-03T10:00'), local('2026-07-03T15:00'));
    expect(before.events).toHaveLength(1);
    const paused = pauseClocks(before.clocks, calendar, local('2026-07-03T15:00'));
    const resumed = resumeClocks(paused, calendar, local('2026-07-06T09:00'));
    const { events } = advance(resumed, local('2026-07-06T11:59'));
    expect(events).toMatchObject([{ type: 'warning', percent: 80 }]);
  });
});

describe('meeting and stopping', () => {
  it('meets a clock once, and in time at the due instant itself', () => {
    const clocks = replyIn(working(2), '2026-07-03T10:00');
    const met = meetClock(clocks, 'first_reply', local('2026-07-03T12:00'));
    expect(met.first_reply).toMatchObject({ breachedAt: null, metAt: local('2026-07-03T12:00') });
    expect(meetClock(met, 'first_reply', 0)).toBe(met);
    expect(meetClock(met, 'promise', 0)).toBe(met);
    expect(advance(met, local('2026-08-03T12:00'))).toEqual({ clocks: met, events: [] });
  });

  it('keeps the policy, the due and the breach of a clock that was met late', () => {
    const clocks = replyIn(working(2), '2026-07-03T10:00');
    const dueAt = local('2026-07-03T12:00');
    const late = local('2026-07-03T15:00');
    const seen = meetClock(advance(clocks, late).clocks, 'first_reply', late);
    const unseen = meetClock(clocks, 'first_reply', late);
    for (const { first_reply: clock } of [seen, unseen]) {
      expect(clock).toMatchObject({ dueAt, breachedAt: dueAt, metAt: late });
      expect(clock?.policy).toEqual({ code: 'sample', version: 3 });
    }
  });

  it('fires nothing after closing, and shows no due', () => {
    const clocks = startClocks(ordinary, calendar, local('2026-07-03T10:00'));
    const stopped = stopClocks(clocks, local('2026-07-03T11:00'));
    expect(nextInstant(stopped)).toBeNull();
    expect(nearestDue(stopped)).toBeNull();
    expect(advance(stopped, local('2027-07-03T11:00')).events).toEqual([]);
    expect(stopClocks(stopped, local('2026-07-04T11:00'))).toBe(stopped);
  });

  it('takes up what was left when a merge is undone', () => {
    const clocks = replyIn(working(8), '2026-07-03T10:00');
    const merged = stopClocks(clocks, local('2026-07-03T16:00'));
    const unmerged = restartWithRemaining(merged, calendar, local('2026-07-06T10:00'));
    expect(dueOf(unmerged)).toBe('2026-07-06 12:00');
    expect(unmerged.first_reply).toMatchObject({ stoppedAt: null, pausedAt: null, generation: 1 });
  });

  it('takes up what was left at the pause when it was closed while paused', () => {
    const clocks = replyIn(working(8), '2026-07-03T10:00');
    const paused = pauseClocks(clocks, calendar, local('2026-07-03T16:00'));
    const closed = stopClocks(paused, local('2026-07-06T16:00'));
    expect(resumeClocks(closed, calendar, local('2026-07-07T09:00'))).toBe(closed);
    const reopened = restartWithRemaining(closed, calendar, local('2026-07-07T09:00'));
    expect(dueOf(reopened)).toBe('2026-07-07 11:00');
  });

  it('does not miss a due twice after reopening, and leaves met clocks met', () => {
    const clocks = startClocks(ordinary, calendar, local('2026-07-03T09:00'));
    const late = advance(clocks, local('2026-07-03T12:00')).clocks;
    const met = meetClock(late, 'first_reply', local('2026-07-03T12:00'));
    const closed = stopClocks(met, local('2026-07-03T12:00'));
    const reopened = restartWithRemaining(closed, calendar, local('2026-07-06T12:00'));
    expect(reopened.acceptance).toMatchObject({ dueAt: local('2026-07-03T11:00') });
    expect(isOverdue(reopened.acceptance!)).toBe(true);
    expect(reopened.first_reply).toBe(met.first_reply);
    expect(advance(reopened, local('2026-07-06T12:00')).events).toEqual([]);
  });
});

describe('extending', () => {
  it('moves the due, and warns of the percents of the greater allowance', () => {
    const before = advance(replyIn(working(9), '2026-07-03T09:00'), local('2026-07-03T17:00'));
    const until = local('2026-07-07T18:00');
    const at = local('2026-07-03T17:00');
    const extended = extendClock(before.clocks, 'first_reply', until, calendar, at);
    expect(extended.first_reply).toMatchObject({ dueAt: until, allowanceMs: 27 * HOUR_MS });
    expect(warningsOf(extended)).toEqual(['50 % 2026-07-06 13:30', '80 % 2026-07-07 12:36']);
    expect(nextInstant(extended)).toBe(local('2026-07-06T13:30'));
  });

  it('does not warn again of a percent that has run of the greater allowance, too', () => {
    const before = advance(replyIn(working(9), '2026-07-03T09:00'), local('2026-07-03T17:00'));
    const until = local('2026-07-06T12:00');
    const at = local('2026-07-03T17:00');
    const extended = extendClock(before.clocks, 'first_reply', until, calendar, at);
    expect(extended.first_reply?.warnings.map(({ given }) => given)).toEqual([true, false]);
  });

  it('gives a due to keep again after a breach, which can be missed in turn', () => {
    const first = advance(replyIn(working(2), '2026-07-03T10:00'), local('2026-07-03T13:00'));
    const at = local('2026-07-03T13:00');
    const until = local('2026-07-06T12:00');
    const extended = extendClock(first.clocks, 'first_reply', until, calendar, at);
    expect(extended.first_reply?.breachedAt).toBe(local('2026-07-03T12:00'));
    expect(isOverdue(extended.first_reply!)).toBe(false);
    const { events } = advance(extended, local('2026-07-07T09:00'));
    expect(events).toMatchObject([{ type: 'breach', dueAt: until }]);
  });

  it('moves the due that is held while paused', () => {
    const paused = pauseClocks(
      replyIn(working(8), '2026-07-03T10:00'),
      calendar,
      local('2026-07-03T16:00'),
    );
    const at = local('2026-07-03T17:00');
    const until = local('2026-07-06T12:00');
    const extended = extendClock(paused, 'first_reply', until, calendar, at);
    expect(extended.first_reply).toMatchObject({ dueAt: null, remainingMs: 5 * HOUR_MS });
    expect(dueOf(resumeClocks(extended, calendar, local('2026-07-06T09:00')))).toBe(
      '2026-07-06 14:00',
    );
  });

  it('is not taken back by a pause, even when it ends on a Sunday', () => {
    const sunday = local('2026-07-05T23:59');
    const extended = extendClock(
      replyIn(working(8), '2026-07-02T10:00'),
      'first_reply',
      sunday,
      calendar,
      local('2026-07-02T12:00'),
    );
    const paused = pauseClocks(extended, calendar, local('2026-07-02T20:00'));
    expect(dueOf(resumeClocks(paused, calendar, local('2026-07-02T21:00')))).toBe(
      '2026-07-05 23:59',
    );
    expect(dueOf(resumeClocks(paused, calendar, local('2026-07-03T10:00')))).toBe(
      '2026-07-06 10:00',
    );
  });

  it('never brings a due nearer', () => {
    const clocks = replyIn(working(8), '2026-07-02T10:00');
    const at = local('2026-07-02T12:00');
    expect(extendClock(clocks, 'first_reply', local('2026-07-02T17:00'), calendar, at)).toBe(
      clocks,
    );
    expect(extendClock(clocks, 'promise', local('2026-07-09T17:00'), calendar, at)).toBe(clocks);
  });
});

describe('advancing', () => {
  it('tells what is due in order of instants, each stamped with its own', () => {
    const clocks = startClocks(ordinary, calendar, local('2026-07-03T09:00'));
    const { events } = advance(clocks, local('2026-07-03T17:00'));
    expect(events.map((e) => [e.type, e.kind, shown(e.at)])).toEqual([
      ['breach', 'acceptance', '2026-07-03 11:00'],
      ['warning', 'first_reply', '2026-07-03 13:30'],
      ['warning', 'first_reply', '2026-07-03 16:12'],
    ]);
  });

  it('tells a breach found late once, at its due, without the warnings before it', () => {
    const clocks = replyIn(working(2), '2026-07-03T10:00');
    const late = advance(clocks, local('2026-07-20T10:00'));
    const dueAt = local('2026-07-03T12:00');
    expect(late.events).toEqual([{ type: 'breach', kind: 'first_reply', at: dueAt, dueAt }]);
    expect(late.clocks.first_reply?.warnings.every(({ given }) => given)).toBe(true);
    expect(advance(late.clocks, local('2026-07-21T10:00'))).toEqual({
      clocks: late.clocks,
      events: [],
    });
    expect(nextInstant(late.clocks)).toBeNull();
    expect(nearestDue(late.clocks)).toEqual({ kind: 'first_reply', at: dueAt });
  });

  it('names the nearest due of all clocks', () => {
    const clocks = startClocks(ordinary, calendar, local('2026-07-03T09:00'));
    expect(nearestDue(clocks)).toEqual({ kind: 'acceptance', at: local('2026-07-03T11:00') });
    expect(nextInstant(clocks)).toBe(local('2026-07-03T10:00'));
    const accepted = meetClock(clocks, 'acceptance', local('2026-07-03T09:30'));
    expect(nearestDue(accepted)?.kind).toBe('first_reply');
    expect(nextInstant({})).toBeNull();
  });
});
