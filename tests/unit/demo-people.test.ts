import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agenda } from '../../src/demo/agenda.js';
import { nextMove, type QueueItem } from '../../src/demo/agency-mind.js';
import { Chance } from '../../src/demo/chance.js';
import { react, type SeenPage } from '../../src/demo/citizen-mind.js';
import { planDay } from '../../src/demo/day-plan.js';
import { Journal } from '../../src/demo/journal.js';
import { readMaterial, type Manner } from '../../src/demo/material.js';
import { Pace } from '../../src/demo/pace.js';
import { afterWork, HOUR_MS, OFFICE_HOURS } from '../../src/demo/world-watch.js';

const material = await readMaterial();
const TUESDAY = Date.parse('2026-03-17T08:20:00+03:00');
const SATURDAY = Date.parse('2026-03-21T00:00:00+03:00');
const day = (more: Partial<Parameters<typeof planDay>[0]> = {}) =>
  planDay({ material, chance: new Chance('seed'), day: 0, from: TUESDAY, perDay: 200, ...more });
const many = (count = 400) => Array.from({ length: count }, (_, index) => index);

describe("a day's messages", () => {
  it('are the same for the same seed and others for another', () => {
    expect(day()).toEqual(day());
    expect(day({ chance: new Chance('other') })).not.toEqual(day());
  });

  it('come in order within the day, none before the demo began', () => {
    const instants = day().map(({ at }) => at);
    expect(instants).toEqual([...instants].sort((a, b) => a - b));
    expect(Math.min(...instants)).toBeGreaterThanOrEqual(TUESDAY);
    expect(Math.max(...instants)).toBeLessThan(Date.parse('2026-03-18T00:00:00+03:00'));
  });

  it('are about as many as asked for, fewer on a weekend, most of them by day', () => {
    expect(day().length).toBeGreaterThanOrEqual(200);
    expect(day().length).toBeLessThan(210);
    expect(day({ day: 4, from: SATURDAY }).length).toBeLessThan(125);
    const night = day({ day: 4, from: SATURDAY }).filter(
      ({ at }) => at < SATURDAY + 6 * HOUR_MS,
    ).length;
    expect(night).toBeLessThan(10);
  });

  it('have keys of their own also when the texts are used up, and no gaps to fill in', () => {
    const planned = day({ perDay: 700 });
    expect(new Set(planned.map(({ key }) => key)).size).toBe(planned.length);
    expect(planned.filter(({ text }) => /[{}]/.test(text))).toEqual([]);
  });

  it('of one incident name one address and come within an hour and a half', () => {
    const water = day().filter(({ message }) => message.incident === 'water-dzerzhinsk');
    expect(water.length).toBeGreaterThan(3);
    expect(water.at(-1)!.at - water[0]!.at).toBeLessThanOrEqual(1.5 * HOUR_MS + 12 * 60_000);
    const streets = material.places.streets.filter((street) =>
      water.some(({ text }) => text.includes(street)),
    );
    expect(streets).toHaveLength(1);
  });

  it('have other authors on the next day, since the same one would be a repeat', () => {
    const authorOf = (planned: ReturnType<typeof day>) =>
      new Map(planned.map(({ message, author }) => [message.id, author.id]));
    const [first, second] = [
      authorOf(day()),
      authorOf(day({ day: 1, from: TUESDAY + 24 * HOUR_MS })),
    ];
    const same = [...first].filter(([id, author]) => second.get(id) === author);
    expect(same).toEqual([]);
  });
});

describe('working time', () => {
  it('stops in the evening and over the weekend', () => {
    const friday = Date.parse('2026-03-20T17:00:00+03:00');
    const monday = Date.parse('2026-03-23T10:00:00+03:00');
    expect(afterWork(friday, 2 * HOUR_MS, OFFICE_HOURS)).toBe(monday);
  });
});

describe('an agency', () => {
  const item = (more: Partial<QueueItem> = {}): QueueItem => ({
    ...{ id: 'a', status: 'assigned', level: 0, kind: 'complaint', priority: 'ordinary' },
    ...{ version: 1, executor: null },
    ...more,
  });
  const moves = (manner: Manner, more: Partial<QueueItem> = {}) =>
    many().flatMap((index) => {
      const next = nextMove(new Chance('seed'), manner, item({ id: `c${index}`, ...more }));
      return next === null ? [] : [next.move.do];
    });

  it('that is silent does nothing until the ladder has climbed, and then most of it', () => {
    expect(moves('silent')).toEqual([]);
    expect(moves('silent', { level: 1 })).toEqual([]);
    expect(moves('silent', { level: 2 }).length).toBeGreaterThan(80);
    expect(moves('silent', { level: 3 }).length).toBeGreaterThan(240);
    expect(moves('silent', { level: 4 }).length).toBeLessThan(400);
  });

  it('asks, promises, passes on, asks for time and answers', () => {
    const all = new Set([...moves('formal'), ...moves('formal', { status: 'in_progress' })]);
    expect([...all].sort()).toEqual(
      ['accept', 'ask', 'coExecution', 'delegate', 'extend', 'final', 'handover', 'interim'].sort(),
    );
  });

  it('leaves alone what waits for the citizen, an approval or the publication', () => {
    for (const status of ['triage', 'waiting_citizen', 'in_review', 'publishing', 'closed']) {
      expect(moves('prompt', { status })).toEqual([]);
    }
  });

  it('comes to an end: after many steps there is only the final reply', () => {
    expect(new Set(moves('formal', { status: 'in_progress', version: 12 }))).toEqual(
      new Set(['final']),
    );
  });

  it('only accepts and answers where something out of the ordinary was refused', () => {
    const plain = (status: string) =>
      many().map((index) => {
        const one = item({ id: `c${index}`, status });
        return nextMove(new Chance('seed'), 'formal', one, true)!.move.do;
      });
    expect(new Set(plain('assigned'))).toEqual(new Set(['accept']));
    expect(new Set(plain('in_progress'))).toEqual(new Set(['final']));
  });

  it('is quicker where life is in danger than with the same complaint otherwise', () => {
    const after = (priority: string) =>
      nextMove(new Chance('seed'), 'prompt', item({ priority, status: 'in_progress' }))!.afterMs;
    expect(after('danger')).toBeLessThan(after('ordinary'));
  });
});

