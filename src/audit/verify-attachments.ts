import { textDigest } from '../db/timeline.js';
import { ReferenceChecks, type Place, type Reference } from './reference-checks.js';

interface Row {
  id: string;
  digest: Buffer | null;
  key: Buffer | null;
  /** A timeline of the attachment's says that it was erased. */
  erased: boolean;
}

/** Compares what the rows say of attached files with the digests that `attached` events keep of them. */
export class AttachmentChecks extends ReferenceChecks {
  /** Takes the attachment that an event's data names, if it does. */
  add(of: Place, value: unknown): void {
    const { attachment: id, digest } = (value ?? {}) as { attachment?: unknown; digest?: unknown };
    this.take(of, id, digest);
  }

  protected async compareAll(references: Reference[]): Promise<void> {
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
  }
}

function isAsAttached({ digest, key }: Row, said: string): boolean {
  return digest !== null && key !== null && textDigest(key, digest.toString('hex')) === said;
}
