import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  advance,
  nextInstant,
  pauseClocks,
  recomputeProvisional,
  resumeClocks,
  startClocks,
} from '../../src/domain/clocks.js';
import { openCalendar } from '../../src/domain/working-time.js';
import { HOUR_MS, MOSCOW, local } from '../support/sample-calendars.js';
import { calendar, dueOf, ordinary, policyOf, replyIn, working } from '../support/sample-clocks.js';

describe('a year that becomes official', () => {
  const daysOff = ['01', '04', '05', '06', '07', '08', '11'].map((day) => `2027-01-${day}`);
  const year = { daysOff, shortDays: [], workingWeekends: [] };
  const loaded = openCalendar({ ...MOSCOW, version: 2, years: { ...MOSCOW.years, '2027': year } });

  it('moves the dues that rested on it, and those only', () => {
    const clocks = startClocks(ordinary, calendar, local('2026-12-30T15:00'));
    expect(clocks.first_reply).toMatchObject({ provisional: true });
    expect(clocks.acceptance).toMatchObject({ provisional: false });
    expect(dueOf(clocks)).toBe('2027-01-11 15:00');
    const { clocks: moved, changed } = recomputeProvisional(clocks, loaded);
    expect(changed).toEqual(['first_reply', 'resolution']);
    expect(dueOf(moved)).toBe('2027-01-12 15:00');
    expect(moved.first_reply?.provisional).toBe(false);
    expect(moved.acceptance).toBe(clocks.acceptance);
    expect(recomputeProvisional(moved, loaded)).toEqual({ clocks: moved, changed: [] });
  });

  it('counts what was left after a pause, before or after the year was loaded', () => {
    const paused = pauseClocks(
      replyIn(working(9), '2026-12-30T15:00'),
      calendar,
      local('2026-12-30T17:00'),
    );
    const at = local('2027-01-08T12:00');
    const resumedThenLoaded = recomputeProvisional(resumeClocks(paused, calendar, at), loaded);
    const loadedThenResumed = resumeClocks(recomputeProvisional(paused, loaded).clocks, loaded, at);
    expect(dueOf(resumedThenLoaded.clocks)).toBe('2027-01-12 16:00');
    expect(loadedThenResumed).toEqual(resumedThenLoaded.clocks);
    expect(resumeClocks(paused, loaded, at)).toEqual(loadedThenResumed);
  });

  it('lets a missed due stand as it was missed', () => {
    const clocks = replyIn(working(9), '2026-12-30T15:00');
    const missed = advance(clocks, local('2027-01-11T15:00')).clocks;
    expect(recomputeProvisional(missed, loaded)).toEqual({ clocks: missed, changed: [] });
  });
});

describe('what holds for any clock', () => {
  const start = fc.integer({ min: local('2025-01-01T00:00'), max: local('2027-06-01T00:00') });
  const allowance = fc.record({
    allowanceMs: fc.integer({ min: 1, max: 200 * HOUR_MS }),
    time: fc.constantFrom('working' as const, 'calendar' as const),
  });
  const wait = fc.nat(300 * HOUR_MS);

  it('has as much left after a pause as before it, and a due not nearer', () => {
    fc.assert(
      fc.property(start, allowance, wait, wait, (at, firstReply, before, pausedMs) => {
        const clocks = startClocks(policyOf({ firstReply }), calendar, at);
        const pausedAt = at + before;
        const paused = pauseClocks(clocks, calendar, pausedAt);
        const left = paused.first_reply?.remainingMs;
        if (left == null) return;
        const resumed = resumeClocks(paused, calendar, pausedAt + pausedMs);
        const again = pauseClocks(resumed, calendar, pausedAt + pausedMs);
        expect(again.first_reply?.remainingMs).toBe(left);
        expect(resumed.first_reply!.dueAt!).toBeGreaterThanOrEqual(clocks.first_reply!.dueAt!);
      }),
    );
  });

  it('tells every event once, however often it is looked at', () => {
    fc.assert(
      fc.property(start, allowance, fc.array(wait, { maxLength: 6 }), (at, firstReply, waits) => {
        let clocks = startClocks(policyOf({ firstReply }), calendar, at);
        let now = at;
        const told: string[] = [];
        for (const ms of waits) {
          now += ms;
          const step = advance(clocks, now);
          told.push(...step.events.map((e) => JSON.stringify([e.type, e.at, e])));
          expect(step.events.every((event) => event.at <= now)).toBe(true);
          expect(advance(step.clocks, now)).toEqual({ clocks: step.clocks, events: [] });
          const next = nextInstant(step.clocks);
          if (next !== null) expect(next).toBeGreaterThan(now);
          clocks = step.clocks;
        }
        expect(new Set(told).size).toBe(told.length);
      }),
    );
  });

  it('warns between the start and the due, in working time for a working allowance', () => {
    fc.assert(
      fc.property(start, allowance, (at, firstReply) => {
        const { first_reply: clock } = startClocks(policyOf({ firstReply }), calendar, at);
        for (const warning of clock!.warnings) {
          expect(warning.at).toBeGreaterThanOrEqual(at);
          expect(warning.at).toBeLessThanOrEqual(clock!.dueAt!);
          if (firstReply.time === 'working' && warning.at > at) {
            expect(calendar.isWorking(warning.at - 1)).toBe(true);
          }
        }
      }),
    );
  });

  it('survives JSON', () => {
    const clocks = startClocks(ordinary, calendar, local('2026-07-03T09:00'));
    const paused = pauseClocks(clocks, calendar, local('2026-07-03T10:00'));
    expect(JSON.parse(JSON.stringify(paused))).toEqual(paused);
  });
});
