import { triage, type Routed, type Triage } from '../../src/domain/assigning.js';
import { advance } from '../../src/domain/advance.js';
import type { CommandOf } from '../../src/domain/commands.js';
import { decide, type CommandFacts } from '../../src/domain/decide.js';
import { NEW_PROCESS, Turn, type Process, type Surroundings } from '../../src/domain/process.js';
import type { Agency, Ladder, SlaPolicy } from '../../src/domain/region.js';
import { openCalendar } from '../../src/domain/working-time.js';
import type { ReplyFacts } from '../../src/domain/replying.js';
import { HOUR_MS, local, plainWeek } from './sample-calendars.js';
import { calendar, ordinary } from './sample-clocks.js';

/** A complaint's process without database and workflow: triaged and driven step by step, as the steps do it. */

/** The ladder of DESIGN section 3.4. */
export const ladder: Ladder = {
  code: 'sample',
  version: 1,
  levels: [
    {
      level: 1,
      recipient: 'coordinator',
      recipientInTriage: 'operators',
      allowanceMs: 0,
      time: 'working',
      roundTheClock: false,
    },
    {
      level: 2,
      recipient: 'head',
      allowanceMs: 2 * HOUR_MS,
      time: 'working',
      roundTheClock: false,
    },
    {
      level: 3,
      recipient: 'curator',
      recipientInTriage: 'curator',
      allowanceMs: 2 * HOUR_MS,
      time: 'working',
      roundTheClock: false,
    },
    {
      level: 4,
      recipient: 'governors_office',
      allowanceMs: 4 * HOUR_MS,
      time: 'working',
      roundTheClock: false,
    },
  ],
  climbAt: { handovers: 3, reopenings: 2, repeats: 2 },
};

/** `agency-n` works by night: round the clock. */
export function agencyOf(id: string, approval = { interim: false, final: false }): Agency {
  const calendar = id === 'agency-n' ? { calendar: 'always' } : {};
  return {
    ...calendar,
    id,
    code: id,
    name: id,
    shortName: id,
    kind: 'sample',
    approval,
    active: true,
  };
}

const always = openCalendar(plainWeek('Europe/Moscow', '00:00', '24:00'));

export const textRef = (id: string) => ({ id, digest: `digest of ${id}` });

export function replyFacts(kind: ReplyFacts['kind'], more: Partial<ReplyFacts> = {}): ReplyFacts {
  return {
    id: 'reply-1',
    kind,
    outcome: kind === 'final' ? 'explained' : null,
    promisedAt: null,
    signatory: null,
    text: textRef('reply-text'),
    state: 'draft',
    ...more,
  };
}

export function routedTo(agencyId: string | null, policy: SlaPolicy = ordinary): Routed {
  return {
    topic: 'roads.potholes',
    topicGroup: 'roads',
    agencyId,
    rule: agencyId === null ? null : 'sample-rule',
    priority: 'ordinary',
    policy,
    calendar: null,
  };
}

export function found(agencyId: string | null, more: Partial<Triage> = {}): Triage {
  return {
    ...routedTo(agencyId),
    kind: 'complaint',
    confidence: 0.9,
    source: 'rule',
    suggestions: [],
    municipality: 'arzamas',
    spam: false,
    repeatOf: null,
    repeats: 0,
    ...more,
  };
}

/** One complaint on the sample calendar; instants are local times `YYYY-MM-DDTHH:MM`, or epoch ms. */
export class SampleLife {
  process: Process = structuredClone(NEW_PROCESS);
  turns: Turn[] = [];
  approval = { interim: false, final: false };

  /** Received at `at`, sorted at `sortedAt` (absent: at once). */
  static received(
    at: string | number,
    triaged: Triage = found('agency-a'),
    sortedAt = at,
  ): SampleLife {
    const life = new SampleLife();
    life.turn(sortedAt, (turn) => {
      triage(turn, triaged, instant(at));
      advance(turn);
    });
    return life;
  }

  /** Brings the clocks up to an instant, as a tick does. */
  tick(at: string | number): Turn {
    return this.turn(at, advance);
  }

  /** Carries a command out as a step does: the clocks first. @throws Refusal */
  command(at: string | number, command: CommandOf, facts: CommandFacts = {}): Turn {
    return this.turn(at, (turn) => {
      if (turn.process.status !== 'closed') {
        advance(turn);
      }
      decide(turn, command, facts);
    });
  }

  turn(at: string | number, work: (turn: Turn) => void): Turn {
    const turn = new Turn(this.process, this.around(instant(at)));
    work(turn);
    this.process = turn.process;
    this.turns.push(turn);
    return turn;
  }

  around(now: number): Surroundings {
    const agencies = new Map(
      [...'abcn'].map((letter) => [
        `agency-${letter}`,
        agencyOf(`agency-${letter}`, this.approval),
      ]),
    );
    return {
      complaintId: 'complaint-1',
      now,
      actor: 'user:sample',
      calendarOf: (code) => (code === 'always' ? always : calendar),
      ladder,
      agencies,
    };
  }

  get events() {
    return this.turns.flatMap((turn) => turn.events);
  }

  get effects() {
    return this.turns.flatMap((turn) => turn.effects);
  }

  typesOf(): string[] {
    return this.events.map(({ type }) => type);
  }
}

export const instant = (at: string | number): number => (typeof at === 'number' ? at : local(at));
