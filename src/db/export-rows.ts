import type { ComplaintKind, ReplyOutcome } from '../domain/commands.js';
import type { ClosureReason, RejectCode, Status } from '../domain/transitions.js';
import type { Db } from './pool.js';

/** A complaint with all that an export may say of it. Instants are epoch ms of world time. */
export interface ExportRow {
  id: string;
  number: string;
  status: Status;
  closureReason: ClosureReason | null;
  rejectCode: RejectCode | null;
  kind: ComplaintKind | null;
  topic: string | null;
  topicName: string | null;
  groupName: string | null;
  agencyName: string | null;
  /** Of the agency above, where there is one. */
  parentAgencyName: string | null;
  executorName: string | null;
  municipalityName: string | null;
  priority: string;
  level: number;
  source: string;
  externalId: string | null;
  origin: string;
  visibility: string;
  campaign: string | null;
  repeat: boolean;
  text: string | null;
  authorName: string | null;
  authorHandle: string | null;
  authorContact: string | null;
  url: string | null;
  address: string | null;
  lat: number | null;
  lon: number | null;
  postedAt: number | null;
  receivedAt: number;
  acceptBy: number | null;
  firstReplyBy: number | null;
  resolveBy: number | null;
  dueAt: number | null;
  firstRepliedAt: number | null;
  closedAt: number | null;
  calendar: string | null;
  /** The due of the first reply that was missed. */
  firstReplyMissedAt: number | null;
  assignedAt: number | null;
  /** Interim and final ones, in the order in which they left the desk: their publications may overtake each other. */
  replies: ExportReply[];
  rating: ExportRating | null;
  /** Set for one that came from another system's file. */
  imported: ImportedCells | null;
}

/** What a file of another system said and the complaint's own tables have no place for, by columns' keys. */
export interface ImportedCells {
  system: string;
  sourceId: string;
  sourceNumber: string | null;
  labels: Record<string, string | number | null>;
  figures: Record<string, string | number | null>;
  personal: Record<string, string | number | null> | null;
  firstReplyWorkingMs: number | null;
  executorReactionMs: number | null;
  /** The file's internal remark, which became the desk's own note. */
  remark: string | null;
  /** It is as it came in: closed then, and never moved here. */
  isHistory: boolean;
}

export interface ExportReply {
  kind: 'interim' | 'final';
  outcome: ReplyOutcome | null;
  signatory: string | null;
  text: string | null;
  promisedAt: number | null;
  /** When it went for approval; null for one that needed none. */
  submittedAt: number | null;
  approvedAt: number | null;
  publishedAt: number | null;
}

export interface ExportRating {
  solved: boolean | null;
  rating: number | null;
  comment: string | null;
  at: number;
}

const ms = (instant: string): string => `floor(extract(epoch from ${instant}) * 1000)::float8`;

const REPLIES = `select jsonb_agg(jsonb_build_object(
    'kind', r.kind, 'outcome', r.outcome, 'signatory', r.signatory, 'text', rt.body,
    'promisedAt', ${ms('r.promised_at')}, 'approvedAt', ${ms('r.approved_at')},
    'publishedAt', ${ms('r.published_at')},
    'submittedAt', (select ${ms('max(e.at)')} from events e
      where e.complaint_id = c.id and e.type = 'reply_submitted' and e.data ->> 'reply' = r.id::text)
  ) order by coalesce(r.approved_at, r.created_at), r.created_at, r.id)
  from replies r left join texts rt on rt.id = r.text_id
  where r.complaint_id = c.id and r.kind <> 'question' and r.state in ('approved', 'published')`;

const RATING = `select jsonb_build_object('solved', g.solved, 'rating', g.rating, 'comment', gt.body,
    'at', ${ms('g.created_at')})
  from ratings g left join texts gt on gt.id = g.comment_id
  where g.complaint_id = c.id order by g.run_no desc limit 1`;

const IMPORTED = `case when im.complaint_id is not null then jsonb_build_object('system', im.source_system,
    'sourceId', im.source_id, 'sourceNumber', im.source_number, 'labels', im.labels,
    'figures', im.figures, 'personal', im.personal, 'firstReplyWorkingMs', im.first_reply_working_ms,
    'executorReactionMs', im.executor_reaction_ms, 'remark', (
      select nt.body from notes n join texts nt on nt.id = n.text_id
      where n.complaint_id = c.id and n.agency_id is null and n.created_at = c.imported_at limit 1), 'isHistory', c.run_no = 0 and c.status = 'closed') end`;

const name = (alias: string): string => `${alias}.body ->> 'name'`;

/** Reads complaints by their ids, in the order of the ids, in one statement; those that are gone are left out. */
export async function readExportRows(db: Db, ids: string[]): Promise<ExportRow[]> {
  const { rows } = await db.query<ExportRow>({
    name: 'read-export-rows',
    text: `select c.id, c.number, c.status, c.closure_reason as "closureReason", c.reject_code as "rejectCode",
        c.kind, c.topic, ${name('tp')} as "topicName", ${name('tg')} as "groupName",
        ${name('ag')} as "agencyName", ${name('pa')} as "parentAgencyName", ex.name as "executorName",
        ${name('mu')} as "municipalityName", c.priority, c.level, c.source, c.external_id as "externalId",
        c.origin, c.visibility, c.campaign, c.repeat_of is not null as repeat, tx.body as text,
        c.author_name as "authorName", c.author_handle as "authorHandle",
        c.author_contact as "authorContact", c.url, c.address, c.lat, c.lon,
        ${ms('c.posted_at')} as "postedAt", ${ms('c.received_at')} as "receivedAt",
        ${ms('c.accept_by')} as "acceptBy", ${ms('c.first_reply_by')} as "firstReplyBy",
        ${ms('c.resolve_by')} as "resolveBy", ${ms('c.due_at')} as "dueAt",
        ${ms('c.first_replied_at')} as "firstRepliedAt", ${ms('c.closed_at')} as "closedAt",
        c.process ->> 'calendar' as calendar,
        (c.process #>> '{clocks,first_reply,breachedAt}')::float8 as "firstReplyMissedAt",
        (select ${ms('max(e.at)')} from events e
          where e.complaint_id = c.id and e.type in ('assigned', 'delegated')) as "assignedAt",
        coalesce((${REPLIES}), '[]') as replies, (${RATING}) as rating, ${IMPORTED} as imported
      from unnest($1::uuid[]) with ordinality picked (id, place)
      join complaints c on c.id = picked.id
      left join texts tx on tx.id = c.text_id
      left join users ex on ex.id = c.executor_id
      left join region_items ag on ag.id = c.agency_id and ag.current
      left join region_items pa on pa.kind = 'agency' and pa.code = ag.body ->> 'parent' and pa.current
      left join region_items tp on tp.kind = 'topic' and tp.code = c.topic and tp.current
      left join region_items tg on tg.kind = 'topic_group' and tg.code = c.topic_group and tg.current
      left join region_items mu on mu.kind = 'municipality' and mu.code = c.municipality and mu.current
      left join imported_rows im on im.complaint_id = c.id
      order by picked.place`,
    values: [ids],
  });
  return rows;
}
