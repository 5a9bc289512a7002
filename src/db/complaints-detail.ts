import type { Process } from '../domain/process.js';
import { attachmentsWhere, type ListedAttachment } from './attachments-store.js';
import { SOURCE_LABELS } from './list-rows.js';
import type { Db } from './pool.js';

/** Everything that lies about one complaint. Instants inside of lists are ISO strings of PostgreSQL. */
export interface ComplaintDetail {
  id: string;
  topicGroup: string | null;
  confidence: number | null;
  topicSource: 'rule' | 'model' | 'operator' | null;
  municipality: string | null;
  rule: string | null;
  process: Pick<Process, 'suggestions' | 'policy' | 'calendar' | 'clocks' | 'waiting'>;
  acceptBy: Date | null;
  firstReplyBy: Date | null;
  resolveBy: Date | null;
  promisedBy: Date | null;
  source: string;
  externalId: string | null;
  text: string | null;
  authorName: string | null;
  authorHandle: string | null;
  authorContact: string | null;
  url: string | null;
  address: string | null;
  lat: number | null;
  lon: number | null;
  origin: string;
  visibility: string;
  receivedAt: Date;
  postedAt: Date | null;
  closedAt: Date | null;
  campaign: string | null;
  sourceLabels: Record<string, string> | null;
  imported: {
    at: string;
    system: string;
    id: string;
    number: string | null;
    firstReplyWorkingMs: number | null;
    executorReactionMs: number | null;
  } | null;
  repeatOf: string | null;
  mergedInto: string | null;
  parent: string | null;
  trackToken: string;
  replies: ReplyDetail[];
  /** Of the complaint and the further words, not of replies. */
  attachments: ListedAttachment[];
  extensions: {
    id: string;
    until: string;
    reason: string | null;
    state: string;
    createdAt: string;
    decidedAt: string | null;
  }[];
  ratings: {
    id: string;
    solved: boolean | null;
    rating: number | null;
    comment: string | null;
    createdAt: string;
  }[];
}

export interface ReplyDetail {
  id: string;
  kind: string;
  outcome: string | null;
  text: string | null;
  state: string;
  revision: number;
  promisedAt: string | null;
  signatory: string | null;
  createdAt: string;
  approvedAt: string | null;
  publishedAt: string | null;
  publications: {
    id: string;
    channel: string;
    state: string;
    attempts: number;
    lastError: string | null;
  }[];
  attachments: ListedAttachment[];
}

const list = (query: string): string => `coalesce((${query}), '[]'::jsonb)`;

const REPLIES = `select jsonb_agg(jsonb_build_object(
    'id', r.id, 'kind', r.kind, 'outcome', r.outcome, 'text', rt.body, 'state', r.state,
    'revision', r.revision, 'promisedAt', r.promised_at, 'signatory', r.signatory,
    'createdAt', r.created_at, 'approvedAt', r.approved_at, 'publishedAt', r.published_at,
    'publications', coalesce((select jsonb_agg(jsonb_build_object('id', p.id, 'channel', p.channel,
        'state', p.state, 'attempts', p.attempts, 'lastError', p.last_error) order by p.revision, p.id)
      from publications p where p.reply_id = r.id), '[]'::jsonb),
    'attachments', ${attachmentsWhere('a.reply_id = r.id')}
  ) order by r.created_at, r.id)
  from replies r join texts rt on rt.id = r.text_id where r.complaint_id = c.id`;

const EXTENSIONS = `select jsonb_agg(jsonb_build_object('id', x.id, 'until', x.until, 'reason', xt.body,
    'state', x.state, 'createdAt', x.created_at, 'decidedAt', x.decided_at) order by x.created_at, x.id)
  from extensions x left join texts xt on xt.id = x.reason_id where x.complaint_id = c.id`;

const RATINGS = `select jsonb_agg(jsonb_build_object('id', g.id, 'solved', g.solved, 'rating', g.rating,
    'comment', gt.body, 'createdAt', g.created_at) order by g.created_at)
  from ratings g left join texts gt on gt.id = g.comment_id where g.complaint_id = c.id`;

/** Reads a complaint that exists with all that belongs to it, in one query. */
export async function readDetail(db: Db, id: string): Promise<ComplaintDetail> {
  const { rows } = await db.query<ComplaintDetail>({
    name: 'read-detail',
    text: `select c.id, c.topic_group as "topicGroup", c.topic_confidence as confidence,
        c.topic_source as "topicSource", c.municipality, c.rule, c.process, c.accept_by as "acceptBy",
        c.first_reply_by as "firstReplyBy", c.resolve_by as "resolveBy", c.promised_by as "promisedBy",
        c.source, c.external_id as "externalId", t.body as text, c.author_name as "authorName",
        c.author_handle as "authorHandle", c.author_contact as "authorContact", c.url, c.address,
        c.lat, c.lon, c.origin, c.visibility, c.received_at as "receivedAt", c.posted_at as "postedAt",
        c.closed_at as "closedAt", c.campaign, c.repeat_of as "repeatOf", c.merged_into as "mergedInto",
        c.parent_id as parent, c.track_token as "trackToken", ${SOURCE_LABELS} as "sourceLabels",
        case when im.complaint_id is not null then jsonb_build_object('at', c.imported_at,
          'system', im.source_system, 'id', im.source_id, 'number', im.source_number,
          'firstReplyWorkingMs', im.first_reply_working_ms,
          'executorReactionMs', im.executor_reaction_ms) end as imported,
        ${list(REPLIES)} as replies, ${list(EXTENSIONS)} as extensions, ${list(RATINGS)} as ratings,
        ${attachmentsWhere('a.complaint_id = c.id and a.reply_id is null')} as attachments
      from complaints c left join texts t on t.id = c.text_id
        left join imported_rows im on im.complaint_id = c.id
      where c.id = $1`,
    values: [id],
  });
  return rows[0] as ComplaintDetail;
}
