import type { ClosureReason, Status } from '../domain/transitions.js';
import { attachmentsWhere, type ListedAttachment } from './attachments-store.js';
import type { Db } from './pool.js';

/** What lies behind a private link. Instants inside of lists are ISO strings of PostgreSQL. */
export interface TrackedRow {
  id: string;
  number: string;
  status: Status;
  closureReason: ClosureReason | null;
  receivedAt: Date;
  closedAt: Date | null;
  agencyId: string | null;
  text: string | null;
  contact: string | null;
  rated: boolean;
  erased: boolean;
  answers: {
    text: string | null;
    kind: 'interim' | 'final' | 'question';
    outcome: string | null;
    publishedAt: string;
    revision: number;
    attachments: ListedAttachment[];
    /** Of another citizen's complaint, which this one was merged into: who that is and what they wrote. */
    other: {
      name: string | null;
      handle: string | null;
      contact: string | null;
      texts: string[];
    } | null;
  }[];
  messages: { text: string | null; at: string; attachments: ListedAttachment[] }[];
  attachments: ListedAttachment[];
  events: { type: string; at: string; agency: string | null; closure: string | null }[];
}

/** Events that a citizen may know of; what was answered is told by the publications. */
const PUBLIC_EVENTS = ['received', 'assigned', 'asked', 'closed', 'reopened'];

// Of each reply the newest revision that was published at this complaint: a duplicate has the answer of the
// complaint that it was merged into. In the order in which they were given: a correction, or a source that is slow,
// publishes an earlier one after a later.
const ANSWERS = `select jsonb_agg(jsonb_build_object('text', w.body, 'kind', w.kind, 'outcome', w.outcome,
    'publishedAt', w.published_at, 'revision', w.revision,
    'other', case when w.of <> c.id then (select jsonb_build_object('name', o.author_name, 'handle', o.author_handle,
        'contact', o.author_contact, 'texts', coalesce((select jsonb_agg(x.body) from texts x
          where x.complaint_id = o.id and x.kind in ('complaint', 'word') and x.body is not null), '[]'))
      from complaints o where o.id = w.of) end,
    'attachments', ${attachmentsWhere('a.reply_id = w.reply_id')})
    order by w.given_at, w.created_at, w.reply_id)
  from (select distinct on (p.reply_id) p.reply_id, p.revision, p.published_at, r.kind, r.outcome, t.body,
      r.complaint_id as of, r.created_at, coalesce(r.approved_at, r.created_at) as given_at
    from publications p join replies r on r.id = p.reply_id
      left join reply_revisions v on v.reply_id = p.reply_id and v.revision = p.revision
      join texts t on t.id = coalesce(v.text_id, r.text_id)
    where p.complaint_id = c.id and p.state = 'published'
    order by p.reply_id, p.revision desc) w`;

const MESSAGES = `select jsonb_agg(jsonb_build_object('text', t.body, 'at', i.received_at,
    'attachments', ${attachmentsWhere('a.inbox_id = i.id')})
    order by i.received_at, i.id)
  from inbox i join texts t on t.id = i.text_id where i.complaint_id = c.id and i.source <> 'merged'`;

const EVENTS = `select jsonb_agg(jsonb_build_object('type', e.type, 'at', e.at, 'agency', e.data ->> 'agency',
    'closure', e.data ->> 'closure') order by e.seq)
  from events e where e.complaint_id = c.id and e.type = any($2)`;

/** Reads what a private link shows, in one query; null for an unknown token. */
export async function findTracked(db: Db, token: string): Promise<TrackedRow | null> {
  const { rows } = await db.query<TrackedRow>({
    name: 'find-tracked',
    text: `select c.id, c.number, c.status, c.closure_reason as "closureReason",
        c.received_at as "receivedAt", c.closed_at as "closedAt", c.agency_id as "agencyId",
        c.author_contact as contact, t.body as text, c.erased_at is not null as erased,
        exists (select from ratings g where g.complaint_id = c.id and g.run_no = c.run_no) as rated,
        coalesce((${ANSWERS}), '[]'::jsonb) as answers,
        coalesce((${MESSAGES}), '[]'::jsonb) as messages,
        ${attachmentsWhere('a.complaint_id = c.id and a.reply_id is null and a.inbox_id is null')} as attachments,
        coalesce((${EVENTS}), '[]'::jsonb) as events
      from complaints c left join texts t on t.id = c.text_id where c.track_token = $1`,
    values: [token, PUBLIC_EVENTS],
  });
  return rows[0] ?? null;
}

/** The id and number behind a private link. */
export async function findByToken(
  db: Db,
  token: string,
): Promise<{ id: string; number: string } | null> {
  const { rows } = await db.query<{ id: string; number: string }>({
    name: 'find-by-token',
    text: 'select id, number from complaints where track_token = $1',
    values: [token],
  });
  return rows[0] ?? null;
}
