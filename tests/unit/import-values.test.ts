import { describe, expect, it } from '@jest/globals';
import { readDuration } from '../../src/exchange/values/duration.js';
import {
  dateForm,
  instantOf,
  readInstant,
  type InstantReader,
} from '../../src/exchange/values/instant.js';
import { zoneClock } from '../../src/exchange/values/zone-clock.js';
import {
  readCount,
  readFlag,
  readText,
  readWord,
  shortened,
} from '../../src/exchange/values/words.js';

const moscow: InstantReader = { clock: zoneClock('Europe/Moscow'), epoch: 1900 };
const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

describe('instants of a file', () => {
  it.each([
    ['25.11.2026', '2026-11-24T21:00:00.000Z'],
    ['5.1.2026 9:05', '2026-01-05T06:05:00.000Z'],
    ['25.11.2026 14:05:09', '2026-11-25T11:05:09.000Z'],
    ['25.11.26 14:05', '2026-11-25T11:05:00.000Z'],
    ['25-11-2026 14:05', '2026-11-25T11:05:00.000Z'],
    ['25.11.2026 14.05', '2026-11-25T11:05:00.000Z'],
    ['25.11.2026 г.', '2026-11-24T21:00:00.000Z'],
    ['25.11.2026 в 14:05', '2026-11-25T11:05:00.000Z'],
    ['25 ноября 2026 г. 14:05', '2026-11-25T11:05:00.000Z'],
    ['Ср, 1 мая 2026 года, 14:05:09', '2026-05-01T11:05:09.000Z'],
    ['9 февр. 2026', '2026-02-08T21:00:00.000Z'],
    ['25.11.2026 14:05:09 +06:00', '2026-11-25T08:05:09.000Z'],
    ['2026/11/25 14:05', '2026-11-25T11:05:00.000Z'],
    ['2025-12-25 08:36:39', '2025-12-25T05:36:39.000Z'],
    ['2025-12-25T08:36:39Z', '2025-12-25T08:36:39.000Z'],
    ['2025-12-25T08:36:39.5+06:00', '2025-12-25T02:36:39.500Z'],
    [46_351.586805555555, '2026-11-25T11:05:00.000Z'],
    ['46351,586805555555', '2026-11-25T11:05:00.000Z'],
  ])('%j is %s', (cell, expected) => {
    expect(iso(readInstant(cell, moscow))).toBe(expected);
  });

  it.each([
    '30.02.2026',
    '25.13.2026',
    '2026-11-25 24:01',
    '25/11/2026',
    '25.11-2026',
    '25 числа 2026',
    '30 февраля 2026',
    'вчера',
    17,
    true,
    null,
  ])('%j is none', (cell) => {
    expect(readInstant(cell, moscow)).toBeNull();
  });

  it('of an export that somebody edited are taken from 1970 to 2199 alone', () => {
    expect(instantOf('2026-01-02T03:04:05.006Z')).toBe(Date.UTC(2026, 0, 2, 3, 4, 5, 6));
    expect(instantOf('-000001-01-01T00:00:00.000Z')).toBeNull();
    expect(instantOf('+012026-01-01T00:00:00.000Z')).toBeNull();
    expect(instantOf('soon')).toBeNull();
  });

  it('a serial date of a file that counts from 1904 lies four years and a day later', () => {
    const at1904 = readInstant(44_889.5, { ...moscow, epoch: 1904 });

    expect(at1904).toBe(readInstant(46_351.5, moscow));
  });

  it('follow the zone through its changes, whatever the process has', () => {
    const newYork = { ...moscow, clock: zoneClock('America/New_York') };

    expect(iso(readInstant('2018-03-11 01:59:59', newYork))).toBe('2018-03-11T06:59:59.000Z');
    expect(iso(readInstant('2018-03-11 03:00:00', newYork))).toBe('2018-03-11T07:00:00.000Z');
    expect(iso(readInstant('2010-07-01 12:00:00', moscow))).toBe('2010-07-01T08:00:00.000Z');
  });

  it('a form of a mapping is read as it says', () => {
    const form = dateForm('MM/DD/YYYY hh:mm:ss A');
    const reader = { ...moscow, form };

    expect(iso(readInstant('04/12/2018 12:45:48 AM', reader))).toBe('2018-04-11T21:45:48.000Z');
    expect(iso(readInstant('04/12/2018 01:45:48 PM', reader))).toBe('2018-04-12T10:45:48.000Z');
    expect(readInstant('13/12/2018 01:45:48 PM', reader)).toBeNull();
    expect(() => dateForm('DD.MM')).toThrow('YYYY');
    expect(() => dateForm('YYYY MM DD YYYY')).toThrow('twice');
  });
});

describe('lengths of time of a file', () => {
  it.each([
    ['276:10:25', 994_225_000],
    ['0:07', 420_000],
    ['00:36:31.559', 2_191_559],
    ['3 д. 02:15:00', 267_300_000],
    ['1 day, 2:03:04', 93_784_000],
    ['1 ч 20 мин', 4_800_000],
    ['2 дня', 172_800_000],
    [0.5213, 45_040_320],
    ['0,004861111111111111', 420_000],
  ])('%j is %i ms', (cell, expected) => {
    expect(readDuration(cell)).toBe(expected);
  });

  it.each(['-00:05:00', '1:75', 'скоро', -0.5, true, null, '5 яблок'])('%j is none', (cell) => {
    expect(readDuration(cell)).toBeNull();
  });
});

describe('words of a file', () => {
  it('one apostrophe before them goes, <br> is a line break, all else stays', () => {
    expect(readText("''Да'<br>нет<BR/>👨‍👩‍👧 &amp;")).toEqual({ value: "'Да'\nнет\n👨‍👩‍👧 &amp;" });
  });

  it.each(["'", "'-", '-', '', '   ', null])('%j is nothing', (cell) => {
    expect(readText(cell)).toEqual({ value: null });
    expect(readWord(cell)).toEqual({ value: null });
  });

  it('control characters are removed and half a surrogate pair is refused', () => {
    expect(readText('а\u0000б\u0007в')).toEqual({ value: 'абв' });
    expect(readText('а\ud83d')).toEqual({ problem: 'has half of a surrogate pair' });
  });

  it('flags and counts are read in the ways people write them', () => {
    expect(['Да', 'нет', '-', 'может'].map(readFlag)).toEqual([true, false, null, undefined]);
    expect([2_899, '143 608', '-', 'много'].map(readCount)).toEqual([
      2_899,
      143_608,
      null,
      undefined,
    ]);
  });
});

it('a text is shortened between characters as people count them', () => {
  const family = '👨‍👩‍👧';

  expect(shortened(`ab${family}`, 5)).toBe('ab');
  expect(shortened(`ab${family}`, 10)).toBe(`ab${family}`);
  expect(shortened('а'.repeat(300), 200)).toBe('а'.repeat(200));
});
