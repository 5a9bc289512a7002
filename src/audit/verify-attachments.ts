import type { Db } from '../db/pool.js';
import { textDigest } from '../db/timeline.js';
import type { Problems } from './problems.js';

/** An event's word on an attachment, and where it stands. */
interface Reference {
  number: string;
  complaintId: string;
  seq: number;
  id: string;
  digest: string;
}

interface Row {
  id: string;
  digest: Buffer | null;
  key: Buffer | null;
  /** A timeline of the attachment's says that it was erased. */
  erased: boolean;
}

const BATCH = 500;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Compares what the rows say of attached files with the digests that `attached` events keep of them. */
export class AttachmentChecks {
  checked = 0;
  private waiting: Reference[] = [];

  constructor(
    private readonly db: Db,
    private readonly problems: Problems,
  ) {}

  get isFull(): boolean {
    return this.waiting.length >= BATCH;
  }

  /** Takes the attachment that an event's data names, if it does. */
  add(of: { number: string; complaintId: string; seq: number }, value: unknown): void {
    const { attachment: id, digest } = (value ?? {}) as { attachment?: unknown; digest?: unknown };
    if (typeof id === 'string' && typeof digest === 'string' && UUID.test(id)) {
      this.waiting.push({ ...of, id, digest });
    }
  }

  async flush(): Promise<void> {
    for (let from = 0; from < this.waiting.length; from += BATCH) {
      await this.compareAll(this.waiting.slice(from, from + BATCH));
    }
    this.waiting = [];
  }

  private async compareAll(references: Reference[]): Promise<void> {
    // A file that came with a word may lie with another complaint by now: either's erasing takes it along.
    const { rows } = await this.db.query<Row>(
      `select a.id, a.digest, a.key, a.digest is null and exists (select from events e where e.type = 'erased'
         and e.complaint_id in (a.complaint_id, (select i.complaint_id from inbox i where i.id = a.inbox_id))) as erased
       from attachments a where a.id = any($1::uuid[])`,
      [references.map(({ id }) => id)],
    );
    const found = new Map(rows.map((row) => [row.id, row]));
    for (const { id, digest, ...of } of references) {
      const row = found.get(id.toLowerCase());
      if (row === undefined) {
        const detail = `its attachment ${id} is gone; erasing empties one and leaves its row`;
        this.problems.add({ kind: 'attachment_removed', ...of, detail });
      } else if (row.digest === null && row.key === null && !row.erased) {
        const detail = `its attachment ${id} is empty, and no event says that it was erased`;
        this.problems.add({ kind: 'attachment_removed', ...of, detail });
      } else if (!row.erased && !isAsAttached(row, digest)) {
        const detail = `its attachment ${id} is not what was attached: digest or key were changed`;
        this.problems.add({ kind: 'attachment_altered', ...of, detail });
      }
    }
    this.checked += references.length;
  }
}

function isAsAttached({ digest, key }: Row, said: string): boolean {
  return digest !== null && key !== null && textDigest(key, digest.toString('hex')) === said;
}
