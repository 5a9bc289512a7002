import { SOURCES } from '../../contract/list.js';
import { COMPLAINT_KINDS } from '../../domain/commands.js';
import { readTags, type IncidentTags } from '../export/incident-tags.js';
import { RATING_STEP } from '../incident-columns.js';
import { shortened } from '../values/words.js';
import { instantOf, type InstantReader } from '../values/instant.js';
import { CellReader } from './cell-reader.js';
import type { FieldCells, RowProblem } from './fields.js';
import { readClosing } from './read-closing.js';
import { readReplies } from './read-replies.js';
import type { SourceLabels, SourceRow } from './source-row.js';
import { codeOf, fold, saysClosed, sourceOf } from './vocabulary.js';

export interface ReadContext {
  instants: InstantReader;
  /** World time, epoch ms. */
  now: number;
}

export interface ReadRow {
  /** null when a problem is an error. */
  row: SourceRow | null;
  problems: RowProblem[];
}

const LABELS = [
  'office',
  'agency',
  'executor',
  'step',
  'topicGroup',
  'topic',
  'region',
  'municipality',
  'incidentType',
  'outcome',
  'closingReason',
] as const satisfies (keyof SourceLabels)[];
const PERSONAL = [
  'locality',
  'street',
  'house',
  'oldObject',
  'object',
  'pageUrl',
  'authorUrl',
  'replyAccount',
] as const;

/** Reads one row of a table into our words. What a cell says wrongly is told with its column. */
export function readRow(cells: FieldCells, row: number, context: ReadContext): ReadRow {
  const reader = new CellReader(cells, context.instants, context.now);
  const sourceId = reader.word('id', 200);
  if (sourceId === null) reader.error('id', 'is empty: without it the row could come in twice');
  const createdAt = reader.instant('createdAt');
  if (createdAt === null && !reader.isBad) reader.error('createdAt', 'is empty');
  const text = reader.text('text');
  if (text === null && !reader.isBad) reader.warn('text', 'is empty');

  const labels = filled(LABELS.map((key) => [key, reader.word(key)])) as SourceLabels;
  const { tags, plain } = readTags(reader.word('tags', 100_000) ?? '');
  const url = reader.url('postUrl');
  const personal = filled([
    ...PERSONAL.map((key) => [key, reader.word(key, 2_000)] as [string, string | null]),
    ['tags', plain],
  ]) as Record<string, string>;
  const figures = readFigures(reader);
  const replies = readReplies(reader, tags, {
    firstReplyAt: figures.firstReplyAt,
    executorReplyAt: figures.executorReplyAt,
    ratingAskedAt: figures.ratingAskedAt,
    createdAt: createdAt ?? 0,
  });
  const closedAt = reader.instant('closedAt');
  const closing = isClosed(reader, labels, tags, closedAt)
    ? readClosing(reader, labels, tags, {
        closedAt,
        createdAt: createdAt ?? 0,
        ratingAskedAt: figures.ratingAskedAt,
        replies,
      })
    : null;
  const dueAt = reader.instant('dueAt');
  const author = readAuthor(reader, tags, personal.authorUrl);
  const place = readPlace(reader, tags, personal);
  const approval = approvalOf(figures.approvalAskedAt, figures.approvalTime);
  const result: SourceRow = {
    row,
    sourceId: sourceId ?? '',
    sourceNumber: reader.word('number', 200),
    source: readSource(reader, tags, url),
    externalId: within(200, tags.externalId),
    origin:
      oneOf(['authority_page', 'elsewhere'], tags.origin) ??
      (personal.pageUrl === undefined ? 'elsewhere' : originOf(personal)),
    visibility: oneOf(['public', 'private'], tags.visibility),
    kind: kindOf(labels.incidentType, tags),
    text: text ?? '',
    url,
    ...author,
    ...place,
    campaign: reader.word('campaign', 100) ?? within(100, tags.campaign),
    priority: oneOf(['ordinary', 'raised', 'danger'], tags.priority),
    level: /^\d{1,2}$/.test(tags.level ?? '') ? Number(tags.level) : 0,
    postedAt: reader.instant('postedAt') ?? instantOf(tags.postedAt),
    createdAt: createdAt ?? 0,
    dueAt,
    assignedAt: figures.assignedAt,
    replies: replies.list,
    approval,
    closing,
    remark: reader.text('remark'),
    labels,
    firstReplyWorkingMs: reader.duration('firstReplyWorkingTime'),
    executorReactionMs: reader.duration('executorReaction'),
    figures: filled(
      Object.entries({ ...figures, closedAt, repliesOfDesk: replies.repliesOfDesk }),
    ) as Record<string, number | string>,
    personal,
  };
  return { row: reader.isBad ? null : result, problems: reader.problems };
}

type Figures = ReturnType<typeof readFigures>;