describe('a citizen', () => {
  const page = (more: Partial<SeenPage>): SeenPage => ({
    ...{ status: 'closed', closureReason: 'answered', canRate: true },
    answers: [{ kind: 'final', outcome: 'solved' }],
    ...more,
  });
  const reactions = (seen: SeenPage, more: object = {}) =>
    many().map((index) =>
      react(new Chance(`citizen/${index}`), material.answers, {
        message: { mood: 'angry', kind: 'complaint' },
        page: seen,
        ...{ looks: 3, waitedMs: 5 * HOUR_MS, hasWritten: false },
        ...more,
      }),
    );
  const badShare = (seen: SeenPage): number => {
    const ratings = reactions(seen).flatMap((one) => (one.do === 'rate' ? [one.rating] : []));
    expect(ratings.length).toBeGreaterThan(200);
    return ratings.filter((rating) => rating <= 2).length / ratings.length;
  };

  it('rates a solved matter well and one that is not solved badly, mostly', () => {
    expect(badShare(page({}))).toBeLessThan(0.25);
    const notSolved = page({ answers: [{ kind: 'final', outcome: 'not_solved' }] });
    expect(badShare(notSolved)).toBeGreaterThan(0.5);
  });

  it('answers a question, but not always', () => {
    const done = reactions(page({ status: 'waiting_citizen', closureReason: null }));
    expect(done.some((one) => one.do === 'write')).toBe(true);
    expect(done.some((one) => one.do === 'wait')).toBe(true);
  });

  it('who is angry writes again after some hours, once', () => {
    const open = page({ status: 'assigned', closureReason: null });
    expect(reactions(open).some((one) => one.do === 'write')).toBe(true);
    expect(reactions(open, { hasWritten: true }).some((one) => one.do === 'write')).toBe(false);
  });

  it('stops looking in the end', () => {
    const open = page({ status: 'assigned', closureReason: null });
    expect(new Set(reactions(open, { looks: 9 }).map((one) => one.do))).toEqual(new Set(['leave']));
  });
});

describe('the agenda', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  const open = (concurrency: number, onError: (error: unknown) => void = () => undefined) =>
    new Agenda({ now: Date.now, delayUntil: (at) => at - Date.now(), concurrency, onError });

  it('runs each entry at its time, in order, and goes on after one that failed', async () => {
    jest.useFakeTimers();
    const begun = Date.now();
    const done: string[] = [];
    const errors: unknown[] = [];
    const agenda = open(1, (error) => errors.push(error));
    const note = (name: string) => async () => void done.push(name);
    agenda.at(begun + 300, note('third'));
    agenda.at(begun + 100, note('first'));
    agenda.at(begun + 200, async () => {
      throw new Error('second');
    });
    await jest.advanceTimersByTimeAsync(150);
    expect(done).toEqual(['first']);
    await jest.advanceTimersByTimeAsync(200);
    expect(done).toEqual(['first', 'third']);
    expect(errors).toEqual([new Error('second')]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('never runs more at once than it may, and stops when what runs has ended', async () => {
    const agenda = open(2);
    let running = 0;
    let most = 0;
    const release: (() => void)[] = [];
    many(6).forEach(() => {
      agenda.at(0, async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise<void>((resolve) => release.push(resolve));
        running -= 1;
      });
    });
    release.splice(0).forEach((free) => free());
    await new Promise(setImmediate);
    const stopped = agenda.stop();
    release.splice(0).forEach((free) => free());
    await stopped;
    expect({ most, running, waiting: agenda.waiting }).toEqual({ most: 2, running: 0, waiting: 0 });
  });
});

describe('the pace of looks', () => {
  it('gives each call a turn of its own, and none a turn in the past', () => {
    let now = 1_000;
    const pace = new Pace(600, () => now);
    expect([pace.take(), pace.take(), pace.take()]).toEqual([0, 100, 200]);
    now += 5_000;
    expect(pace.take()).toBe(0);
  });
});

describe('the journal', () => {
  it('keeps what was sent, without texts, over a line that a kill has cut off', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'otklik-journal-'));
    const file = join(folder, 'journal.jsonl');
    const sent = (key: string) => ({
      ...{ key, message: 'roads-01', author: 'a', token: 't', sentAt: 1, number: '2026-000001' },
      id: '019d0000-0000-7000-8000-000000000001',
    });
    try {
      await (await Journal.open(file)).add(sent('0-0-roads-01'));
      await writeFile(file, `${await readFile(file, 'utf8')}\n{"key":"0-0-ro`);
      await (await Journal.open(file)).add(sent('0-0-roads-02'));
      const again = await Journal.open(file);
      expect(again.entries.map(({ key }) => key)).toEqual(['0-0-roads-01', '0-0-roads-02']);
      expect(again.has('0-0-roads-02')).toBe(true);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
