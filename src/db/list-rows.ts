import type { ComplaintListItem } from '../contract/list.js';
import { PREVIEW_READ, previewOf } from './search.js';

/** A complaint as lists show it. Names of agencies and topics are joined, so that retired ones have theirs too. */
export type ItemRow = Omit<
  ComplaintListItem,
  | 'agency'
  | 'executor'
  | 'receivedAt'
  | 'dueAt'
  | 'overdue'
  | 'acceptBy'
  | 'firstReplyBy'
  | 'resolveBy'
  | 'promisedBy'
  | 'preview'
  | 'highlight'
> & {
  agencyId: string | null;
  agencyName: string | null;
  agencyCode: string | null;
  executorId: string | null;
  executorName: string | null;
  receivedAt: Date;
  dueAt: Date | null;
  acceptBy: Date | null;
  firstReplyBy: Date | null;
  resolveBy: Date | null;
  promisedBy: Date | null;
  text: string | null;
};

/** Words that the source of an imported complaint used, as `sourceLabels` shows them; with `imported_rows im`. */
export const SOURCE_LABELS = `case when im.complaint_id is not null then jsonb_strip_nulls(jsonb_build_object(
    'agency', im.labels -> 'agency', 'executor', im.labels -> 'executor', 'topicGroup', im.labels -> 'topicGroup',
    'topic', im.labels -> 'topic', 'municipality', im.labels -> 'municipality', 'region', im.labels -> 'region')) end`;

export const ITEM_COLUMNS = `c.id, c.number, c.version, c.status, c.closure_reason as "closureReason", c.kind,
  c.topic, tp.body ->> 'name' as "topicName", c.agency_id as "agencyId", ag.body ->> 'name' as "agencyName",
  ag.code as "agencyCode", c.executor_id as "executorId", ex.name as "executorName", c.municipality, c.priority,
  c.level, c.source, c.received_at as "receivedAt", c.due_at as "dueAt", c.accept_by as "acceptBy",
  c.first_reply_by as "firstReplyBy", c.resolve_by as "resolveBy", c.promised_by as "promisedBy",
  left(tx.body, ${PREVIEW_READ}) as text, c.campaign, c.repeat_of is not null as repeat,
  ${SOURCE_LABELS} as "sourceLabels"`;

export const ITEM_JOINS = `left join texts tx on tx.id = c.text_id
  left join imported_rows im on im.complaint_id = c.id
  left join users ex on ex.id = c.executor_id
  left join region_items ag on ag.id = c.agency_id and ag.current
  left join region_items tp on tp.kind = 'topic' and tp.code = c.topic and tp.current`;

const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

/** `now`: world time, epoch ms. */
export function itemOf(row: ItemRow, now: number): ComplaintListItem {
  return {
    id: row.id,
    number: row.number,
    version: row.version,
    status: row.status,
    closureReason: row.closureReason,
    kind: row.kind,
    topic: row.topic,
    topicName: row.topicName,
    agency:
      row.agencyId === null
        ? null
        : { id: row.agencyId, name: row.agencyName ?? '', code: row.agencyCode ?? '' },
    executor: row.executorId === null ? null : { id: row.executorId, name: row.executorName ?? '' },
    municipality: row.municipality,
    priority: row.priority,
    level: row.level,
    source: row.source,
    receivedAt: row.receivedAt.toISOString(),
    dueAt: iso(row.dueAt),
    overdue: row.status !== 'closed' && row.dueAt !== null && row.dueAt.getTime() <= now,
    acceptBy: iso(row.acceptBy),
    firstReplyBy: iso(row.firstReplyBy),
    resolveBy: iso(row.resolveBy),
    promisedBy: iso(row.promisedBy),
    preview: previewOf(row.text ?? ''),
    campaign: row.campaign,
    repeat: row.repeat,
    sourceLabels: row.sourceLabels,
  };
}
