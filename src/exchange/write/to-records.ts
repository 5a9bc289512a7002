import { createHash } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import { hexBytes } from '../../db/bulk-insert.js';
import { newTrackToken, yearIn } from '../../db/complaint-identity.js';
import { personKey } from '../../subjects/person-key.js';
import type { RegionView } from '../../db/region-store.js';
import { canonicalJson, chain, EMPTY_HEAD, newText } from '../../db/timeline.js';
import { nameMatcher, type Matched } from '../rows/match-names.js';
import type { SourceRow } from '../rows/source-row.js';
import { historyEvents } from './history-events.js';
import { at, eventRecord, noRecords, textRecord, type Records } from './records.js';
import { replyRecords, type WrittenReply } from './reply-records.js';

/** What all rows of an import share. */
export interface Origin {
  importId: string;
  /** Name of the source system: with the row's id there it makes a row known. */
  system: string;
  /** `key:<id>`, `user:<id>` or `system`. */
  actor: string;
  /** World time, epoch ms. */
  now: number;
  region: RegionView;
  personSecret: string;
}

const OPEN_SOURCES = ['vk', 'ok', 'telegram', 'max', 'open311', 'monitoring'];

/** How a complaint that came from a row names it to the outside: unique with its source. */
export const externalIdOf = (row: SourceRow, system: string): string =>
  row.externalId ?? `${system}:${row.sourceId}`;

/** sha256 over what a row tells; figures that the source goes on counting (readers, durations) are left out. */
export function rowDigest(row: SourceRow): Buffer {
  const { labels, text, createdAt, replies, closing } = row;
  const told = [
    [labels.agency, labels.executor, labels.topic, labels.municipality, labels.outcome],
    text,
    createdAt,
    replies.map((reply) => reply.text),
    closing && [closing.at, closing.reason, labels.closingReason],
  ];
  return createHash('sha256').update(canonicalJson(told)).digest();
}

/**
 * The records that a row becomes. A closed one is history: whole, with its true times, and nothing is started for it.
 * An open one is a complaint that has just been received, with what is known of it, and waits for its workflow.
 */
export function toRecords(row: SourceRow, origin: Origin): Records {
  const { actor, region, now } = origin;
  const id = uuid();
  const matched = nameMatcher(region).match(row.labels);
  const records = noRecords();
  const text = newText('complaint', row.text);
  records.texts.push(textRecord(id, text));
  const replies = row.replies.map((reply, index) =>
    addReply(records, replyRecords(id, row, reply, index, actor)),
  );
  const comment = row.closing?.rating?.comment ?? null;
  const commentText = comment === null ? null : newText('comment', comment);
  if (commentText !== null) records.texts.push(textRecord(id, commentText));
  const visibility = row.visibility ?? (OPEN_SOURCES.includes(row.source) ? 'public' : 'private');
  const events = chain(
    id,
    EMPTY_HEAD,
    historyEvents(row, {
      ...origin,
      matched,
      visibility,
      text: text.ref,
      replies,
      comment: commentText?.ref ?? null,
    }),
  );
  const head = events.at(-1);
  records.events.push(...events.map((event) => eventRecord(id, event)));
  const last = replies.at(-1);
  if (row.closing?.rating && last !== undefined) {
    const { rating, solved, at: ratedAt } = row.closing.rating;
    records.ratings.push({
      id: uuid(),
      complaint_id: id,
      reply_id: last.id,
      run_no: 0,
      solved,
      rating,
      comment_id: commentText?.id ?? null,
      created_at: at(ratedAt),
    });
  }
  if (row.remark !== null) addNote(records, id, row.remark, actor, now);
  records.complaints.push({
    ...complaintOf(id, row, origin, matched),
    text_id: text.id,
    visibility,
    event_seq: head?.seq ?? 0,
    event_hash: hexBytes(head?.hash ?? EMPTY_HEAD.hash),
    first_replied_at: at(replies[0]?.at ?? null),
    process: processOf(row, region, last),
  });
  records.imported_rows.push(importedRowOf(id, row, origin));
  if (row.closing === null) {
    records.outbox.push({ kind: 'import_start', complaint_id: id, payload: { from: 'import' } });
  }
  return records;
}

function complaintOf(
  id: string,
  row: SourceRow,
  { system, actor, now, region, personSecret }: Origin,
  matched: Matched,
): object {
  const { closing, authorHandle: handle, authorContact: contact } = row;
  return {
    id,
    number: String(yearIn(region.settings.zone, row.createdAt)),
    source: row.source,
    external_id: externalIdOf(row, system),
    author_name: row.authorName,
    author_handle: handle,
    author_contact: contact,
    person_key: personKeyOf(personSecret, row.source, handle, contact),
    url: row.url,
    address: row.address,
    lat: row.lat,
    lon: row.lon,
    posted_at: at(row.postedAt),
    received_at: at(row.createdAt),
    imported_at: at(now),
    origin: row.origin,
    municipality_given: matched.municipality,
    campaign: row.campaign,
    track_token: newTrackToken(),
    created_by: actor,
    status: closing === null ? 'received' : 'closed',
    closure_reason: closing?.reason ?? null,
    reject_code: closing?.rejectCode ?? null,
    kind: row.kind,
    topic: matched.topic,
    topic_group: matched.topicGroup,
    topic_source: matched.topic === null ? null : 'operator',
    municipality: matched.municipality,
    agency_id: matched.agencyId,
    priority: row.priority ?? 'ordinary',
    level: row.level,
    resolve_by: at(row.dueAt),
    closed_at: at(closing?.at ?? null),
  };
}

function personKeyOf(
  secret: string,
  source: string,
  handle: string | null,
  contact: string | null,
): string | null {
  const key = personKey(secret, source, {
    handle: handle ?? undefined,
    contact: contact ?? undefined,
  });
  return key === null ? null : hexBytes(key);
}

/** What a reopening needs of a closed one: whose rules and hours its clocks will follow, and which reply closed it. */
function processOf(row: SourceRow, region: RegionView, last: WrittenReply | undefined): object {
  const { defaults } = region.settings;
  return row.closing === null
    ? {}
    : {
        policy: region.policies.get(defaults.policy) ?? null,
        calendar: defaults.calendar,
        finalReplyId: row.closing.reason === 'answered' ? (last?.id ?? null) : null,
      };
}

function addReply(records: Records, { reply, records: made }: ReturnType<typeof replyRecords>) {
  records.texts.push(...made.texts);
  records.replies.push(...made.replies);
  records.reply_revisions.push(...made.reply_revisions);
  records.publications.push(...made.publications);
  return reply;
}

function addNote(records: Records, id: string, remark: string, actor: string, now: number): void {
  const text = newText('note', remark);
  records.texts.push(textRecord(id, text));
  records.notes.push({
    id: uuid(),
    complaint_id: id,
    text_id: text.id,
    actor,
    created_at: at(now),
  });
}

function importedRowOf(id: string, row: SourceRow, { importId, system }: Origin): object {
  return {
    complaint_id: id,
    import_id: importId,
    row_no: row.row,
    source_system: system,
    source_id: row.sourceId,
    source_number: row.sourceNumber,
    digest: hexBytes(rowDigest(row)),
    labels: row.labels,
    first_reply_working_ms: row.firstReplyWorkingMs,
    executor_reaction_ms: row.executorReactionMs,
    due_at: at(row.dueAt),
    closed_at: at(row.closing?.at ?? null),
    figures: row.figures,
    personal: row.personal,
  };
}
