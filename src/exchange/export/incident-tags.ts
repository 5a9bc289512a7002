/**
 * What a complaint of ours knows and the 47 columns have no place for, as tags in the column «Теги»:
 * `источник=telegram, приоритет=raised, …`. Written and read here, so that a file that another desk imports
 * says the same as the desk it came from. A part without `=` is a plain tag of the source system and is left alone.
 */

/** Tag → the member of `IncidentTags` it stands for. All values are texts. */
const TAGS = {
  источник: 'source',
  'внешний ид': 'externalId',
  тип: 'kind',
  статус: 'status',
  закрытие: 'closure',
  приоритет: 'priority',
  уровень: 'level',
  видимость: 'visibility',
  место: 'origin',
  'прямая линия': 'campaign',
  написано: 'postedAt',
  координаты: 'location',
  автор: 'authorName',
  контакт: 'authorContact',
  оценка: 'rating',
  отзыв: 'ratingComment',
} as const;

/**
 * `kind`, `status`, `priority`, `source`, `visibility`, `origin`: codes; `closure`: the closure reason, for a
 * rejected one `rejected/<code>`; `level`: a whole number; `postedAt`: ISO 8601 in UTC; `location`: `lat lon`;
 * `rating`: `1` to `5`, `solved` or `not_solved`, a space, the instant it was given, and for a digit whether it is
 * solved, too, where the citizen said both.
 */
export type IncidentTags = Partial<Record<(typeof TAGS)[keyof typeof TAGS], string>> & {
  replies?: TaggedReply[];
};

/** A reply by its place among all that were sent, from 1: what the columns of texts do not say of it. */
export interface TaggedReply {
  place: number;
  kind: string;
  outcome: string | null;
  signatory: string | null;
  /** ISO 8601 in UTC. */
  publishedAt: string | null;
  promisedAt: string | null;
  /** Set from the fourth reply on, for which there is no column. */
  text?: string;
}

const REPLY_TAG = /^ответ (\d{1,4})$/;
/** Columns of the format that hold an executor's reply. */
export const REPLY_COLUMNS = 3;

/** Writes tags; what is undefined or empty is left out. `plain`: tags of the source system, kept as they were. */
export function tagsOf(tags: IncidentTags, plain: string | null = null): string | null {
  const parts = Object.entries(TAGS).flatMap(([tag, member]) => {
    const value = tags[member];
    return value === undefined || value === '' ? [] : [`${tag}=${encoded(value)}`];
  });
  for (const reply of tags.replies ?? []) {
    const { place, kind, outcome, signatory, publishedAt, promisedAt, text } = reply;
    const words = [kind, outcome, signatory, publishedAt, promisedAt].map((word) => word ?? '-');
    const rest = text === undefined ? '' : ` ${text}`;
    parts.push(`ответ ${place}=${encoded(words.join(' ') + rest)}`);
  }
  const all = [...(plain ? [plain] : []), ...parts];
  return all.length === 0 ? null : all.join(', ');
}

/** Reads what `tagsOf` wrote; `plain` is what else the cell held, null for nothing. */
export function readTags(cell: string): { tags: IncidentTags; plain: string | null } {
  const tags: IncidentTags = {};
  const plain: string[] = [];
  for (const part of cell.split(',').map((piece) => piece.trim())) {
    const at = part.indexOf('=');
    const name = part.slice(0, Math.max(0, at));
    const member = Object.hasOwn(TAGS, name) ? TAGS[name as keyof typeof TAGS] : undefined;
    const place = REPLY_TAG.exec(name)?.[1];
    const value = decoded(part.slice(at + 1));
    const reply = place === undefined ? undefined : replyOf(Number(place), value);
    if (member !== undefined) {
      tags[member] = value;
    } else if (reply !== undefined) {
      (tags.replies ??= []).push(reply);
    } else if (part !== '') {
      plain.push(part);
    }
  }
  return { tags, plain: plain.length === 0 ? null : plain.join(', ') };
}

function replyOf(place: number, value: string): TaggedReply | undefined {
  const [, kind, outcome, signatory, publishedAt, promisedAt, text] =
    /^(\S+) (\S+) (\S+) (\S+) (\S+)(?: ([^]*))?$/.exec(value) ?? [];
  if (kind === undefined) return undefined;
  const orNull = (word: string | undefined): string | null =>
    word === undefined || word === '-' ? null : word;
  return {
    place,
    kind,
    outcome: orNull(outcome),
    signatory: orNull(signatory),
    publishedAt: orNull(publishedAt),
    promisedAt: orNull(promisedAt),
    ...(text === undefined ? {} : { text }),
  };
}

// Commas part tags; blanks at a value's ends, in a row, or other than a space would not come back.
const encoded = (value: string): string =>
  value.replace(/[%,\u0000-\u001f]|[^\S ]|(?<=\s)\s|^\s|\s$/gu, (unit) => encodeURIComponent(unit));

/** Somebody may have edited the cell: a broken escape is taken as it stands, and zeros, which no text has, go. */
function decoded(value: string): string {
  return value.replace(/(%[0-9A-F]{2})+/g, (escape) => {
    try {
      return decodeURIComponent(escape).replaceAll('\0', '');
    } catch {
      return escape;
    }
  });
}
