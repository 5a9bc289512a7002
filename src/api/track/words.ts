import type { TrackedComplaint } from '../../contract/track.js';

export type Language = 'ru' | 'en';

/** The page's words. Plain language: the reader is a citizen. */
export interface Words {
  title: (number: string) => string;
  received: string;
  status: string;
  agency: string;
  yourText: string;
  yourMessages: string;
  erased: string;
  answers: string;
  noAnswer: string;
  question: string;
  interim: string;
  final: string;
  corrected: string;
  history: string;
  rateTitle: string;
  rating: string;
  ratingNames: [string, string, string, string, string];
  solved: string;
  yes: string;
  no: string;
  comment: string;
  send: string;
  writeTitle: string;
  message: string;
  withdrawTitle: string;
  withdrawHint: string;
  withdraw: string;
  hidden: string;
  eraseTitle: string;
  eraseHint: string;
  eraseConfirm: string;
  erase: string;
  other: { language: Language; name: string };
  done: Record<'rated' | 'written' | 'withdrawn' | 'erased', string>;
  notFound: string;
  problem: string;
  tooMany: string;
  later: string;
  emptyMessage: string;
  addFiles: string;
  filesHint: (mb: number) => string;
  file: (place: number) => string;
  photo: (place: number) => string;
  fileType: string;
  fileTooLarge: (mb: number) => string;
  fileWrong: string;
  fileGone: string;
  noFile: string;
  emptyRating: string;
  unconfirmed: string;
  statuses: Record<TrackedComplaint['status'], string>;
  closures: Record<string, string>;
  outcomes: Record<string, string>;
  events: Record<string, string>;
}

const ru: Words = {
  title: (number) => `Обращение ${number}`,
  received: 'Получено',
  status: 'Состояние',
  agency: 'Исполнитель',
  yourText: 'Ваше обращение',
  yourMessages: 'Ваши сообщения',
  erased: 'Текст удалён.',
  answers: 'Ответы',
  noAnswer: 'Ответа пока нет.',
  question: 'Вопрос к вам',
  interim: 'Промежуточный ответ',
  final: 'Ответ',
  corrected: 'исправлен',
  history: 'Ход рассмотрения',
  rateTitle: 'Оцените ответ',
  rating: 'Оценка',
  ratingNames: ['1 — очень плохо', '2 — плохо', '3 — терпимо', '4 — хорошо', '5 — отлично'],
  solved: 'Вопрос решён?',
  yes: 'Да, решён',
  no: 'Нет, не решён',
  comment: 'Комментарий (необязательно)',
  send: 'Отправить',
  writeTitle: 'Написать ещё',
  message: 'Ваше сообщение',
  withdrawTitle: 'Отозвать обращение',
  withdrawHint: 'Работа по обращению прекратится.',
  withdraw: 'Отозвать',
  hidden:
    'Телефоны, номера документов и квартир на этой странице скрыты: её может открыть каждый, у кого есть ссылка. Исполнитель видит текст целиком.',
  eraseTitle: 'Удалить мои данные',
  eraseHint:
    'Имя, контакты, адрес, все тексты и ответы по этому обращению будут удалены безвозвратно; открытое обращение будет отозвано. Останутся номер, тема и даты.',
  eraseConfirm: 'Я понимаю, что вернуть данные будет нельзя',
  erase: 'Удалить',
  other: { language: 'en', name: 'English' },
  done: {
    rated: 'Спасибо, оценка принята.',
    written: 'Сообщение принято.',
    withdrawn: 'Обращение отозвано.',
    erased: 'Ваши данные удалены.',
  },
  notFound: 'Обращение не найдено. Проверьте ссылку.',
  problem: 'Это сейчас невозможно',
  tooMany: 'Слишком много запросов. Попробуйте через минуту.',
  later: 'Сейчас не получилось. Попробуйте ещё раз чуть позже.',
  emptyMessage: 'Напишите сообщение, не длиннее 20 000 знаков, или приложите фото.',
  addFiles: 'Фото или PDF (необязательно)',
  filesHint: (mb) =>
    `JPEG, PNG, WebP, GIF или PDF, не больше ${mb} МБ каждый и не больше пяти сразу. Сведения о месте и устройстве из фото удаляются.`,
  file: (place) => `Файл ${place}`,
  photo: (place) => `Фото ${place}`,
  fileType: 'Такой файл приложить нельзя. Подойдут JPEG, PNG, WebP, GIF и PDF.',
  fileTooLarge: (mb) => `Файл больше ${mb} МБ.`,
  fileWrong:
    'Файл пуст или повреждён, или файлов слишком много: не больше пяти сразу и двадцати всего.',
  fileGone: 'Файла здесь больше нет, или ссылка устарела. Откройте страницу обращения ещё раз.',
  noFile: 'Файл не найден. Проверьте ссылку.',
  emptyRating: 'Выберите оценку или ответьте, решён ли вопрос.',
  unconfirmed: 'Отметьте, что понимаете: удалённое нельзя вернуть.',
  statuses: {
    received: 'получено',
    triage: 'на разборе',
    assigned: 'передано исполнителю',
    in_progress: 'в работе',
    waiting_citizen: 'ждём вашего ответа',
    in_review: 'ответ на согласовании',
    publishing: 'ответ готов',
    closed: 'закрыто',
  },
  closures: {
    answered: 'дан ответ',
    rejected: 'отклонено',
    duplicate: 'объединено с другим обращением',
    withdrawn: 'отозвано',
    no_response: 'нет ответа на уточняющий вопрос',
  },
  outcomes: {
    solved: 'решено',
    explained: 'разъяснено',
    postponed: 'отложено',
    not_solved: 'не решено',
  },
  events: {
    received: 'Обращение получено',
    assigned: 'Передано исполнителю',
    asked: 'Вам задан вопрос',
    answered: 'Опубликован ответ',
    closed: 'Обращение закрыто',
    reopened: 'Работа возобновлена',
  },
};

