import type { ReplyOutcome } from '../../domain/commands.js';
import { REJECT_CODES, CLOSURE_REASONS } from '../../domain/transitions.js';
import type { ClosureReason, RejectCode } from '../../domain/transitions.js';
import { CLOSED_STEP } from '../incident-columns.js';
import {
  CLOSING_WORDS,
  OUTCOME_WORDS,
  REJECT_WORDS,
  REJECTED_PREFIX,
  SOLVED_WORDS,
} from '../export/incident-words.js';

/** ё as е, lower case, single spaces: how words are compared. */
export const fold = (word: string): string =>
  word.toLowerCase().replaceAll('ё', 'е').replace(/\s+/g, ' ').trim();

const reversed = <K extends string>(words: Readonly<Record<K, string>>): Map<string, K> =>
  new Map((Object.entries(words) as [K, string][]).map(([code, word]) => [fold(word), code]));

const outcomes = reversed(OUTCOME_WORDS);

/** `Решено` → `solved`; a code stands for itself; undefined for another word. */
export const outcomeOf = (word: string): ReplyOutcome | undefined =>
  outcomes.get(fold(word)) ?? (word in OUTCOME_WORDS ? (word as ReplyOutcome) : undefined);

/** Words by which desks say that a row is done with; the first is the real system's. */
const CLOSED_WORDS = new Set(
  [
    CLOSED_STEP,
    ...[
      'закрыт',
      'закрыта',
      'закрыто',
      'завершен',
      'завершена',
      'завершено',
      'выполнено',
      'решено',
    ],
    ...['архив', 'closed', 'resolved', 'completed', 'done'],
  ].map(fold),
);

/** Whether a step or a status says that the row is closed. */
export const saysClosed = (word: string): boolean => CLOSED_WORDS.has(fold(word));

/** What a closing reason says. */
export interface ClosingMeaning {
  reason: ClosureReason;
  rejectCode: RejectCode | null;
  rating: number | null;
  solved: boolean | null;
}

const closings = reversed(CLOSING_WORDS);
const rejections = reversed(REJECT_WORDS);
const NO_ANSWER_FROM_AUTHOR = fold('Нет ответа от автора');
const DIALOGUE_ENDED = fold('Дальнейший диалог нецелесообразен');
/** Words that other desks use for the same. */
const REJECT_ALIASES = new Map<string, RejectCode>([
  ['спам', 'spam'],
  ['фейк', 'fake'],
  ['оскорбление', 'abuse'],
  ['не требует ответа', 'no_answer_needed'],
  ['не в компетенции', 'out_of_competence'],
]);

const meaning = (reason: ClosureReason, more: Partial<ClosingMeaning> = {}): ClosingMeaning => ({
  reason,
  rejectCode: null,
  rating: null,
  solved: null,
  ...more,
});

/** A row that was closed without any reply: nobody was to be answered. */
const unanswered = meaning('rejected', { rejectCode: 'no_answer_needed' });

/**
 * The meaning of a closing reason in the real system's words, in ours (`rejected/spam`) or in export's; a digit is a
 * rating. `isAnswered`: the row has a reply. null for a word that is not known.
 */
export function closingOf(word: string | null, isAnswered: boolean): ClosingMeaning | null {
  const otherwise = isAnswered ? meaning('answered') : unanswered;
  if (word === null) return otherwise;
  const folded = fold(word);
  if (/^[1-5]$/.test(folded)) return meaning('answered', { rating: Number(folded) });
  if (folded === fold(SOLVED_WORDS.yes)) return meaning('answered', { solved: true });
  if (folded === fold(SOLVED_WORDS.no)) return meaning('answered', { solved: false });
  if (folded === NO_ANSWER_FROM_AUTHOR) return isAnswered ? otherwise : meaning('no_response');
  if (folded === DIALOGUE_ENDED) return otherwise;
  const code = codeOf(word);
  if (code !== null) return code;
  const closing = closings.get(folded);
  if (closing !== undefined) return meaning(closing);
  const prefix = fold(REJECTED_PREFIX);
  const cause = folded.startsWith(prefix) ? folded.slice(prefix.length).trim() : folded;
  const rejectCode = rejections.get(cause) ?? REJECT_ALIASES.get(cause);
  return rejectCode === undefined ? null : meaning('rejected', { rejectCode });
}

/** `answered`, `rejected/spam`: our own codes. */
export function codeOf(code: string): ClosingMeaning | null {
  const [reason = '', rejectCode = null] = code.split('/');
  if (!(CLOSURE_REASONS as readonly string[]).includes(reason)) return null;
  if (reason !== 'rejected') return rejectCode === null ? meaning(reason as ClosureReason) : null;
  return (REJECT_CODES as readonly (string | null)[]).includes(rejectCode)
    ? meaning('rejected', { rejectCode: rejectCode as RejectCode })
    : null;
}

const SITES: readonly [RegExp, string][] = [
  [/(^|\.)(vk|vkontakte)\./, 'vk'],
  [/(^|\.)(ok|odnoklassniki)\./, 'ok'],
  [/(^|\.)(t\.me$|telegram\.)/, 'telegram'],
  [/(^|\.)max\./, 'max'],
];

/** The source of a message by the site it stands on; another site was found by monitoring, none at all by the web form. */
export function sourceOf(url: string | null): string {
  if (url === null) return 'web';
  const { hostname } = new URL(url);
  return SITES.find(([site]) => site.test(hostname))?.[1] ?? 'monitoring';
}
