import type { ExportReply, ExportRow } from '../../db/export-rows.js';
import { calendarOf } from '../../triage/calendar-of.js';
import type { IncidentKey } from '../incident-columns.js';
import type { CellContext, CellValue } from './column.js';
import { REPLY_COLUMNS, tagsOf, type IncidentTags } from './incident-tags.js';
import {
  CLOSING_WORDS,
  OUTCOME_WORDS,
  REJECT_WORDS,
  REJECTED_PREFIX,
  SOLVED_WORDS,
  STEP_WORDS,
  TYPE_WORDS,
} from './incident-words.js';

/** Values of the 47 columns by their keys, not yet in the file's habits; what is absent is empty. */
export type IncidentCells = Partial<Record<IncidentKey, CellValue>>;

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
/** The format's instants have whole seconds; its durations are taken between these, so that both agree. */
const second = (at: number | null): number | null =>
  at === null ? null : Math.floor(at / SECOND_MS) * SECOND_MS;
const between = (from: number | null, to: number | null): number | null =>
  from === null || to === null ? null : Math.max(0, to - from);

/** A complaint of the desk's own in the 47 columns. */
export function ownCells(row: ExportRow, context: CellContext): IncidentCells {
  const name = context.region.settings.name.ru;
  return {
    office: name,
    id: row.id,
    number: row.number,
    agency: row.parentAgencyName ?? row.agencyName,
    executor: row.parentAgencyName === null ? null : row.agencyName,
    ...timesOf(row, context),
    step: STEP_WORDS[row.status],
    topicGroup: row.groupName,
    topic: row.topicName ?? row.topic,
    region: name,
    municipality: row.municipalityName,
    incidentType: row.kind && TYPE_WORDS[row.kind],
    outcome: outcomeOf(row),
    closingReason: closingReasonOf(row),
    surveySent: row.closureReason === 'answered' ? 'Да' : 'Нет',
    tags: tagsOf(ownTags(row, context.personal), context.personal ? plainTags(row) : null),
    ...(context.personal ? personalCells(row) : {}),
  };
}

/** The replies in the executor's columns: a file may tell of a first one that somebody else gave. */
const executorReplies = (row: ExportRow): ExportReply[] =>
  row.replies.slice(Number(row.imported?.figures.repliesOfDesk ?? 0));

const plainTags = (row: ExportRow): string | null => {
  const plain = row.imported?.personal?.tags;
  return plain === undefined || plain === null ? null : String(plain);
};

function timesOf(row: ExportRow, context: CellContext): IncidentCells {
  const first = row.replies[0];
  const executors = executorReplies(row)[0];
  const createdAt = second(row.receivedAt);
  const closedAt = second(row.closedAt);
  const firstReplyAt = second(first ? sentAt(first) : null);
  const assignedAt = second(row.assignedAt);
  const executorReplyAt = second(executors ? sentAt(executors) : null);
  const askedAt = second(executors?.submittedAt ?? null);
  const approvalTime = between(askedAt, second(executors?.approvedAt ?? null));
  const reaction = between(assignedAt, executorReplyAt);
  return {
    createdAt,
    closedAt,
    firstReplyAt,
    executorReplyAt,
    assignedAt,
    approvalAskedAt: askedAt,
    approvalTime,
    firstReplyTime: between(createdAt, firstReplyAt),
    firstReplyWorkingTime: workingTime(row, createdAt, firstReplyAt, context),
    executorReaction: reaction === null ? null : Math.max(0, reaction - (approvalTime ?? 0)),
    executorInTime:
      executorReplyAt === null ? null : row.firstReplyMissedAt === null ? 'Да' : 'Нет',
    lifeTime: between(createdAt, closedAt),
    ratingAskedAt: row.closureReason === 'answered' ? closedAt : null,
  };
}

/** When the citizen had the reply; for one whose publication is under way, when it left the desk. */
const sentAt = (reply: ExportReply): number | null => reply.publishedAt ?? reply.approvedAt;

/** Rounded to the minute, as the format has it. */
function workingTime(
  row: ExportRow,
  from: number | null,
  to: number | null,
  { region }: CellContext,
): number | null {
  if (from === null || to === null) return null;
  const worked = calendarOf(region, row.calendar).workingBetween(from, to);
  return Math.round(worked / MINUTE_MS) * MINUTE_MS;
}

function outcomeOf(row: ExportRow): string | null {
  const outcome = row.replies.findLast((reply) => reply.outcome !== null)?.outcome ?? null;
  return outcome && OUTCOME_WORDS[outcome];
}

function closingReasonOf({ closureReason, rejectCode, rating }: ExportRow): string | null {
  if (closureReason === null) return null;
  if (closureReason === 'rejected') {
    return REJECTED_PREFIX + (rejectCode === null ? '' : REJECT_WORDS[rejectCode]);
  }
  if (closureReason !== 'answered') return CLOSING_WORDS[closureReason];
  if (rating?.rating) return String(rating.rating);
  return rating?.solved === true
    ? SOLVED_WORDS.yes
    : rating?.solved === false
      ? SOLVED_WORDS.no
      : null;
}

function personalCells(row: ExportRow): IncidentCells {
  const [one, two, three] = executorReplies(row);
  return {
    street: row.address,
    postUrl: row.url,
    authorUrl: row.authorHandle,
    text: row.text,
    firstReplyText: row.replies[0]?.text ?? null,
    reply1: one?.text ?? null,
    reply2: two?.text ?? null,
    reply3: three?.text ?? null,
  };
}

const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

function ownTags(row: ExportRow, personal: boolean): IncidentTags {
  const { imported } = row;
  // An import names a row to the outside where nobody else did.
  const isMadeUp = row.externalId === `${imported?.system}:${imported?.sourceId}`;
  const externalId = isMadeUp ? null : row.externalId;
  const inColumns = row.replies.length - executorReplies(row).length + REPLY_COLUMNS;
  const { rating, rejectCode, closureReason: reason } = row;
  return {
    source: row.source,
    kind: row.kind ?? '',
    status: row.status === 'closed' ? '' : row.status,
    closure: reason === 'rejected' ? `rejected/${rejectCode ?? ''}` : (reason ?? ''),
    priority: row.priority === 'ordinary' ? '' : row.priority,
    level: row.level === 0 ? '' : String(row.level),
    visibility: row.visibility,
    origin: row.origin === 'elsewhere' ? '' : row.origin,
    campaign: row.campaign ?? '',
    postedAt: iso(row.postedAt) ?? '',
    rating: rating === null ? '' : ratingTag(rating),
    ...(personal && {
      externalId: externalId ?? '',
      location: row.lat === null || row.lon === null ? '' : `${row.lat} ${row.lon}`,
      authorName: row.authorName ?? '',
      authorContact: row.authorContact ?? '',
      ratingComment: rating?.comment ?? '',
    }),
    replies: row.replies.map((reply, index) => ({
      place: index + 1,
      kind: reply.kind,
      outcome: reply.outcome,
      signatory: reply.signatory ?? 'agency',
      publishedAt: iso(sentAt(reply)),
      promisedAt: iso(reply.promisedAt),
      ...(personal && index >= inColumns && reply.text !== null ? { text: reply.text } : {}),
    })),
  };
}

/** `5 2026-05-12T09:30:00.000Z solved`, or only one of the digit and the word. */
function ratingTag({ rating, solved, at }: NonNullable<ExportRow['rating']>): string {
  const said = solved === null ? [] : [solved ? 'solved' : 'not_solved'];
  const words = rating === null ? said : [String(rating), ...said];
  return [words[0], iso(at), ...words.slice(1)].join(' ');
}
