import { execFileSync } from 'node:child_process';
import {
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { transformSync } from '@swc/core';
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { dueFrom, openCalendar } from '../../src/domain/working-time.js';
import { HOUR_MS, MOSCOW, local, plainWeek, shown } from '../support/sample-calendars.js';

const moscow = openCalendar(MOSCOW);
const BERLIN = 'Europe/Berlin';
const VOLGOGRAD = 'Europe/Volgograd';

function due(from: string, hours: number): string {
  return shown(moscow.addWorking(local(from), hours * HOUR_MS).at);
}

describe('working time on the production calendar', () => {
  it('carries a Friday 18:00 over the weekend', () => {
    expect(due('2026-07-03T18:00', 9)).toBe('2026-07-06 18:00');
  });

  it('counts the short eve of 9 May, and names what it skipped and why', () => {
    const from = local('2026-05-07T18:00');
    const { at } = moscow.addWorking(from, 9 * HOUR_MS);
    expect(shown(at)).toBe('2026-05-12 10:00');
    expect(moscow.skipped(from, at)).toEqual([
      { date: '2026-05-08', reason: 'short_day' },
      { date: '2026-05-09', reason: 'holiday' },
      { date: '2026-05-10', reason: 'weekend' },
      { date: '2026-05-11', reason: 'official_day_off' },
    ]);
  });

  it('works on a Saturday that was made a working day', () => {
    const from = local('2025-10-31T18:00');
    const { at } = moscow.addWorking(from, 9 * HOUR_MS);
    expect(shown(at)).toBe('2025-11-05 10:00');
    expect(moscow.skipped(from, at)).toEqual([
      { date: '2025-11-01', reason: 'working_weekend' },
      { date: '2025-11-01', reason: 'short_day' },
      { date: '2025-11-02', reason: 'weekend' },
      { date: '2025-11-03', reason: 'official_day_off' },
      { date: '2025-11-04', reason: 'holiday' },
    ]);
  });

  it('does not take casual days for holidays', () => {
    expect(due('2026-11-11T09:00', 9)).toBe('2026-11-11 18:00');
    expect(moscow.skipped(local('2026-11-11T09:00'), local('2026-11-11T18:00'))).toEqual([]);
  });

  it('goes over the New Year by the statutory rule, provisionally, while 2027 is not official', () => {
    const from = local('2026-12-30T17:00');
    expect(moscow.addWorking(from, HOUR_MS)).toEqual({
      at: local('2026-12-30T18:00'),
      provisional: false,
    });
    expect(moscow.addWorking(from, 2 * HOUR_MS)).toEqual({
      at: local('2027-01-11T10:00'),
      provisional: true,
    });
  });

  it('takes a year as official once it is loaded under a new version', () => {
    const year = { daysOff: ['2027-01-11'], shortDays: [], workingWeekends: ['2027-01-09'] };
    const loaded = openCalendar({
      ...MOSCOW,
      version: 2,
      years: { ...MOSCOW.years, '2027': year },
    });
    expect(loaded.addWorking(local('2027-01-08T18:00'), 10 * HOUR_MS)).toEqual({
      at: local('2027-01-12T10:00'),
      provisional: false,
    });
  });

  it.each(['2025', '2026'])('has the published 1972 hours of a 40-hour week in %s', (year) => {
    const lunch = { from: '13:00', to: '14:00' };
    const eightHours = openCalendar({ ...MOSCOW, code: 'forty-hours', lunch });
    const [start, end] = [local(`${year}-01-01T00:00`), local(`${Number(year) + 1}-01-01T00:00`)];
    expect(eightHours.workingBetween(start, end)).toBe(1972 * HOUR_MS);
  });

  it('counts evening hours as nothing: the next working day begins at 08:30', () => {
    const calendar = openCalendar(plainWeek('Europe/Moscow', '08:30', '17:30'));
    const [asked, answered] = [local('2025-12-10T20:41'), local('2025-12-11T10:47')];
    expect(calendar.workingBetween(asked, answered)).toBe((2 * 60 + 17) * 60_000);
  });
});

describe('the edges of working hours', () => {
  it('makes an allowance that runs out at the end of a day due at that end', () => {
    expect(due('2026-07-03T09:00', 9)).toBe('2026-07-03 18:00');
    expect(due('2026-07-02T12:00', 15)).toBe('2026-07-03 18:00');
  });

  it('counts a start outside the hours from the next opening', () => {
    expect(due('2026-07-03T23:00', 1)).toBe('2026-07-06 10:00');
    expect(due('2026-07-03T05:00', 1)).toBe('2026-07-03 10:00');
    expect(due('2026-07-03T18:00', 1)).toBe('2026-07-06 10:00');
  });

  it('adds nothing when nothing is added, in or out of hours', () => {
    expect(due('2026-07-04T12:00', 0)).toBe('2026-07-04 12:00');
    expect(due('2026-07-03T18:00', 0)).toBe('2026-07-03 18:00');
  });

  it('has begun at 09:00 and has ended at 18:00', () => {
    expect(moscow.isWorking(local('2026-07-03T09:00'))).toBe(true);
    expect(moscow.isWorking(local('2026-07-03T09:00') - 1)).toBe(false);
    expect(moscow.isWorking(local('2026-07-03T18:00') - 1)).toBe(true);
    expect(moscow.isWorking(local('2026-07-03T18:00'))).toBe(false);
    expect(shown(moscow.nextWorking(local('2026-07-03T18:00')))).toBe('2026-07-06 09:00');
    expect(shown(moscow.nextWorking(local('2026-07-03T12:34')))).toBe('2026-07-03 12:34');
  });

  it('leaves the lunch break out, on short days too', () => {
    const spec = { ...MOSCOW, code: 'with-lunch', lunch: { from: '13:00', to: '14:00' } };
    const calendar = openCalendar(spec);
    const at = calendar.addWorking(local('2026-07-03T12:30'), HOUR_MS).at;
    expect(shown(at)).toBe('2026-07-03 14:30');
    expect(calendar.isWorking(local('2026-07-03T13:30'))).toBe(false);
    expect(shown(calendar.addWorking(local('2026-07-03T09:00'), 4 * HOUR_MS).at)).toBe(
      '2026-07-03 13:00',
    );
    expect(calendar.workingBetween(local('2026-05-08T00:00'), local('2026-05-09T00:00'))).toBe(
      7 * HOUR_MS,
    );
  });

  it('never closes round the clock', () => {
    const calendar = openCalendar({ ...MOSCOW, code: 'always', hours: 'roundTheClock' });
    const from = local('2026-12-31T23:50');
    expect(calendar.addWorking(from, HOUR_MS)).toEqual({ at: from + HOUR_MS, provisional: false });
    expect(calendar.workingBetween(from, from + 5)).toBe(5);
    expect(calendar.isWorking(from)).toBe(true);
    expect(calendar.nextWorking(from)).toBe(from);
    expect(calendar.skipped(from, from + 999 * HOUR_MS)).toEqual([]);
  });

  it('refuses what is not a duration, a zone or hours', () => {
    expect(() => moscow.addWorking(0, -1)).toThrow(RangeError);
    expect(() => moscow.addWorking(0, Number.NaN)).toThrow(RangeError);
    expect(() => moscow.addWorking(0, 1e18)).toThrow(RangeError);
    expect(() => moscow.addWorking(Number.NaN, 1)).toThrow(RangeError);
    expect(() => moscow.nextWorking(Infinity)).toThrow(RangeError);
    expect(() => openCalendar(plainWeek('Europe/Atlantis'))).toThrow(/Atlantis/);
    expect(() => openCalendar(plainWeek('Europe/Moscow', '18:00', '09:00'))).toThrow(/18:00/);
    expect(() => openCalendar(plainWeek('Europe/Moscow', '9', '18:00'))).toThrow(/not hours/);
  });
});

describe('zones', () => {
  it.each([
    ['spring', '2026-03-27T17:00', '2026-03-30 10:00', '2026-03-30T08:00:00.000Z'],
    ['autumn', '2026-10-23T17:00', '2026-10-26 10:00', '2026-10-26T09:00:00.000Z'],
  ])('keeps working hours local when the clocks change in %s', (_season, from, at, utc) => {
    const { at: dueAt } = openCalendar(plainWeek(BERLIN)).addWorking(
      local(from, BERLIN),
      2 * HOUR_MS,
    );
    expect(shown(dueAt, BERLIN)).toBe(at);
    expect(new Date(dueAt).toISOString()).toBe(utc);
  });

  it('keeps working hours local when the rule of a zone changes', () => {
    const calendar = openCalendar(plainWeek(VOLGOGRAD));
    const from = local('2020-12-25T17:00', VOLGOGRAD);
    const { at } = calendar.addWorking(from, 2 * HOUR_MS);
    expect(new Date(from).toISOString()).toBe('2020-12-25T13:00:00.000Z');
    expect(new Date(at).toISOString()).toBe('2020-12-28T07:00:00.000Z');
    expect(calendar.workingBetween(from, at)).toBe(2 * HOUR_MS);
  });

  it('counts calendar time as exact elapsed time over a change of clocks', () => {
    const from = local('2026-03-28T12:00', BERLIN);
    const allowance = { allowanceMs: 24 * HOUR_MS, time: 'calendar' as const };
    const { at, provisional } = dueFrom(openCalendar(plainWeek(BERLIN)), from, allowance);
    expect(at - from).toBe(24 * HOUR_MS);
    expect(shown(at, BERLIN)).toBe('2026-03-29 13:00');
    expect(provisional).toBe(false);
  });

  it.each([
    ['comes twice', '2026-10-25', 25],
    ['is left out', '2026-03-29', 23],
  ])('counts a worked night in which an hour %s as it was lived', (_what, date, hours) => {
    const year = { daysOff: [], shortDays: [], workingWeekends: [date] };
    const calendar = openCalendar({
      ...plainWeek(BERLIN, '00:00', '24:00'),
      code: `night-${date}`,
      years: { '2026': year },
    });
    const midnight = local(`${date}T00:00`, BERLIN);
    const next = calendar.addWorking(midnight, hours * HOUR_MS).at;
    expect(shown(next, BERLIN).slice(11)).toBe('00:00');
    expect(calendar.workingBetween(midnight, next)).toBe(hours * HOUR_MS);
  });

  it('gives the same instants whatever zone the process runs in', () => {
    const answers = ['UTC', 'America/New_York', 'Asia/Vladivostok', BERLIN].map(answersUnderZone);
    expect(new Set(answers).size).toBe(1);
    expect(JSON.parse(answers[0]!)).toEqual({
      due: local('2026-06-15T11:00'),
      between: 8 * HOUR_MS,
      eleventh: true,
      twelfth: false,
      skipped: [
        { date: '2026-06-11', reason: 'short_day' },
        { date: '2026-06-12', reason: 'holiday' },
        { date: '2026-06-13', reason: 'weekend' },
        { date: '2026-06-14', reason: 'weekend' },
      ],
    });
  });
});

describe('what holds for any span', () => {
  const calendars = [
    MOSCOW,
    { ...MOSCOW, code: 'with-lunch', lunch: { from: '13:00', to: '14:00' } },
    plainWeek(BERLIN),
    plainWeek(VOLGOGRAD, '00:00', '24:00'),
    plainWeek('Australia/Lord_Howe', '01:00', '03:30'),
  ].map(openCalendar);
  const calendar = fc.constantFrom(...calendars);
  const instant = fc.integer({ min: local('2019-06-01T00:00'), max: local('2028-06-01T00:00') });
  const duration = fc.integer({ min: 0, max: 400 * 9 * HOUR_MS });

  it('finds the working time that was added', () => {
    fc.assert(
      fc.property(calendar, instant, duration, (c, from, ms) => {
        expect(c.workingBetween(from, c.addWorking(from, ms).at)).toBe(ms);
      }),
    );
  });

  it('gives the earliest such instant', () => {
    fc.assert(
      fc.property(calendar, instant, duration, (c, from, ms) => {
        const { at } = c.addWorking(from, ms + 1);
        expect(c.workingBetween(from, at - 1)).toBe(ms);
      }),
    );
  });

  it('comes to the same in parts as at once', () => {
    fc.assert(
      fc.property(calendar, instant, duration, duration, (c, from, a, b) => {
        const inParts = c.addWorking(c.addWorking(from, a).at, b).at;
        expect(inParts).toBe(c.addWorking(from, a + b).at);
      }),
    );
  });

  it('never has a later start due earlier', () => {
    fc.assert(
      fc.property(calendar, instant, duration, fc.nat(99 * HOUR_MS), (c, from, ms, later) => {
        const { at } = c.addWorking(from, ms);
        expect(c.addWorking(from + later, ms).at).toBeGreaterThanOrEqual(at);
        expect(c.addWorking(from, ms + later).at).toBeGreaterThanOrEqual(at);
      }),
    );
  });

  it('is working at the next working instant, and not before it', () => {
    fc.assert(
      fc.property(calendar, instant, (c, at) => {
        const next = c.nextWorking(at);
        expect(c.isWorking(next)).toBe(true);
        expect(c.workingBetween(at, next)).toBe(0);
        expect(next === at).toBe(c.isWorking(at));
      }),
    );
  });

  it('agrees with counting the quarters of hours one by one', () => {
    const quarterMs = HOUR_MS / 4;
    const year = MOSCOW.years['2026']!;
    const isWorkedQuarter = (at: number): boolean => {
      const t = DateTime.fromMillis(at, { zone: MOSCOW.zone });
      const date = t.toISODate()!;
      const isShort = year.shortDays.includes(date);
      const isDayOff = t.weekday > 5 || year.daysOff.includes(date);
      return !isDayOff && t.hour >= 9 && t.hour < (isShort ? 17 : 18);
    };
    const start = local('2026-01-01T00:00') / quarterMs;
    fc.assert(
      fc.property(fc.nat(340 * 96), fc.nat(960), (offset, quarters) => {
        const from = (start + offset) * quarterMs;
        let worked = 0;
        for (let q = 0; q < quarters; q += 1) {
          if (isWorkedQuarter(from + q * quarterMs)) worked += quarterMs;
        }
        expect(moscow.workingBetween(from, from + quarters * quarterMs)).toBe(worked);
      }),
      { numRuns: 40 },
    );
  });

  // With a date object a day this takes longer than the runner lets a test.
  it('reckons over years as easily as over days', () => {
    const from = local('2026-07-03T12:00');
    for (const ms of [7 * 9 * HOUR_MS, 5 * 250 * 9 * HOUR_MS]) {
      moscow.addWorking(from, ms);
      let last = 0;
      for (let i = 0; i < 100_000; i += 1) last = moscow.addWorking(from + i, ms).at;
      expect(moscow.workingBetween(from + 99_999, last)).toBe(ms);
    }
  });
});

describe('opening a calendar', () => {
  it('keeps the same calendar for the same code, version and content only', () => {
    const again = structuredClone(MOSCOW);
    expect(openCalendar(again)).toBe(moscow);
    const edited = { ...MOSCOW, statutoryHolidays: [] };
    expect(openCalendar(edited)).not.toBe(moscow);
  });

  it('is not changed by an edit of the object it was opened from', () => {
    const spec = structuredClone({ ...MOSCOW, code: 'edited-later' });
    const calendar = openCalendar(spec);
    spec.years['2026']!.daysOff = [];
    expect(calendar.isWorking(local('2026-06-12T12:00'))).toBe(false);
  });
});

/** Computes a due over 12 June in a process of its own, whose zone is another. */
function answersUnderZone(zone: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'zone-'));
  try {
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
    for (const file of readdirSync('src/domain').filter((name) => name.endsWith('.ts'))) {
      const { code } = transformSync(readFileSync(join('src/domain', file), 'utf8'), {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        module: { type: 'es6' },
      });
      writeFileSync(join(folder, file.replace(/\.ts$/, '.js')), code);
    }
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    writeFileSync(
      join(folder, 'main.js'),
      `import { openCalendar } from './working-time.js';
       const calendar = openCalendar(${JSON.stringify(MOSCOW)});
       const from = Date.parse('2026-06-11T13:00:00Z');
       const { at } = calendar.addWorking(from, 3 * 3600000);
       console.log(JSON.stringify({
         due: at,
         between: calendar.workingBetween(Date.parse('2026-06-10T21:00:00Z'), at - 2 * 3600000),
         eleventh: calendar.isWorking(Date.parse('2026-06-11T06:00:00Z')),
         twelfth: calendar.isWorking(Date.parse('2026-06-12T09:00:00Z')),
         skipped: calendar.skipped(from, at),
       }));`,
    );
    const env = { ...process.env, TZ: zone, NODE_OPTIONS: '' };
    return execFileSync(process.execPath, [join(folder, 'main.js')], { env, encoding: 'utf8' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
