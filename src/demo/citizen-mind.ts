import type { Chance } from './chance.js';
import type { Answers, DemoMessage, Outcome } from './material.js';
import { HOUR_MS } from './world-watch.js';

/** What a citizen sees on the page behind the private link. */
export interface SeenPage {
  status: string;
  closureReason: string | null;
  canRate: boolean;
  answers: { kind: string; outcome: string | null }[];
}

export type Reaction =
  | { do: 'rate'; rating: number; comment: string }
  | { do: 'write'; text: string }
  /** Writes a new complaint about the same thing. */
  | { do: 'again' }
  | { do: 'withdraw' }
  | { do: 'wait' }
  /** Has what was wanted, or has given up: never looks again. */
  | { do: 'leave' };

export interface Situation {
  message: Pick<DemoMessage, 'mood' | 'kind'>;
  page: SeenPage;
  /** How often the citizen has looked, this time included. */
  looks: number;
  /** World ms since the message. */
  waitedMs: number;
  /** Whether the citizen has written again already. */
  hasWritten: boolean;
}

const LOOKS_MAX = 9;
/** Share of those who react to an answer at all. */
const RATES = 0.7;

const RATINGS: Record<Outcome, Record<'1' | '2' | '3' | '4' | '5', number>> = {
  solved: { '5': 57, '4': 23, '3': 9, '2': 4, '1': 7 },
  explained: { '5': 30, '4': 28, '3': 22, '2': 8, '1': 12 },
  postponed: { '5': 5, '4': 15, '3': 30, '2': 25, '1': 25 },
  not_solved: { '5': 2, '4': 8, '3': 25, '2': 25, '1': 40 },
};

/** World ms until the citizen looks at the page (again): soon at first, then ever more rarely. */
export function lookAfterMs(chance: Chance, looks: number): number {
  return HOUR_MS * 1.1 * 1.35 ** looks * chance.between(0.6, 1.5);
}

/** What the citizen does at a look. `chance`: a fork of this very look. */
export function react(chance: Chance, answers: Answers, situation: Situation): Reaction {
  const { message, page, looks } = situation;
  if (page.status === 'closed') {
    return reactToEnd(chance, answers, situation);
  }
  if (looks >= LOOKS_MAX) {
    return { do: 'leave' };
  }
  if (page.status === 'waiting_citizen') {
    return chance.is(0.7)
      ? { do: 'write', text: chance.pick(answers.words.answer) }
      : { do: 'wait' };
  }
  const isHot =
    message.mood === 'angry' || message.mood === 'furious' || message.mood === 'worried';
  if (isHot && !situation.hasWritten && situation.waitedMs > 2 * HOUR_MS && chance.is(0.3)) {
    return { do: 'write', text: chance.pick(answers.words.impatient) };
  }
  return chance.is(0.004) ? { do: 'withdraw' } : { do: 'wait' };
}

function reactToEnd(chance: Chance, answers: Answers, { message, page }: Situation): Reaction {
  const outcome = (page.answers.findLast(({ kind }) => kind === 'final')?.outcome ??
    'explained') as Outcome;
  if (!page.canRate || message.kind === 'thanks' || !chance.is(RATES)) {
    const isSour = page.closureReason === 'answered' && outcome !== 'solved';
    return isSour && message.kind === 'complaint' && chance.is(0.12)
      ? { do: 'again' }
      : chance.is(0.08) && page.closureReason === 'answered'
        ? { do: 'write', text: chance.pick(answers.words.thanks) }
        : { do: 'leave' };
  }
  const rating = chance.weighted(RATINGS[outcome]);
  return { do: 'rate', rating: Number(rating), comment: chance.pick(answers.ratings[rating]) };
}
