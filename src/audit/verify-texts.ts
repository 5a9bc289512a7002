import { timingSafeEqual } from 'node:crypto';
import { textDigest } from '../db/timeline.js';
import { REDACTED } from '../subjects/terms.js';
import { ReferenceChecks, type Place, type Reference } from './reference-checks.js';

/** Compares texts with the digests that events keep of them, some hundred at a time. */
export class TextChecks extends ReferenceChecks {
  redacted = 0;
  erased = 0;

  protected async compareAll(references: Reference[]): Promise<void> {
    const { rows } = await this.db.query<{ id: string; key: Buffer | null; body: string | null }>(
      'select id, key, body from texts where id = any($1)',
      [references.map((reference) => reference.id)],
    );
    const texts = new Map(rows.map((text) => [text.id, text]));
    const emptied: Reference[] = [];
    for (const reference of references) {
      const text = texts.get(reference.id.toLowerCase());
      if (text?.key === null && text.body === null) {
        emptied.push(reference);
      } else if (!this.isAsWritten(reference, text)) {
        await this.look(reference, text?.body ?? '');
      }
    }
    await this.lookAtEmpty(emptied);
  }

  /** Takes every text that `value`, an event's data, refers to at whatever depth. */
  add(of: Place, value: unknown): void {
    if (value === null || typeof value !== 'object') {
      return;
    }
    const { id, digest } = value as { id?: unknown; digest?: unknown };
    this.take(of, id, digest);
    for (const member of Object.values(value)) {
      this.add(of, member);
    }
  }

  /**
   * A text that is not what this event says may have been redacted since, which a later event says; the text then shows
   * where. What was made of it last is compared with that event itself.
   */
  private async look({ id, ...reference }: Reference, body: string): Promise<void> {
    const { rows } = await this.db.query(
      `select from events where complaint_id = $1 and seq > $2 and type = 'redacted'
        and data -> 'text' ->> 'id' = $3 limit 1`,
      [reference.complaintId, reference.seq, id],
    );
    if (rows.length > 0 && body.includes(REDACTED)) {
      this.redacted += 1;
      return;
    }
    const detail = `its text ${id} is not what was written: words or key were changed`;
    const { number, complaintId, seq } = reference;
    this.problems.add({ kind: 'text_altered', number, complaintId, seq, detail });
  }

  /** Who may empty a text must say so: an event of the complaint tells of it. */
  private async lookAtEmpty(emptied: Reference[]): Promise<void> {
    if (emptied.length === 0) {
      return;
    }
    const { rows } = await this.db.query<{ id: string }>(
      `select distinct complaint_id as id from events where complaint_id = any($1) and type = 'erased'`,
      [emptied.map(({ complaintId }) => complaintId)],
    );
    const told = new Set(rows.map(({ id }) => id));
    for (const { number, complaintId, seq, id } of emptied) {
      if (told.has(complaintId)) {
        this.erased += 1;
      } else {
        const detail = `its text ${id} is empty, and no event says that it was erased`;
        this.problems.add({ kind: 'text_removed', number, complaintId, seq, detail });
      }
    }
  }

  /** False: there are words and a key, and they are others than the event says. Anything else is told here. */
  private isAsWritten(
    { id, digest, ...of }: Reference,
    text: { key: Buffer | null; body: string | null } | undefined,
  ): boolean {
    if (text === undefined) {
      const detail = `its text ${id} is gone; erasing empties a text and leaves its row`;
      this.problems.add({ kind: 'text_removed', ...of, detail });
      return true;
    }
    const { key, body } = text;
    if (key === null || body === null) {
      const what = key === null ? 'has no key, but words' : 'has a key, but no words';
      this.problems.add({ kind: 'text_altered', ...of, detail: `its text ${id} ${what}` });
      return true;
    }
    const expected = Buffer.from(digest);
    const actual = Buffer.from(textDigest(key, body));
    return expected.length === actual.length && timingSafeEqual(expected, actual);
  }
}
