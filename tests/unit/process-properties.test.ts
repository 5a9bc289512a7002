import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CommandOf } from '../../src/domain/commands.js';
import { answered } from '../../src/domain/closing.js';
import { decide, type CommandFacts } from '../../src/domain/decide.js';
import { Refusal, wakeAt, type Turn } from '../../src/domain/process.js';
import { citizenWrote } from '../../src/domain/replying.js';
import { HOUR_MS, local } from '../support/sample-calendars.js';
import { calendar, ordinary, policyOf, working } from '../support/sample-clocks.js';
import {
  agencyOf,
  found,
  ladder,
  replyFacts,
  routedTo,
  SampleLife,
  textRef,
} from '../support/sample-process.js';
import { advance } from '../../src/domain/advance.js';
import { isRunning, listClocks } from '../../src/domain/clocks.js';

/** Whatever people do in whatever order, some things always hold. */

const START = local('2026-10-05T08:00');
const reason = textRef('r');
const strict = policyOf({
  ...ordinary,
  code: 'strict',
  firstReply: working(1),
  waiting: { limitMs: HOUR_MS, time: 'calendar', then: 'resume' },
});

type Act = [CommandOf, CommandFacts] | 'word' | 'tick' | 'answered';

const agency = fc.constantFrom('agency-a', 'agency-b', 'agency-c');
/** Days ahead of the command; becomes an instant when it is known when that is. */
const ahead = fc.integer({ min: 1, max: 20 });

const act: fc.Arbitrary<(now: number, life: SampleLife) => Act> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<Act>('word', 'tick', 'answered').map((a) => () => a) },
  {
    weight: 2,
    arbitrary: agency.map((id) => (): Act => [{ type: 'assign', body: { agency: id } }, {}]),
  },
  fc
    .tuple(fc.option(agency), fc.constantFrom(ordinary, strict))
    .map(([id, policy]) => (): Act => [
      { type: 'classify', body: { topic: 't' } },
      { routed: routedTo(id, policy) },
    ]),
  { weight: 3, arbitrary: fc.constant((): Act => [{ type: 'accept', body: {} }, {}]) },
  fc.option(ahead).map((days) => (now: number): Act => [
    { type: 'replyInterim', body: { replyId: 'i' } },
    {
      reply: replyFacts('interim', {
        id: 'i',
        promisedAt: days === null ? null : now + days * 9 * HOUR_MS,
      }),
    },
  ]),
  fc.constant((): Act => [
    { type: 'replyFinal', body: { replyId: 'f' } },
    { reply: replyFacts('final', { id: 'f' }) },
  ]),
  fc.constant((): Act => [
    { type: 'ask', body: { replyId: 'q' } },
    { reply: replyFacts('question', { id: 'q' }) },
  ]),
  fc.constant((_now: number, life: SampleLife): Act => {
    const { replyId, kind } = life.process.review ?? { replyId: 'none', kind: 'final' };
    return [
      { type: 'approve', body: { replyId } },
      { reply: replyFacts(kind, { id: replyId, state: 'in_review' }) },
    ];
  }),
  fc.constant((_now: number, life: SampleLife): Act => [
    { type: 'return', body: { replyId: life.process.review?.replyId ?? 'none', reason } },
    {},
  ]),
  ahead.map((days) => (now: number): Act => [
    { type: 'approveExtension', body: { extensionId: 'e', until: now + days * 24 * HOUR_MS } },
    { extension: { until: 0, state: 'requested' } },
  ]),
  fc
    .option(agency)
    .map((id) => (): Act => [
      { type: 'handover', body: { ...(id !== null && { agency: id }), reason } },
      id === null ? {} : { agency: agencyOf(id) },
    ]),
  { weight: 2, arbitrary: fc.constant((): Act => [{ type: 'escalate', body: {} }, {}]) },
  fc.constant((): Act => [{ type: 'reject', body: { code: 'spam' } }, {}]),
  fc.constant((): Act => [
    { type: 'merge', body: { into: 'c-2', intoNumber: 'n' } },
    { target: { id: 'c-2', number: 'n', status: 'assigned', closureReason: null } },
  ]),
  {
    weight: 2,
    arbitrary: fc.constant((): Act => [{ type: 'reopen', body: { cause: 'operator' } }, {}]),
  },
  { weight: 2, arbitrary: fc.constant((): Act => [{ type: 'unmerge', body: {} }, {}]) },
);

const lives = fc.record({
  agencyId: fc.option(agency),
  approval: fc.record({ interim: fc.boolean(), final: fc.boolean() }),
  repeats: fc.nat({ max: 3 }),
  sortedLateMs: fc.oneof(fc.constant(0), fc.nat({ max: 100 * HOUR_MS })),
  acts: fc.array(fc.tuple(fc.nat({ max: 60 * HOUR_MS }), act), { maxLength: 25 }),
});

