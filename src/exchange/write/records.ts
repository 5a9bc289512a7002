import type { Db } from '../../db/pool.js';
import { insertMany, hexBytes, type ColumnTypes } from '../../db/bulk-insert.js';
import type { ChainedEvent, NewText } from '../../db/timeline.js';

/** Rows of the desk's tables that one or many imported rows become. Members are columns. */
export interface Records {
  complaints: object[];
  texts: object[];
  events: object[];
  replies: object[];
  reply_revisions: object[];
  publications: object[];
  ratings: object[];
  notes: object[];
  imported_rows: object[];
  outbox: object[];
}

export const noRecords = (): Records => ({
  complaints: [],
  texts: [],
  events: [],
  replies: [],
  reply_revisions: [],
  publications: [],
  ratings: [],
  notes: [],
  imported_rows: [],
  outbox: [],
});

const COLUMNS: Record<keyof Records, ColumnTypes> = {
  complaints: {
    id: 'uuid',
    // The year of receipt; the rest of the number is counted by the database.
    number: 'text',
    source: 'text',
    external_id: 'text',
    text_id: 'uuid',
    author_name: 'text',
    author_handle: 'text',
    author_contact: 'text',
    person_key: 'bytea',
    url: 'text',
    address: 'text',
    lat: 'float8',
    lon: 'float8',
    posted_at: 'timestamptz',
    received_at: 'timestamptz',
    imported_at: 'timestamptz',
    origin: 'text',
    visibility: 'text',
    municipality_given: 'text',
    campaign: 'text',
    track_token: 'text',
    created_by: 'text',
    event_seq: 'int',
    event_hash: 'bytea',
    status: 'text',
    closure_reason: 'text',
    reject_code: 'text',
    kind: 'text',
    topic: 'text',
    topic_group: 'text',
    topic_source: 'text',
    municipality: 'text',
    agency_id: 'uuid',
    priority: 'text',
    level: 'int',
    resolve_by: 'timestamptz',
    first_replied_at: 'timestamptz',
    closed_at: 'timestamptz',
    process: 'jsonb',
  },
  texts: { id: 'uuid', complaint_id: 'uuid', kind: 'text', key: 'bytea', body: 'text' },
  events: {
    complaint_id: 'uuid',
    seq: 'int',
    type: 'text',
    at: 'timestamptz',
    actor: 'text',
    data: 'jsonb',
    hash: 'bytea',
  },
  replies: {
    id: 'uuid',
    complaint_id: 'uuid',
    kind: 'text',
    outcome: 'text',
    promised_at: 'timestamptz',
    signatory: 'text',
    state: 'text',
    text_id: 'uuid',
    text_digest: 'bytea',
    actor: 'text',
    created_at: 'timestamptz',
    approved_at: 'timestamptz',
    published_at: 'timestamptz',
  },
  reply_revisions: {
    reply_id: 'uuid',
    revision: 'int',
    text_id: 'uuid',
    actor: 'text',
    created_at: 'timestamptz',
  },
  publications: {
    id: 'uuid',
    reply_id: 'uuid',
    revision: 'int',
    complaint_id: 'uuid',
    channel: 'text',
    state: 'text',
    published_at: 'timestamptz',
  },
  ratings: {
    id: 'uuid',
    complaint_id: 'uuid',
    reply_id: 'uuid',
    run_no: 'int',
    solved: 'bool',
    rating: 'smallint',
    comment_id: 'uuid',
    created_at: 'timestamptz',
  },
  notes: {
    id: 'uuid',
    complaint_id: 'uuid',
    text_id: 'uuid',
    actor: 'text',
    created_at: 'timestamptz',
  },
  imported_rows: {
    complaint_id: 'uuid',
    import_id: 'uuid',
    row_no: 'int',
    source_system: 'text',
    source_id: 'text',
    source_number: 'text',
    digest: 'bytea',
    labels: 'jsonb',
    first_reply_working_ms: 'bigint',
    executor_reaction_ms: 'bigint',
    due_at: 'timestamptz',
    closed_at: 'timestamptz',
    figures: 'jsonb',
    personal: 'jsonb',
  },
  outbox: { kind: 'text', complaint_id: 'uuid', payload: 'jsonb' },
};

/** Numbers are counted by the database, as for a message that comes in live. */
const COMPUTED: Partial<Record<keyof Records, Record<string, string>>> = {
  complaints: { number: 'next_complaint_number(r.number)' },
};

/** Writes all records, ten statements at most, in the caller's transaction. */
export async function writeRecords(db: Db, records: Records): Promise<void> {
  for (const table of Object.keys(COLUMNS) as (keyof Records)[]) {
    await insertMany(db, table, COLUMNS[table], records[table], COMPUTED[table]);
  }
}

/** Adds one complaint's records to those of many. */
export function addRecords(to: Records, from: Records): void {
  for (const table of Object.keys(to) as (keyof Records)[]) {
    to[table].push(...from[table]);
  }
}

export const at = (instant: number | null): string | null =>
  instant === null ? null : new Date(instant).toISOString();

export const textRecord = (complaintId: string, text: NewText): object => ({
  id: text.id,
  complaint_id: complaintId,
  kind: text.kind,
  key: hexBytes(text.key),
  body: text.body,
});

export const eventRecord = (complaintId: string, event: ChainedEvent): object => ({
  complaint_id: complaintId,
  seq: event.seq,
  type: event.type,
  at: at(event.at),
  actor: event.actor,
  data: event.data,
  hash: hexBytes(event.hash),
});