const en: Words = {
  title: (number) => `Complaint ${number}`,
  received: 'Received',
  status: 'Status',
  agency: 'Agency',
  yourText: 'What you wrote',
  yourMessages: 'Your further messages',
  erased: 'The text was erased.',
  answers: 'Answers',
  noAnswer: 'There is no answer yet.',
  question: 'A question to you',
  interim: 'Interim answer',
  final: 'Answer',
  corrected: 'corrected',
  history: 'What has happened',
  rateTitle: 'Rate the answer',
  rating: 'Rating',
  ratingNames: ['1 — very bad', '2 — bad', '3 — fair', '4 — good', '5 — excellent'],
  solved: 'Is it solved?',
  yes: 'Yes, it is solved',
  no: 'No, it is not',
  comment: 'Comment (optional)',
  send: 'Send',
  writeTitle: 'Write again',
  message: 'Your message',
  withdrawTitle: 'Withdraw the complaint',
  withdrawHint: 'Work on it will stop.',
  withdraw: 'Withdraw',
  hidden:
    'Phones and the numbers of documents and flats are hidden on this page: anybody who has the link can open it. The agency sees the whole text.',
  eraseTitle: 'Erase my data',
  eraseHint:
    'Your name, contacts, address, and all texts and answers of this complaint are erased for good; an open complaint is withdrawn. Its number, topic and dates stay.',
  eraseConfirm: 'I understand that the data cannot be brought back',
  erase: 'Erase',
  other: { language: 'ru', name: 'Русский' },
  done: {
    rated: 'Thank you for rating the answer.',
    written: 'Your message has been received.',
    withdrawn: 'The complaint has been withdrawn.',
    erased: 'Your data has been erased.',
  },
  notFound: 'No such complaint. Please check the link.',
  problem: 'This is not possible now',
  tooMany: 'Too many requests. Please try again in a minute.',
  later: 'That did not work just now. Please try again a little later.',
  emptyMessage: 'Please write a message of at most 20,000 characters, or attach a photo.',
  addFiles: 'Photos or PDF (optional)',
  filesHint: (mb) =>
    `JPEG, PNG, WebP, GIF or PDF, at most ${mb} MB each and five at once. What a photo tells of place and device is removed.`,
  file: (place) => `File ${place}`,
  photo: (place) => `Photo ${place}`,
  fileType: 'Such a file cannot be attached. JPEG, PNG, WebP, GIF and PDF can.',
  fileTooLarge: (mb) => `The file is larger than ${mb} MB.`,
  fileWrong:
    'The file is empty or damaged, or there are too many: at most five at once and twenty in all.',
  fileGone:
    'The file is no longer here, or the link has expired. Please open the page of the complaint again.',
  noFile: 'No such file. Please check the link.',
  emptyRating: 'Please choose a rating or say whether it is solved.',
  unconfirmed: 'Please confirm that you understand: what is erased cannot be brought back.',
  statuses: {
    received: 'received',
    triage: 'being sorted',
    assigned: 'passed to the agency',
    in_progress: 'in progress',
    waiting_citizen: 'waiting for your answer',
    in_review: 'the answer is being reviewed',
    publishing: 'the answer is ready',
    closed: 'closed',
  },
  closures: {
    answered: 'answered',
    rejected: 'rejected',
    duplicate: 'joined with another complaint',
    withdrawn: 'withdrawn',
    no_response: 'our question was not answered',
  },
  outcomes: {
    solved: 'solved',
    explained: 'explained',
    postponed: 'postponed',
    not_solved: 'not solved',
  },
  events: {
    received: 'The complaint was received',
    assigned: 'Passed to the agency',
    asked: 'You were asked a question',
    answered: 'An answer was published',
    closed: 'The complaint was closed',
    reopened: 'Work was taken up again',
  },
};

export const WORDS: Record<Language, Words> = { ru, en };
