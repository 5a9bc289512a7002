import type pg from 'pg';
import { CursorRows } from './cursor-rows.js';
import type { Problems } from './problems.js';
import { ChainCheck, type ComplaintRow, type StoredEvent } from './verify-chain.js';
import { AttachmentChecks } from './verify-attachments.js';
import { TextChecks } from './verify-texts.js';

/** Complaints that no root has yet, or not up to their last event. */
export interface NotRooted {
  /** Complaints in no root. */
  newer: number;
  /** Complaints in a root with later events. */
  moved: number;
  /** Numbers of both, the first hundred. */
  numbers: string[];
}

export interface TimelineCounts {
  complaints: number;
  events: number;
  texts: number;
  attachments: number;
  /** References to texts that were redacted or erased since: events on their timelines say by whom. */
  redacted: number;
  erased: number;
  notRooted: NotRooted;
}

const NUMBERS_MAX = 100;

const COMPLAINTS = `select c.id, c.number, c.event_seq as seq, c.event_hash as hash, c.text_id, h.hash as rooted
  from complaints c left join audit_heads h on h.complaint_id = c.id order by c.id`;
const EVENTS = `select complaint_id, seq, type, (extract(epoch from at) * 1000)::float8 as at, actor, data, hash
  from events order by complaint_id, seq`;

/**
 * Recomputes every chain and compares every text and attachment, in the transaction that is open on `client`: complaints
 * and events are walked side by side in the order of their ids, a page at a time.
 */
export async function verifyTimelines(
  client: pg.PoolClient,
  problems: Problems,
  onProgress: (counts: TimelineCounts) => void,
): Promise<TimelineCounts> {
  const notRooted: NotRooted = { newer: 0, moved: 0, numbers: [] };
  const counts = {
    complaints: 0,
    events: 0,
    texts: 0,
    attachments: 0,
    redacted: 0,
    erased: 0,
    notRooted,
  };
  const texts = new TextChecks(client, problems);
  const attachments = new AttachmentChecks(client, problems);
  const complaints = new CursorRows<ComplaintRow>(client, 'audit_complaints', COMPLAINTS, 1_000);
  const events = new CursorRows<StoredEvent>(client, 'audit_events', EVENTS, 2_000);

  let complaint: ComplaintRow | undefined;
  let event: StoredEvent | undefined;
  while ((complaint = complaints.current ?? (await complaints.load()))) {
    const { id: complaintId, number } = complaint;
    const chain = new ChainCheck(complaint, problems);
    while ((event = events.current ?? (await events.load())) && event.complaint_id <= complaintId) {
      if (event.complaint_id === complaintId) {
        chain.next(event);
        texts.add({ number, complaintId, seq: event.seq }, event.data);
        attachments.add({ number, complaintId, seq: event.seq }, event.data);
      } else {
        orphan(problems, event.complaint_id);
      }
      counts.events += 1;
      events.drop();
    }
    chain.end();
    noteRoots(notRooted, complaint);
    counts.complaints += 1;
    complaints.drop();
    if (texts.isFull) {
      await texts.flush();
    }
    if (attachments.isFull) {
      await attachments.flush();
    }
    onProgress(counts);
  }
  while ((event = events.current ?? (await events.load()))) {
    orphan(problems, event.complaint_id);
    counts.events += 1;
    events.drop();
  }
  await texts.flush();
  await attachments.flush();
  const { checked, redacted, erased } = texts;
  return { ...counts, texts: checked, redacted, erased, attachments: attachments.checked };
}

function orphan(problems: Problems, complaintId: string): void {
  const detail = 'its row is gone, its events are there';
  problems.addOnce({ kind: 'complaint_deleted', complaintId, detail });
}

function noteRoots(notRooted: NotRooted, complaint: ComplaintRow): void {
  if (complaint.rooted?.equals(complaint.hash)) {
    return;
  }
  if (complaint.rooted === null) {
    notRooted.newer += 1;
  } else {
    notRooted.moved += 1;
  }
  if (notRooted.numbers.length < NUMBERS_MAX) {
    notRooted.numbers.push(complaint.number);
  }
}
