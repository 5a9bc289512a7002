import type { ExportLanguage } from '../../contract/exports.js';
import type { ExportReply, ExportRow } from '../../db/export-rows.js';
import type { CellContext, CellKind, CellValue, Layout } from './column.js';
import { wordOf } from './plain-words.js';

interface PlainColumn {
  ru: string;
  en: string;
  kind?: CellKind;
  width?: number;
  /** Names, contacts, places, links and texts: empty for who may not see them. */
  personal?: true;
  cell: (row: ExportRow, context: CellContext & { language: ExportLanguage }) => CellValue;
}

const final = (row: ExportRow): ExportReply | undefined =>
  row.replies.findLast((reply) => reply.kind === 'final');

const COLUMNS: readonly PlainColumn[] = [
  { ru: 'Номер', en: 'Number', cell: (row) => row.number },
  word('Состояние', 'Status', (row) => row.status),
  word('Причина закрытия', 'Closure reason', (row) => row.closureReason),
  word('Код отклонения', 'Rejection code', (row) => row.rejectCode),
  word('Тип', 'Kind', (row) => row.kind),
  { ru: 'Группа тем', en: 'Topic group', width: 24, cell: (row) => row.groupName },
  { ru: 'Тема', en: 'Topic', width: 36, cell: (row) => row.topicName ?? row.topic },
  { ru: 'Исполнитель', en: 'Agency', width: 40, cell: (row) => row.agencyName },
  { ru: 'Сотрудник', en: 'Executor', personal: true, cell: (row) => row.executorName },
  { ru: 'Муниципалитет', en: 'Municipality', width: 24, cell: (row) => row.municipalityName },
  { ru: 'Адрес', en: 'Address', width: 36, personal: true, cell: (row) => row.address },
  { ru: 'Широта', en: 'Latitude', kind: 'number', personal: true, cell: (row) => row.lat },
  { ru: 'Долгота', en: 'Longitude', kind: 'number', personal: true, cell: (row) => row.lon },
  word('Источник', 'Source', (row) => row.source),
  word('Где написано', 'Origin', (row) => row.origin),
  word('Видимость', 'Visibility', (row) => row.visibility),
  word('Важность', 'Priority', (row) => row.priority),
  { ru: 'Уровень эскалации', en: 'Escalation level', kind: 'number', cell: (row) => row.level },
  { ru: 'Прямая линия', en: 'Campaign', cell: (row) => row.campaign },
  {
    ru: 'Повторное',
    en: 'Repeat',
    cell: (row, { language }) => wordOf(row.repeat ? 'yes' : 'no', language),
  },
  instant('Написано', 'Posted', (row) => row.postedAt),
  instant('Поступило', 'Received', (row) => row.receivedAt),
  instant('Срок первого ответа', 'First reply by', (row) => row.firstReplyBy),
  instant('Срок решения', 'Resolve by', (row) => row.resolveBy),
  instant('Ближайший срок', 'Due', (row) => row.dueAt),
  instant('Первый ответ', 'First reply', (row) => row.firstRepliedAt),
  {
    ru: 'Время до первого ответа',
    en: 'Time to first reply',
    kind: 'duration',
    cell: ({ firstRepliedAt, receivedAt }) =>
      firstRepliedAt === null ? null : Math.max(0, firstRepliedAt - receivedAt),
  },
  instant('Закрыто', 'Closed', (row) => row.closedAt),
  { ru: 'Ответов', en: 'Replies', kind: 'number', cell: (row) => row.replies.length },
  word('Итог', 'Outcome', (row) => final(row)?.outcome ?? null),
  word('Подписант', 'Signatory', (row) => final(row)?.signatory ?? null),
  { ru: 'Оценка', en: 'Rating', kind: 'number', cell: (row) => row.rating?.rating ?? null },
  {
    ru: 'Решено, по словам автора',
    en: 'Solved, the author says',
    cell: ({ rating }, { language }) =>
      rating?.solved == null ? null : wordOf(rating.solved ? 'yes' : 'no', language),
  },
  text('Текст', 'Text', (row) => row.text),
  text('Окончательный ответ', 'Final reply', (row) => final(row)?.text ?? null),
  text('Отзыв', 'Comment on the rating', (row) => row.rating?.comment ?? null),
  { ru: 'Автор', en: 'Author', personal: true, cell: (row) => row.authorName },
  { ru: 'Имя в сети', en: 'Handle', personal: true, cell: (row) => row.authorHandle },
  { ru: 'Контакт', en: 'Contact', personal: true, cell: (row) => row.authorContact },
  { ru: 'Ссылка', en: 'Link', width: 30, personal: true, cell: (row) => row.url },
  { ru: 'Ид в источнике', en: 'Id at the source', personal: true, cell: (row) => row.externalId },
  { ru: 'Ид', en: 'Id', width: 38, cell: (row) => row.id },
];

function word(ru: string, en: string, code: (row: ExportRow) => string | null): PlainColumn {
  return {
    ru,
    en,
    width: 18,
    cell(row, { language }) {
      const value = code(row);
      return value && wordOf(value, language);
    },
  };
}

function instant(ru: string, en: string, at: (row: ExportRow) => number | null): PlainColumn {
  return { ru, en, kind: 'instant', width: 20, cell: at };
}

function text(ru: string, en: string, of: (row: ExportRow) => string | null): PlainColumn {
  return { ru, en, width: 60, personal: true, cell: of };
}

const WIDTH_USUAL = 16;

/** Our own readable set of columns. */
export function plainLayout(language: ExportLanguage): Layout {
  return {
    columns: COLUMNS.map(({ kind = 'text', width = WIDTH_USUAL, ...names }) => ({
      header: names[language],
      kind,
      width,
    })),
    cellsOf: (row, context) =>
      COLUMNS.map(({ personal, cell }) =>
        personal && !context.personal ? null : cell(row, { ...context, language }),
      ),
    apostropheIsTaken: false,
  };
}
