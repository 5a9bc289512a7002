import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { contentDisposition } from '../../src/api/content-disposition.js';
import { fileName } from '../../src/exchange/export/file-name.js';
import { inCsv, inSheet, looksLikeFormula } from '../../src/exchange/export/guard.js';
import { readTags, tagsOf, type IncidentTags } from '../../src/exchange/export/incident-tags.js';
import { CELL_UNITS_MAX, fitted, xmlText } from '../../src/exchange/export/xlsx-text.js';
import { columnName } from '../../src/exchange/export/xlsx-sheet.js';
import { endOf, isZone, startOf, wallClock } from '../../src/domain/wall-clock.js';

const plain = { header: '', kind: 'text', width: 1 } as const;
const text = { ...plain, behindApostrophe: true };

describe('a formula in a cell', () => {
  it.each([
    "=cmd|' /C calc'!A0",
    '+7 900 000-00-00',
    '-1+1',
    '@SUM(A1)',
    '\tx',
    '\rx',
    '\nx',
    ' =1',
    '\n\n =1',
    '\u00a0+1',
    '\u200b=1',
    '\ufeff=1',
    '＝1',
    '＋1',
    '－1',
    '＠x',
    '　＝1',
  ])('stands behind an apostrophe in CSV: %j', (cell) => {
    expect(looksLikeFormula(cell)).toBe(true);
    expect(inCsv(cell, plain)).toBe(`'${cell}`);
    expect(inCsv(cell, text)).toBe(`'${cell}`);
  });

  it.each(['Яма', '5 = 5', '😀', '2026-05-12', '«-»', '(+7)'])('is none in %j', (cell) => {
    expect(inCsv(cell, plain)).toBe(cell);
  });

  it('leaves every text as it was once one apostrophe is taken off', () => {
    const taken = (cell: string): string => cell.replace(/^'/, '');
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("'", '=', ' ', '\t', '＝', 'я') }), (cell) => {
        expect(taken(inCsv(cell, plain))).toBe(cell);
        expect(taken(inCsv(cell, text))).toBe(cell);
        expect(taken(inSheet(cell, plain, true))).toBe(cell);
        expect(taken(inSheet(cell, text, true))).toBe(cell);
        expect(inSheet(cell, plain, false)).toBe(cell);
      }),
    );
  });
});

describe('a text in a sheet', () => {
  // What a reader of the format does: XML's entities, then _xHHHH_.
  const read = (xml: string): string =>
    xml
      .replace(/&lt;/g, '<')
      .replace(/&gt;/g, '>')
      .replace(/&amp;/g, '&')
      .replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) =>
        String.fromCharCode(parseInt(code, 16)),
      );

  it('holds only what XML 1.0 can, and comes back as it was', () => {
    const units = [
      '\u0000',
      '\u0008',
      '\u000b',
      '\u001f',
      '\ufffe',
      '\r',
      '\n',
      '&',
      '<',
      ']]>',
      'я',
    ];
    const pieces = [...units, '_x000D_', '_x005F_', '_x', '_', '_x00', '😀'];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces)), (parts) => {
        const whole = parts.join('');
        const xml = xmlText(whole);
        expect(xml).not.toMatch(/[\u0000-\u0008\u000b-\u001f\ufffe\uffff<>]/);
        expect(read(xml)).toBe(whole);
      }),
    );
  });

  it('loses half of a surrogate pair, which is no text, and nothing else', () => {
    expect(xmlText('а\ud83dб')).toBe('а\ufffdб');
  });

  it('that is longer than a cell ends with a mark of what is missing, never inside a character', () => {
    const mark = (missing: number): string => `…[${missing}]`;
    const exact = 'я'.repeat(CELL_UNITS_MAX);
    for (const long of ['😀'.repeat(20_000), `я${'😀'.repeat(20_000)}`]) {
      const cut = fitted(long, mark);
      const [, kept = '', missing] = /^([^…]*)…\[(\d+)\]$/.exec(cut) ?? [];
      expect(cut.length).toBeLessThanOrEqual(CELL_UNITS_MAX);
      expect(kept.length + Number(missing)).toBe(long.length);
      expect(kept).not.toMatch(/[\ud800-\udbff]$/);
    }
    expect(fitted(exact, mark)).toBe(exact);
  });

  it('stands in columns named as spreadsheets name them', () => {
    expect([0, 25, 26, 46, 701, 702].map(columnName)).toEqual(['A', 'Z', 'AA', 'AU', 'ZZ', 'AAA']);
  });
});

