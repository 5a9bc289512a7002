import { NEW_PROCESS, type Process } from '../domain/process.js';
import type { Db } from './pool.js';
import type { ChainedEvent, Head } from './timeline.js';
import { deliveriesSql, deliveryValues, type WebhookMessage } from './webhook-messages.js';

/** A complaint's row as a step sees it, locked. */
export interface ProcessRow {
  id: string;
  number: string;
  textId: string;
  source: string;
  campaign: string | null;
  municipalityGiven: string | null;
  personKey: Buffer | null;
  /** Words of the citizen wait in the inbox. */
  hasWords: boolean;
  receivedAt: number;
  /** It was brought in from another system, which gave what is known of it. */
  isImported: boolean;
  version: number;
  runNo: number;
  fence: string | null;
  head: Head;
  process: Process;
}

/** Parts of the process that lie in the row's `process` column; all others have columns of their own. */
const FOLDED = [
  'suggestions',
  'policy',
  'calendar',
  'clocks',
  'climbedAt',
  'counters',
  'review',
  'waiting',
  'finalReplyId',
] as const satisfies (keyof Process)[];
type Folded = Pick<Process, (typeof FOLDED)[number]>;

interface StoredRow {
  id: string;
  number: string;
  text_id: string;
  source: string;
  campaign: string | null;
  municipality_given: string | null;
  person_key: Buffer | null;
  has_words: boolean;
  received_at: Date;
  imported: boolean;
  version: number;
  run_no: number;
  fence: string | null;
  event_seq: number;
  event_hash: Buffer;
  status: Process['status'];
  closure_reason: Process['closureReason'];
  reject_code: Process['rejectCode'];
  kind: Process['kind'];
  topic: string | null;
  topic_group: string | null;
  topic_confidence: number | null;
  topic_source: Process['topicSource'];
  municipality: string | null;
  agency_id: string | null;
  executor_id: string | null;
  co_executors: string[];
  priority: Process['priority'];
  level: number;
  rule: string | null;
  merged_into: string | null;
  repeat_of: string | null;
  first_replied_at: Date | null;
  closed_at: Date | null;
  process: Folded;
}

const ms = (date: Date | null): number | null => date?.getTime() ?? null;
const date = (at: number | null | undefined): Date | null => (at == null ? null : new Date(at));

/**
 * Reads and locks a complaint's row. The key stays readable: rows that refer to the complaint (a command, a task)
 * can be written while a step is under way. @returns null for an unknown id.
 */
export async function lockProcess(db: Db, complaintId: string): Promise<ProcessRow | null> {
  const { rows } = await db.query<StoredRow>({
    name: 'lock-process',
    text: `select id, number, text_id, source, campaign, municipality_given, person_key,
        exists (select from inbox where complaint_id = complaints.id and state = 'pending') as has_words,
        received_at, imported_at is not null as imported, version, run_no, fence, event_seq, event_hash,
        status, closure_reason, reject_code, kind, topic, topic_group, topic_confidence, topic_source,
        municipality, agency_id, executor_id, co_executors, priority, level, rule, merged_into,
        repeat_of, first_replied_at, closed_at, process
      from complaints where id = $1 for no key update`,
    values: [complaintId],
  });
  const row = rows[0];
  if (!row) {
    return null;
  }
  return {
    id: row.id,
    number: row.number,
    textId: row.text_id,
    source: row.source,
    campaign: row.campaign,
    municipalityGiven: row.municipality_given,
    personKey: row.person_key,
    hasWords: row.has_words,
    receivedAt: row.received_at.getTime(),
    isImported: row.imported,
    version: row.version,
    runNo: row.run_no,
    fence: row.fence,
    head: { seq: row.event_seq, hash: row.event_hash },
    process: {
      ...NEW_PROCESS,
      ...row.process,
      status: row.status,
      closureReason: row.closure_reason,
      rejectCode: row.reject_code,
      kind: row.kind,
      topic: row.topic,
      topicGroup: row.topic_group,
      topicConfidence: row.topic_confidence,
      topicSource: row.topic_source,
      municipality: row.municipality,
      agencyId: row.agency_id,
      executorId: row.executor_id,
      coExecutors: row.co_executors,
      priority: row.priority,
      level: row.level,
      rule: row.rule,
      mergedInto: row.merged_into,
      repeatOf: row.repeat_of,
      firstRepliedAt: ms(row.first_replied_at),
      closedAt: ms(row.closed_at),
    },
  };
}

/** What a step writes beside the process itself. */
export interface StepOutcome {
  version: number;
  runNo: number;
  fence: string;
  wakeAt: number | null;
  dueAt: number | null;
}

/** Writes a step's process columns, timeline head, events and what webhooks are told of them in one statement. */
export async function saveStep(
  db: Db,
  complaintId: string,
  process: Process,
  outcome: StepOutcome,
  events: ChainedEvent[],
  told: WebhookMessage[],
): Promise<void> {
  const folded = Object.fromEntries(FOLDED.map((name) => [name, process[name]]));
  const { clocks } = process;
  const last = events.at(-1);
  await db.query({
    name: 'save-step',
    text: `with e as (
        insert into events (complaint_id, seq, type, at, actor, data, hash)
        select $1, e.seq, e.type, e.at, e.actor, e.data::jsonb, e.hash
        from unnest($32::int[], $33::text[], $34::timestamptz[], $35::text[], $36::text[], $37::bytea[])
          as e (seq, type, at, actor, data, hash)),
      told as (${deliveriesSql(39)})
      update complaints set version = $2, run_no = $3, fence = $4, wake_at = $5, due_at = $6,
        event_seq = coalesce($7, event_seq), event_hash = coalesce($8, event_hash),
        status = $9, closure_reason = $10, reject_code = $11, kind = $12, topic = $13,
        topic_group = $14, topic_confidence = $15, topic_source = $16, municipality = $17,
        agency_id = $18, executor_id = $19, co_executors = $20, priority = $21, level = $22,
        rule = $23, merged_into = $24, repeat_of = $25, first_replied_at = $26, closed_at = $27,
        accept_by = $28, first_reply_by = $29, resolve_by = $30, promised_by = $31, process = $38
      where id = $1`,
    values: [
      complaintId,
      outcome.version,
      outcome.runNo,
      outcome.fence,
      date(outcome.wakeAt),
      date(outcome.dueAt),
      last?.seq ?? null,
      last?.hash ?? null,
      process.status,
      process.closureReason,
      process.rejectCode,
      process.kind,
      process.topic,
      process.topicGroup,
      process.topicConfidence,
      process.topicSource,
      process.municipality,
      process.agencyId,
      process.executorId,
      process.coExecutors,
      process.priority,
      process.level,
      process.rule,
      process.mergedInto,
      process.repeatOf,
      date(process.firstRepliedAt),
      date(process.closedAt),
      date(clocks.acceptance?.dueAt),
      date(clocks.first_reply?.dueAt),
      date(clocks.resolution?.dueAt),
      date(clocks.promise?.dueAt),
      events.map((e) => e.seq),
      events.map((e) => e.type),
      events.map((e) => new Date(e.at)),
      events.map((e) => e.actor),
      events.map((e) => JSON.stringify(e.data)),
      events.map((e) => e.hash),
      JSON.stringify(folded),
      ...deliveryValues(told),
    ],
  });
}
