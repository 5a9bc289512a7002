import type { ComplaintKind, ReplyOutcome } from '../../domain/commands.js';
import type { ClosureReason, RejectCode, Status } from '../../domain/transitions.js';
import { CLOSED_STEP } from '../incident-columns.js';

/**
 * Our codes in the words of the 47 columns. `Готово`, the outcomes, `Автор доволен` and `Нет ответа от автора`
 * are the real system's own; the rest are ours, for what its export has no row of.
 */

export const STEP_WORDS: Readonly<Record<Status, string>> = {
  received: 'Новое',
  triage: 'Модерация',
  assigned: 'Назначено',
  in_progress: 'Подготовка ответа',
  waiting_citizen: 'Уточнение у автора',
  in_review: 'Согласование ответа',
  publishing: 'Публикация ответа',
  closed: CLOSED_STEP,
};

export const OUTCOME_WORDS: Readonly<Record<ReplyOutcome, string>> = {
  solved: 'Решено',
  explained: 'Разъяснено',
  postponed: 'Отложено',
  not_solved: 'Не решено',
};

/** `Решаемый`: something is to be done; `Информационный`: to be explained. The exact kind is a tag. */
export const TYPE_WORDS: Readonly<Record<ComplaintKind, string>> = {
  complaint: 'Решаемый',
  proposal: 'Решаемый',
  question: 'Информационный',
  thanks: 'Информационный',
};

/** Why it was closed, where no rating says it; an answered one that nobody rated has no reason. */
export const CLOSING_WORDS: Readonly<
  Record<Exclude<ClosureReason, 'answered' | 'rejected'>, string>
> = {
  duplicate: 'Дубль',
  withdrawn: 'Отозвано автором',
  no_response: 'Нет ответа от автора на уточнение',
};

/** `Отклонено: ` and the word of the code. */
export const REJECTED_PREFIX = 'Отклонено: ';
export const REJECT_WORDS: Readonly<Record<RejectCode, string>> = {
  spam: 'спам',
  fake: 'недостоверно',
  abuse: 'оскорбления',
  no_answer_needed: 'ответ не требуется',
  out_of_competence: 'вне компетенции',
  already_answered: 'ответ уже дан',
  no_facts: 'нет фактов',
};

/** The citizen said by a button whether it is solved, and gave no digit. */
export const SOLVED_WORDS = { yes: 'Автор доволен', no: 'Автор недоволен' } as const;
