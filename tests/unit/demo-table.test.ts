import { describe, expect, it } from '@jest/globals';
import { linkLines, LiveLines, overviewLines } from '../../src/cli/demo-table.js';
import type { Overview } from '../../src/db/overview.js';

const SEEN: Overview = {
  byStatus: { triage: 7, in_review: 4, closed: 12 },
  byLevel: { '1': 5, '3': 1 },
  ...{ received: 42, overdue: 6, reopened: 2, duplicates: 3, escalations: 8, openTasks: 9 },
  meanFirstReplyMs: 2 * 3_600_000 + 5 * 60_000,
  meanRating: 3.94,
};
const NOW = Date.parse('2026-03-17T11:42:00+03:00');
const shown = (language: 'ru' | 'en', more: Partial<Overview> = {}) =>
  overviewLines({ ...SEEN, ...more }, NOW, { language, zone: 'Europe/Moscow', elapsedMs: 41_000 });

/** A terminal of a width, with all that was written to it. */
function terminal(columns: number) {
  let written = '';
  const out = { isTTY: true, columns, write: (text: string) => ((written += text), true) };
  return { out: out as unknown as NodeJS.WriteStream, written: () => written };
}

describe('the figures of the demo', () => {
  it.each([
    ['ru', ['11:42', 'на разборе 7', 'ждут согласования 4', 'ур. 3: 1', '2 ч 05 мин', '3.9']],
    ['en', ['11:42', 'triage 7', 'waiting for approval 4', 'level 3: 1', '2 h 05 min', '3.9']],
  ] as const)('say in %s how the desk stands, in its own time', (language, parts) => {
    const text = shown(language).join('\n');
    expect(parts.filter((part) => !text.includes(part))).toEqual([]);
  });

  it('say that there is no reply and no rating yet', () => {
    const text = shown('en', { meanFirstReplyMs: null, meanRating: null }).join('\n');
    expect(text).toContain('after none yet');
    expect(text).toContain('rating none yet');
  });

  it('name private links with the state behind them', () => {
    const lines = linkLines([{ status: 'closed', token: 'abc' }], 'http://here', 'ru');
    expect(lines).toEqual(['  http://here/track/abc  закрыто']);
  });

  it('fit a narrow terminal and take the place of those before', () => {
    const { out, written } = terminal(60);
    const live = new LiveLines(out);
    live.show(shown('en'));
    const first = written().split('\n').slice(0, -1);
    expect(first.filter((line) => line.length >= 60)).toEqual([]);
    expect(first.join(' ')).toContain('waiting for citizen 0');
    live.show(['short']);
    expect(written().endsWith(`\x1b[${first.length}A\x1b[Jshort\n`)).toBe(true);
  });
});