/** What the source measured and noted, by the columns' keys. */
function readFigures(reader: CellReader) {
  const flag = (field: Parameters<CellReader['flag']>[0]): string | null => {
    const value = reader.flag(field);
    return value === null ? null : value ? 'Да' : 'Нет';
  };
  return {
    firstReplyAt: reader.instant('firstReplyAt'),
    assignedAt: reader.instant('assignedAt'),
    executorReplyAt: reader.instant('executorReplyAt'),
    approvalAskedAt: reader.instant('approvalAskedAt'),
    ratingAskedAt: reader.instant('ratingAskedAt'),
    firstReplyTime: reader.duration('firstReplyTime'),
    lifeTime: reader.duration('lifeTime'),
    approvalTime: reader.duration('approvalTime'),
    executorInTime: flag('executorInTime'),
    replyHasMedia: flag('replyHasMedia'),
    messageHasMedia: flag('messageHasMedia'),
    surveySent: flag('surveySent'),
    audience: reader.count('audience'),
    engagement: reader.count('engagement'),
  };
}

/**
 * `Готово` and a closing date close; so does the step after the answer, in which nobody has anything to do, and the
 * reason of a closing in a table that tells no step. A status that nobody translates closes by a usual word or a date.
 */
function isClosed(
  reader: CellReader,
  { step, closingReason }: SourceLabels,
  tags: IncidentTags,
  closedAt: number | null,
): boolean {
  const told = reader.word('status');
  if (told === 'open' || (told !== null && codeOf(told) !== null)) return told !== 'open';
  if (told !== null) {
    const isKnown = saysClosed(told) || closedAt !== null;
    const word = shortened(told, 60);
    const taken = isKnown ? 'closed' : 'open';
    reader.warn('status', `«${word}» is no status that is known; the row is taken as ${taken}`);
    return isKnown;
  }
  if (tags.status !== undefined) return tags.status === 'closed';
  if (closedAt !== null || step === undefined)
    return closedAt !== null || closingReason !== undefined;
  return saysClosed(step) || fold(step) === fold(RATING_STEP);
}

function approvalOf(
  askedAt: Figures['approvalAskedAt'],
  time: Figures['approvalTime'],
): SourceRow['approval'] {
  return askedAt === null || time === null ? null : { askedAt, approvedAt: askedAt + time };
}

function readSource(reader: CellReader, tags: IncidentTags, url: string | null): string {
  const given = reader.word('source') ?? tags.source ?? null;
  if (given === null) return sourceOf(url);
  const known = oneOf(SOURCES, given);
  if (known === null) reader.warn('source', `«${shortened(given, 60)}» is no source of the desk`);
  return known ?? sourceOf(url);
}

/** Authorities answer on the page that a message stands on when it is their own. */
const originOf = ({ pageUrl, replyAccount }: Record<string, string>): SourceRow['origin'] =>
  pageUrl === replyAccount ? 'authority_page' : 'elsewhere';

function kindOf(type: string | undefined, tags: IncidentTags): SourceRow['kind'] {
  const given = oneOf(COMPLAINT_KINDS, tags.kind);
  if (given !== null) return given;
  const word = fold(type ?? '');
  return word === 'решаемый'
    ? 'complaint'
    : word === 'информационный'
      ? 'question'
      : oneOf(COMPLAINT_KINDS, word);
}

/** A person's page on a social network is known by its last part, as the network's own messages name the person. */
function readAuthor(
  reader: CellReader,
  tags: IncidentTags,
  authorUrl: string | undefined,
): Pick<SourceRow, 'authorName' | 'authorHandle' | 'authorContact'> {
  const page =
    authorUrl !== undefined && URL.canParse(authorUrl)
      ? new URL(authorUrl).pathname.split('/').filter(Boolean).at(-1)
      : undefined;
  const handle = page ?? authorUrl;
  return {
    authorName: reader.word('authorName', 200) ?? within(200, tags.authorName),
    authorHandle: handle === undefined ? null : shortened(handle, 200),
    authorContact: reader.word('authorContact', 254) ?? within(254, tags.authorContact),
  };
}

function readPlace(
  reader: CellReader,
  tags: IncidentTags,
  { locality, street, house }: Record<string, string>,
): Pick<SourceRow, 'address' | 'lat' | 'lon'> {
  const parts = [locality, street, house].filter((part) => part !== undefined);
  const [lat, lon] = (tags.location ?? '').split(' ').map(Number);
  const isTagged =
    tags.location !== undefined && Math.abs(lat ?? 91) <= 90 && Math.abs(lon ?? 181) <= 180;
  return {
    address: reader.word('address') ?? (parts.length > 0 ? shortened(parts.join(', '), 500) : null),
    lat: isTagged ? (lat ?? null) : reader.decimal('lat', 90),
    lon: isTagged ? (lon ?? null) : reader.decimal('lon', 180),
  };
}

/** A tag's value as export wrote it; one that is longer than its field takes somebody has made. */
const within = (max: number, value: string | undefined): string | null =>
  value === undefined || value.length > max ? null : value;

function oneOf<T extends string>(values: readonly T[], value: string | undefined): T | null {
  return values.find((one) => one === value) ?? null;
}

const filled = (entries: [string, unknown][]): Record<string, unknown> =>
  Object.fromEntries(entries.filter(([, value]) => value !== null && value !== undefined));
