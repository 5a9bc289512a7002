import type { IncidentKey } from '../src/exchange/incident-columns.js';

/** A row of an incident export as values: instants and durations in ms, texts without their apostrophe. */
export type IncidentRow = Partial<Record<IncidentKey, string | number>>;

const PLACES = ['Арзамас', 'Дзержинск', 'Кстово', 'Бор', 'Выкса', 'Павлово', 'Омск г.о.'];
const STREETS = ['улица Садовая', 'проспект Мира', 'Школьный переулок', 'набережная Речная'];
const TOPICS: readonly [string, string][] = [
  ['Дороги', 'Уборка дорог от снега и наледи'],
  ['Дороги', 'Ямы во дворах'],
  ['ЖКХ', 'Аварии (в т.ч. прорывы) в системе водоснабжения'],
  ['Образование', 'Образовательные программы'],
];
const AGENCIES = [
  'Министерство образования и науки Нижегородской области',
  'Министерство транспорта и автомобильных дорог Нижегородской области',
  'Администрация соседнего города',
];
const OPENINGS = ['Здравствуйте!', 'Добрый день.', 'Прошу обратить внимание:', 'Уже третий день'];
const TROUBLES = [
  'не убирают снег у остановки, пройти невозможно 😤',
  'во дворе глубокая яма, машины стоят',
  'течёт труба у второго подъезда',
  'не горят фонари вдоль всей улицы',
  'автобус ходит раз в час, дети мёрзнут',
  'мусор не вывозят с прошлой недели',
];
const PLEAS = [
  'Примите, пожалуйста, меры.',
  'Когда это закончится?',
  'Дом стоит у самой дороги,<br>соседи жалуются тоже.',
  'Писали в управляющую компанию, ответа нет.',
];
const ANSWERS = [
  'Здравствуйте! Работы внесены в план, бригада выйдет завтра.',
  'Добрый день. Обращение передано подрядчику, срок до конца недели.',
  'Здравствуйте, заявка выполнена, спасибо за обращение.',
];
const CLOSINGS = [
  'Автор доволен',
  'Нет ответа от автора',
  '5',
  'Дальнейший диалог нецелесообразен',
];

const HOUR_MS = 3_600_000;

/** Deterministic: the same seed makes the same rows (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Rows of an incident export, made up. The first `open` of them are open, the rest closed; `from` is the first
 * creation date, epoch ms, and each row comes some minutes after the one before.
 */
export function* incidentRows(
  count: number,
  { open = 0, seed = 1, from = Date.UTC(2023, 0, 9, 6), firstId = 1 } = {},
): Generator<IncidentRow> {
  const random = randomOf(seed);
  const pick = <T>(from_: readonly T[]): T => from_[Math.floor(random() * from_.length)] as T;
  for (let index = 0; index < count; index += 1) {
    const createdAt = from + index * 240_000 + Math.floor(random() * 60) * 1_000;
    const assignedAt = createdAt + Math.floor(random() * 2 * HOUR_MS);
    const repliedAt = assignedAt + 60_000 + Math.floor(random() * 6 * HOUR_MS);
    const [topicGroup, topic] = pick(TOPICS);
    const answer = `${pick(ANSWERS)} Номер заявки ${Math.floor(random() * 1e6)}.`;
    const site = pick(['vk', 'ok']);
    const id = firstId + index;
    const row: IncidentRow = {
      office: 'Нижегородская область',
      id,
      number: 100_000 + id,
      agency: pick(AGENCIES),
      step: index < open ? 'Подготовка ответа' : 'Готово',
      createdAt: whole(createdAt),
      topicGroup,
      topic,
      region: 'Нижегородская область',
      municipality: pick(PLACES),
      street: pick(STREETS),
      house: String(1 + Math.floor(random() * 80)),
      incidentType: 'Решаемый',
      replyHasMedia: 'Нет',
      messageHasMedia: 'Нет',
      postUrl: `https://${site}.example/post-${id}`,
      pageUrl: `https://${site}.example/page-${index % 50}`,
      text: `${pick(OPENINGS)} ${pick(STREETS)}, дом ${Math.floor(random() * 90)}: ${pick(TROUBLES)}. ${pick(PLEAS)} ${pick(TROUBLES)}, ${pick(PLEAS)}`,
      authorUrl: `https://${site}.example/author-${Math.floor(random() * 1e5)}`,
    };
    yield index < open
      ? row
      : {
          ...row,
          firstReplyAt: whole(repliedAt),
          firstReplyText: answer,
          firstReplyTime: repliedAt - createdAt,
          firstReplyWorkingTime: 60_000 * Math.floor(random() * 400),
          assignedAt: whole(assignedAt),
          executorReplyAt: whole(repliedAt),
          executorReaction: repliedAt - assignedAt,
          executorInTime: 'Да',
          closedAt: whole(repliedAt + 96 * HOUR_MS),
          lifeTime: repliedAt + 96 * HOUR_MS - createdAt,
          outcome: pick(['Решено', 'Разъяснено']),
          reply1: answer,
          closingReason: pick(CLOSINGS),
          audience: Math.floor(random() * 90_000),
          ratingAskedAt: whole(repliedAt),
          surveySent: 'Нет',
        };
  }
}

const whole = (at: number): number => at - (at % 1_000);
