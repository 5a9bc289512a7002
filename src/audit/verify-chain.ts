import { EMPTY_HEAD, eventHash, type NewEvent } from '../db/timeline.js';
import type { Problems } from './problems.js';

/** A complaint's row as the audit sees it. */
export interface ComplaintRow {
  id: string;
  number: string;
  seq: number;
  hash: Buffer;
  text_id: string;
  /** Its last head in a root; null when no root has it. */
  rooted: Buffer | null;
}

/** An event as it is stored; `at` in epoch ms, with a fraction when somebody moved it by microseconds. */
export interface StoredEvent extends NewEvent {
  complaint_id: string;
  seq: number;
  hash: Buffer;
}

/** Recomputes one complaint's chain, event by event. Goes on from the stored hash, so one edit is one problem. */
export class ChainCheck {
  private seq = EMPTY_HEAD.seq;
  private hash = EMPTY_HEAD.hash;
  private readonly of: { number: string; complaintId: string };

  constructor(
    private readonly complaint: ComplaintRow,
    private readonly problems: Problems,
  ) {
    this.of = { number: complaint.number, complaintId: complaint.id };
  }

  next(event: StoredEvent): void {
    const { seq, hash } = event;
    if (seq > this.complaint.seq || seq < 1) {
      const detail = `it stands outside of the timeline, whose events are 1 to ${this.complaint.seq}`;
      this.problems.add({ kind: 'event_inserted', ...this.of, seq, detail });
      return;
    }
    if (seq !== this.seq + 1) {
      this.removed(this.seq + 1, seq - 1);
    } else if (!eventHash(event.complaint_id, this.hash, seq, event).equals(hash)) {
      const detail = 'its content or its place is not what was chained: edited, inserted or moved';
      this.problems.add({ kind: 'event_altered', ...this.of, seq, detail });
    }
    if (seq === 1) {
      this.compareText(event);
    }
    this.seq = seq;
    this.hash = hash;
  }

  end(): void {
    if (this.seq < this.complaint.seq) {
      this.removed(this.seq + 1, this.complaint.seq);
    } else if (!this.hash.equals(this.complaint.hash)) {
      const detail = "the row's head is not the hash of its last event";
      this.problems.add({ kind: 'head_differs', ...this.of, seq: this.seq, detail });
    }
  }

  private removed(from: number, to: number): void {
    const detail = from === to ? 'it is missing' : `events ${from} to ${to} are missing`;
    this.problems.addOnce({ kind: 'event_removed', ...this.of, seq: from, detail });
  }

  /** The row must still show the text that the first event speaks of. */
  private compareText(event: StoredEvent): void {
    // Whoever changed the data may have left anything there.
    const data = event.data as { text?: { id?: unknown } | null } | null;
    const id = data?.text?.id;
    if (typeof id === 'string' && id !== this.complaint.text_id) {
      const detail = `the row shows text ${this.complaint.text_id}, the event speaks of ${id}`;
      this.problems.add({ kind: 'text_swapped', ...this.of, seq: 1, detail });
    }
  }
}
