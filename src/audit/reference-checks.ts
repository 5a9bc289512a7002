import type { Db } from '../db/pool.js';
import type { Problems } from './problems.js';

/** Where an event stands. */
export interface Place {
  number: string;
  complaintId: string;
  seq: number;
}

/** An event's word on something that lies beside the timeline: its id, and a digest of it under its own key. */
export interface Reference extends Place {
  id: string;
  digest: string;
}

/** Looked up in one statement; each may be a text of 20,000 characters. */
const BATCH = 500;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Compares what events refer to with what lies there, some hundred at a time. */
export abstract class ReferenceChecks {
  checked = 0;
  private waiting: Reference[] = [];

  constructor(
    protected readonly db: Db,
    protected readonly problems: Problems,
  ) {}

  /** True when enough references wait to be worth a statement. */
  get isFull(): boolean {
    return this.waiting.length >= BATCH;
  }

  async flush(): Promise<void> {
    for (let from = 0; from < this.waiting.length; from += BATCH) {
      const references = this.waiting.slice(from, from + BATCH);
      await this.compareAll(references);
      this.checked += references.length;
    }
    this.waiting = [];
  }

  /** Takes a reference, where `id` and `digest` are ones. */
  protected take({ number, complaintId, seq }: Place, id: unknown, digest: unknown): void {
    if (typeof id === 'string' && typeof digest === 'string' && UUID.test(id)) {
      this.waiting.push({ number, complaintId, seq, id, digest });
    }
  }

  protected abstract compareAll(references: Reference[]): Promise<void>;
}
