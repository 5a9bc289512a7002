import type { ExportLanguage } from '../../contract/exports.js';

/** The desk's codes in words: Russian, English. */
const WORDS: Readonly<Record<string, readonly [ru: string, en: string]>> = {
  yes: ['да', 'yes'],
  no: ['нет', 'no'],

  received: ['поступило', 'received'],
  triage: ['на сортировке', 'in triage'],
  assigned: ['назначено', 'assigned'],
  in_progress: ['в работе', 'in progress'],
  waiting_citizen: ['ждёт автора', 'waiting for the author'],
  in_review: ['на согласовании', 'in review'],
  publishing: ['публикуется', 'being published'],
  closed: ['закрыто', 'closed'],

  answered: ['отвечено', 'answered'],
  rejected: ['отклонено', 'rejected'],
  duplicate: ['дубль', 'duplicate'],
  withdrawn: ['отозвано', 'withdrawn'],
  no_response: ['автор не ответил', 'no response'],

  spam: ['спам', 'spam'],
  fake: ['недостоверно', 'fake'],
  abuse: ['оскорбления', 'abuse'],
  no_answer_needed: ['ответ не требуется', 'no answer needed'],
  out_of_competence: ['вне компетенции', 'out of competence'],
  already_answered: ['ответ уже дан', 'already answered'],
  no_facts: ['нет фактов', 'no facts'],

  complaint: ['жалоба', 'complaint'],
  question: ['вопрос', 'question'],
  proposal: ['предложение', 'proposal'],
  thanks: ['благодарность', 'thanks'],

  vk: ['ВКонтакте', 'VK'],
  ok: ['Одноклассники', 'OK'],
  telegram: ['Telegram', 'Telegram'],
  max: ['MAX', 'MAX'],
  email: ['электронная почта', 'e-mail'],
  web: ['форма на сайте', 'web form'],
  open311: ['Open311', 'Open311'],
  direct_line: ['прямая линия', 'direct line'],
  phone: ['телефон', 'phone'],
  monitoring: ['мониторинг', 'monitoring'],

  authority_page: ['страница органа власти', "an authority's page"],
  elsewhere: ['другое место', 'elsewhere'],
  public: ['открытое', 'public'],
  private: ['личное', 'private'],

  ordinary: ['обычная', 'ordinary'],
  raised: ['повышенная', 'raised'],
  danger: ['опасность', 'danger'],

  solved: ['решено', 'solved'],
  explained: ['разъяснено', 'explained'],
  postponed: ['отложено', 'postponed'],
  not_solved: ['не решено', 'not solved'],
  agency: ['ведомство', 'agency'],
  head: ['руководитель лично', 'the head in person'],
};

/** The word of a code; a code that has none is shown as it is. */
export function wordOf(code: string, language: ExportLanguage): string {
  const words = Object.hasOwn(WORDS, code) ? WORDS[code] : undefined;
  return words?.[language === 'ru' ? 0 : 1] ?? code;
}