describe('the name of a file', () => {
  const name = (subject?: string): string =>
    fileName({
      subject,
      at: Date.parse('2026-11-25T07:30:00Z'),
      zone: 'Europe/Moscow',
      format: 'csv',
      language: 'ru',
    });

  it('says what it holds, when, and the zone of its times', () => {
    expect(name()).toBe('Обращения 2026-11-25 1030 Europe-Moscow.csv');
  });

  it.each([
    [
      'Дороги / тротуары "двор"',
      'Обращения Дороги тротуары двор 2026-11-25 1030 Europe-Moscow.csv',
    ],
    ['../../etc/passwd', 'Обращения etc passwd 2026-11-25 1030 Europe-Moscow.csv'],
    ['a\r\nSet-Cookie: x=1', 'Обращения a Set-Cookie x=1 2026-11-25 1030 Europe-Moscow.csv'],
    ['\u202egpj.exe', 'Обращения gpj.exe 2026-11-25 1030 Europe-Moscow.csv'],
    ['...', 'Обращения 2026-11-25 1030 Europe-Moscow.csv'],
  ])('is safe whatever a topic is called: %j', (subject, wanted) => {
    const header = contentDisposition('attachment', name(subject));
    const [, ascii = '', encoded = ''] =
      /^attachment; filename="([A-Za-z0-9._-]+)"; filename\*=UTF-8''([A-Za-z0-9._~%-]+)$/.exec(
        header,
      ) ?? [];

    expect(name(subject)).toBe(wanted);
    expect(decodeURIComponent(encoded)).toBe(wanted);
    expect(ascii).toMatch(/^Obrashcheniya-.*\.csv$/);
  });

  it('stays within what file systems take', () => {
    for (const sign of ['Ж', '😀', 'x']) {
      const long = name(sign.repeat(500));
      expect(Buffer.byteLength(long)).toBeLessThan(255);
      expect(long.split(sign).length).toBeGreaterThan(8);
      expect(long.replaceAll(sign, '')).toBe('Обращения  2026-11-25 1030 Europe-Moscow.csv');
    }
  });
});

describe('tags', () => {
  it('come back as they were, whatever they hold, and leave plain tags alone', () => {
    const value = fc.string({
      minLength: 1,
      unit: fc.constantFrom(',', '%', '=', ' ', '\n', 'я', '2', 'C'),
    });
    fc.assert(
      fc.property(value, value, (campaign, words) => {
        const tags: IncidentTags = {
          source: 'telegram',
          campaign,
          replies: [
            {
              place: 4,
              kind: 'final',
              outcome: null,
              signatory: 'head',
              publishedAt: '2026-05-12T09:30:00.000Z',
              promisedAt: null,
              text: words,
            },
          ],
        };
        expect(readTags(tagsOf(tags, 'снег, двор') ?? '')).toEqual({ tags, plain: 'снег, двор' });
      }),
    );
    expect(tagsOf({})).toBeNull();
    expect(readTags('снег = лёд, %ZZ')).toEqual({ tags: {}, plain: 'снег = лёд, %ZZ' });
  });
});

describe('wall clocks', () => {
  it('show an instant in a zone, also around a change of clocks', () => {
    const at = Date.parse('2026-03-29T00:59:59.900Z');
    expect(wallClock(at, 'Europe/Moscow')).toBe('2026-03-29 03:59:59');
    expect(wallClock(at, 'Europe/Berlin')).toBe('2026-03-29 01:59:59');
    expect(wallClock(at + 1_000, 'Europe/Berlin')).toBe('2026-03-29 03:00:00');
    expect(wallClock(at, 'Asia/Kathmandu')).toBe('2026-03-29 06:44:59');
  });

  it('take a day from its first to its last instant, of 23 hours too', () => {
    expect(endOf('2026-03-29', 'Europe/Berlin') - startOf('2026-03-29', 'Europe/Berlin')).toBe(
      23 * 3_600_000,
    );
    expect(startOf('2026-05-12', 'Europe/Moscow')).toBe(Date.parse('2026-05-11T21:00:00Z'));
    expect(startOf('2026-05-12T09:30:00+05:00', 'Europe/Moscow')).toBe(
      Date.parse('2026-05-12T04:30:00Z'),
    );
  });

  it('know zones from other words', () => {
    expect(['Europe/Moscow', 'UTC', 'Asia/Omsk'].map(isZone)).toEqual([true, true, true]);
    expect(['Moscow', '', '+03:00', 'Europe/Nowhere', '../etc'].map(isZone)).not.toContain(true);
  });
});
