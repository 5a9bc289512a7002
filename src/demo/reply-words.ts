import type { Chance } from './chance.js';
import type { Answers, Outcome } from './material.js';

export interface ReplySubject {
  /** Code of the topic; null while nobody has found it. */
  topic: string | null;
  kind: string | null;
  outcome: Outcome;
  /** The head answers in person. */
  personal: boolean;
}

/** A final reply's text: a greeting, a body that fits topic, kind and outcome, and a closing. */
export function finalWords(answers: Answers, chance: Chance, subject: ReplySubject): string {
  const closings = subject.personal ? answers.headClosings : answers.closings;
  return [
    chance.pick(answers.greetings),
    chance.pick(bodiesFor(answers, subject)),
    chance.pick(closings),
  ].join(' ');
}

function bodiesFor(answers: Answers, { topic, kind, outcome }: ReplySubject): string[] {
  if (kind === 'thanks') return answers.thanked;
  if (kind === 'proposal') return answers.proposal;
  if (outcome === 'postponed') return answers.postponed;
  if (outcome === 'not_solved') return answers.notSolved;
  const pools = outcome === 'solved' ? answers.solved : answers.explained;
  const group = topic?.split('.')[0];
  return pools[topic ?? 'any'] ?? pools[group ?? 'any'] ?? pools.any ?? [];
}

export function interimWords(answers: Answers, chance: Chance): string {
  return `${chance.pick(answers.greetings)} ${chance.pick(answers.interim)}`;
}

export function questionWords(answers: Answers, chance: Chance): string {
  return `${chance.pick(answers.greetings)} ${chance.pick(answers.questions)}`;
}
