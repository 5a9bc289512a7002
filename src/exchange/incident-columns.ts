/**
 * The 47 columns of an "Incident Management" export, in the order and with the exact names of the
 * real system. Import finds a column by its name, wherever it stands; export writes all of them.
 *
 * Habits of the real files: every free text is written behind an apostrophe (`'`), an absent text
 * is the apostrophe alone; a line break inside a text is `<br>`; instants are texts
 * `2025-12-25 08:36:39` without a zone; durations are fractions of a day in the number format
 * `[hh]:mm:ss`; `-` stands for "not applicable".
 *
 * "ПИ" in the names is the executor ("прикреплённый исполнитель"): the agency that answers.
 */

/**
 * What a cell of a column holds:
 * `word` a name or code, `text` a citizen's or a reply's words, `instant` a wall-clock time without
 * a zone, `duration` a length of time (calendar or working, as the column says), `flag` Да, Нет or
 * `-`, `count` a whole number, `url` an address.
 */
export type IncidentCellKind = 'word' | 'text' | 'instant' | 'duration' | 'flag' | 'count' | 'url';

interface IncidentColumnShape {
  readonly key: string;
  readonly header: string;
  readonly kind: IncidentCellKind;
  readonly meaning: string;
}

/** The columns in the order of the real file; `key` is the name by which our code calls one. */
export const INCIDENT_COLUMNS = [
  { key: 'office', header: 'Кабинет', kind: 'word', meaning: 'the desk that exported: its region' },
  { key: 'id', header: 'ID', kind: 'word', meaning: "the source system's id: the row's identity" },
  { key: 'number', header: 'Номер инцидента', kind: 'word', meaning: 'the number people quote' },
  { key: 'agency', header: 'Отдел', kind: 'word', meaning: 'the agency that answers' },
  {
    key: 'executor',
    header: 'Исполнитель',
    kind: 'word',
    meaning: 'the department or body below the agency that does the work; empty: the agency itself',
  },
  {
    key: 'firstReplyAt',
    header: 'Общее время первого ответа',
    kind: 'instant',
    meaning: 'when the citizen got the first reply, whoever wrote it',
  },
  {
    key: 'firstReplyText',
    header: 'Общий текст первого ответа',
    kind: 'text',
    meaning: 'that first reply; the same as reply1 when the executor wrote it',
  },
  {
    key: 'firstReplyTime',
    header: 'Время с даты создания инцидента до времени первого ответа',
    kind: 'duration',
    meaning: 'from createdAt to the first reply, by the calendar',
  },
  {
    key: 'firstReplyWorkingTime',
    header: 'Время с даты создания инцидента до времени первого ответа, рабочее время',
    kind: 'duration',
    meaning: 'the same in working time, as the source measured it, rounded to the minute',
  },
  {
    key: 'assignedAt',
    header: 'Время назначения последнего исполнителя',
    kind: 'instant',
    meaning: 'when the last executor was assigned; may be after the first reply',
  },
  {
    key: 'executorReplyAt',
    header: 'Время 1го ответа ПИ',
    kind: 'instant',
    meaning: "when the executor's first reply was published",
  },
  {
    key: 'executorReaction',
    header: 'Первая реакция с момента назн. ПИ',
    kind: 'duration',
    meaning: "executor's first reply minus assignment minus the time in approval",
  },
  {
    key: 'executorInTime',
    header: 'Уложились или нет после назн. ПИ',
    kind: 'flag',
    meaning: 'whether the executor answered within the allowance; `-` without such a reply',
  },
  {
    key: 'lifeTime',
    header: 'Время с начала создания инцидента до окончания',
    kind: 'duration',
    meaning: 'from createdAt to closedAt, by the calendar',
  },
  {
    key: 'approvalAskedAt',
    header: 'Время отправки первого ответа ПИ на согласование',
    kind: 'instant',
    meaning: "when the executor's first reply was submitted for approval",
  },
  {
    key: 'approvalTime',
    header: 'Время, которое первый ответ ПИ находился на согласовании',
    kind: 'duration',
    meaning: 'how long that reply waited for its approval',
  },
  {
    key: 'step',
    header: 'Текущий шаг инцидента',
    kind: 'word',
    meaning: 'where it stands: `Готово` is closed, `Оценка удовлетворенности` is answered',
  },
  { key: 'createdAt', header: 'Дата создания', kind: 'instant', meaning: 'when it was recorded' },
  { key: 'closedAt', header: 'Дата окончания', kind: 'instant', meaning: 'empty while open' },
  { key: 'topicGroup', header: 'Группа тем', kind: 'word', meaning: 'the topic group' },
  { key: 'topic', header: 'Тема', kind: 'word', meaning: 'the topic' },
  { key: 'region', header: 'Регион', kind: 'word', meaning: 'the region it is about' },
  { key: 'municipality', header: 'Муниципалитет', kind: 'word', meaning: 'the municipality' },
  { key: 'locality', header: 'Населенный пункт', kind: 'word', meaning: 'town or village' },
  { key: 'street', header: 'Улица', kind: 'word', meaning: 'street' },
  { key: 'house', header: 'Дом', kind: 'word', meaning: 'house' },
  { key: 'oldObject', header: 'Объект старый', kind: 'word', meaning: 'object, by an older list' },
  { key: 'object', header: 'Объект', kind: 'word', meaning: 'the institution it is about' },
  {
    key: 'incidentType',
    header: 'Тип инцидента',
    kind: 'word',
    meaning: '`Решаемый` (something is to be done) or `Информационный` (to be explained)',
  },
  {
    key: 'outcome',
    header: 'Итог',
    kind: 'word',
    meaning: '`Решено`, `Разъяснено`, `Не решено`, `Отложено`',
  },
  {
    key: 'replyHasMedia',
    header: 'Есть медиафайл в ответе',
    kind: 'flag',
    meaning: 'whether a reply carried a file',
  },
  {
    key: 'messageHasMedia',
    header: 'Есть медиафайл в сообщении',
    kind: 'flag',
    meaning: "whether the citizen's message carried a file",
  },
  { key: 'postUrl', header: 'Урл поста', kind: 'url', meaning: 'the message itself; its site' },
  { key: 'pageUrl', header: 'Урл блога', kind: 'url', meaning: 'the page it was written on' },
  { key: 'text', header: 'Текст инцидента', kind: 'text', meaning: "the citizen's words" },
  { key: 'reply1', header: '1ый ответ ПИ', kind: 'text', meaning: "the executor's first reply" },
  { key: 'reply2', header: '2ой ответ ПИ', kind: 'text', meaning: "the executor's second reply" },
  { key: 'reply3', header: '3ий ответ ПИ', kind: 'text', meaning: "the executor's third reply" },
  {
    key: 'closingReason',
    header: 'Причина закрытия',
    kind: 'word',
    meaning: '`Автор доволен`, a rating 1-5, `Нет ответа от автора`, `Дальнейший диалог …`',
  },
  { key: 'audience', header: 'Аудитория', kind: 'count', meaning: 'readers of the page' },
  { key: 'engagement', header: 'Вовлеченность', kind: 'count', meaning: 'likes and answers' },
  { key: 'authorUrl', header: 'URL автора', kind: 'url', meaning: "the author's page: personal" },
  {
    key: 'replyAccount',
    header: 'Аккаунт публикации ответа',
    kind: 'url',
    meaning: 'the account that published the reply',
  },
  { key: 'tags', header: 'Теги', kind: 'word', meaning: 'tags, separated by commas' },
  { key: 'remark', header: 'Примечание', kind: 'word', meaning: 'an internal remark' },
  {
    key: 'ratingAskedAt',
    header: 'Время попадания на шаг оценка удовлетворенности',
    kind: 'instant',
    meaning: 'when the citizen was asked whether it is solved',
  },
  { key: 'surveySent', header: 'Опрос отправлен', kind: 'flag', meaning: 'whether a survey went' },
] as const satisfies readonly IncidentColumnShape[];

/** One column of the format. */
export type IncidentColumn = (typeof INCIDENT_COLUMNS)[number];
/** The name by which our code calls a column. */
export type IncidentKey = IncidentColumn['key'];

/** The number format of a duration cell in an XLSX file of this format. */
export const DURATION_NUMBER_FORMAT = '[hh]:mm:ss';

/** The word of the last step: the row is closed. */
export const CLOSED_STEP = 'Готово';
/** The word of the step after the answer, while the citizen may say whether it is solved. */
export const RATING_STEP = 'Оценка удовлетворенности';