/** Does what was drawn, and gives every turn that was not refused to `check`. */
function run(
  drawn: Parameters<Parameters<typeof lives.map>[0]>[0],
  check: (turn: Turn, life: SampleLife, before: SampleLife['process']) => void,
): void {
  const { agencyId, approval, repeats, sortedLateMs, acts } = drawn;
  let now = START + sortedLateMs;
  const life = SampleLife.received(START, found(agencyId, { repeats }), now);
  life.approval = approval;
  for (const [passedMs, make] of acts) {
    now += passedMs;
    const chosen = make(now, life);
    const before = structuredClone(life.process);
    try {
      check(
        life.turn(now, (turn) => {
          if (turn.process.status !== 'closed') {
            advance(turn);
          }
          doIt(turn, chosen, now);
        }),
        life,
        before,
      );
    } catch (error) {
      if (!(error instanceof Refusal)) {
        throw error;
      }
      expect(life.process).toEqual(before);
    }
  }
}

function doIt(turn: Turn, chosen: Act, now: number): void {
  if (chosen === 'word') {
    if (turn.process.status !== 'closed') {
      citizenWrote(turn, { text: textRef(`w${now}`), route: 'track', at: now });
    }
  } else if (chosen === 'answered') {
    if (turn.process.status === 'publishing') {
      answered(turn);
    }
  } else if (chosen !== 'tick') {
    decide(turn, ...chosen);
  }
}

const RESETS = ['reopened'];
const MINUTE_MS = 60_000;

describe('any sequence of commands, words and ticks', () => {
  it('keeps the ladder: one level at a time upwards, each at most once between reopenings, none above the top', () => {
    fc.assert(
      fc.property(lives, (drawn) => {
        let climbed: number[] = [];
        run(drawn, (turn) => {
          for (const { type, data } of turn.events) {
            climbed = RESETS.includes(type) ? [] : climbed;
            if (type === 'escalated') {
              climbed.push(Number(data.level));
            }
          }
          expect(climbed).toEqual([...new Set(climbed)].sort((a, b) => a - b));
          expect(turn.process.level).toBeLessThanOrEqual(4);
        });
      }),
    );
  });

  it('records events in the order of time, and stamps one from before as late', () => {
    fc.assert(
      fc.property(lives, (drawn) => {
        let last = START;
        run(drawn, (turn) => {
          for (const { at, data } of turn.events) {
            const recorded = Number(data.recordedAt ?? turn.now);
            expect(at).toBeLessThanOrEqual(turn.now);
            expect(data.recordedAt === undefined || turn.now - at > MINUTE_MS).toBe(true);
            expect(recorded).toBeGreaterThanOrEqual(last);
            last = recorded;
          }
        });
      }),
    );
  });

  it('tells what a tick finds in the order in which it came to pass', () => {
    fc.assert(
      fc.property(lives, (drawn) => {
        run(drawn, (turn, life) => {
          const found = life.turn(turn.now + 500 * HOUR_MS, advance);
          life.process = structuredClone(turn.process);
          const instants = found.events.map(({ at }) => at);
          expect(instants).toEqual([...instants].sort((a, b) => a - b));
        });
      }),
    );
  });

  it('leaves no clock running, no waiting and no wake-up behind a closed complaint, and none behind one being published', () => {
    fc.assert(
      fc.property(lives, (drawn) => {
        run(drawn, ({ process }) => {
          if (process.status === 'closed' || process.status === 'publishing') {
            expect(listClocks(process.clocks).filter(isRunning)).toEqual([]);
            expect(process).toMatchObject({ waiting: null, review: null });
            expect(wakeAt(process, calendar, ladder)).toBeNull();
          }
          expect(process.status === 'closed').toBe(process.closureReason !== null);
          expect(process.status === 'closed').toBe(process.closedAt !== null);
          expect(process.status === 'waiting_citizen').toBe(process.waiting !== null);
          expect(process.status === 'in_review').toBe(process.review !== null);
        });
      }),
    );
  });

  it('never wakes for what a tick has dealt with: the next instant lies ahead of one', () => {
    fc.assert(
      fc.property(lives, (drawn) => {
        run(drawn, (turn, life) => {
          life.tick(turn.now);
          const next = wakeAt(life.process, calendar, ladder);
          expect(next === null || next > turn.now).toBe(true);
          expect(life.tick(turn.now).events).toEqual([]);
        });
      }),
    );
  });

  it('makes no difference by how often the clocks are looked at', () => {
    fc.assert(
      fc.property(
        lives,
        fc.array(fc.nat({ max: 300 * HOUR_MS }), { maxLength: 5 }),
        (drawn, looks) => {
          run(drawn, (turn, life) => {
            const end = turn.now + 300 * HOUR_MS;
            const before = structuredClone(life.process);
            const atOnce = life.turn(end, advance);
            life.process = structuredClone(before);
            const inSteps = [
              ...looks.map((ms) => turn.now + ms).sort((a, b) => a - b),
              end,
            ].flatMap((at) => life.turn(at, advance).events);
            const climbs = (events: Turn['events']) =>
              events
                .filter(({ type }) => type !== 'warned')
                .map(({ type, at, data }) => [type, at, data.level, data.clock, data.cause]);
            expect(climbs(inSteps)).toEqual(climbs(atOnce.events));
            life.process = before;
          });
        },
      ),
      { numRuns: 60 },
    );
  });
});
