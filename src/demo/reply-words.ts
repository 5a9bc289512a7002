import type { Chance } from './chance.js';
import type { Answers, Outcome } from './material.js';

export interface ReplySubject {
  /** Topic group; null while nobody has found it. */
  group: string | null;
  kind: string | null;
  outcome: Outcome;
  /** The head answers in person. */
  personal: boolean;
}

/** A final reply's text: a greeting, a body that fits group, kind and outcome, and a closing. */
export function finalWords(answers: Answers, chance: Chance, subject: ReplySubject): string {
  const closings = subject.personal ? answers.headClosings : answers.closings;
  return [
    chance.pick(answers.greetings),
    chance.pick(bodiesFor(answers, subject)),
    chance.pick(closings),
  ].join(' ');
}

function bodiesFor(answers: Answers, { group, kind, outcome }: ReplySubject): string[] {
  if (kind === 'thanks') return answers.thanked;
  if (kind === 'proposal') return answers.proposal;
  if (outcome === 'postponed') return answers.postponed;
  if (outcome === 'not_solved') return answers.notSolved;
  const pools = outcome === 'solved' ? answers.solved : answers.explained;
  return pools[group ?? 'any'] ?? pools.any ?? [];
}

export function interimWords(answers: Answers, chance: Chance): string {
  return `${chance.pick(answers.greetings)} ${chance.pick(answers.interim)}`;
}

export function questionWords(answers: Answers, chance: Chance): string {
  return `${chance.pick(answers.greetings)} ${chance.pick(answers.questions)}`;
}
