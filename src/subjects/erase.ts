import type pg from 'pg';
import { removeErased } from '../attachments/remove-erased.js';
import type { AttachmentStore } from '../attachments/store.js';
import { markErased } from '../db/attachments-erase.js';
import { lockComplaint } from '../db/complaints-store.js';
import { inTransaction } from '../db/pool.js';
import { secretOf } from '../db/settings.js';
import {
  complaintOfText,
  emptyComplaint,
  forgetAnswers,
  listPassedOn,
  readExternalId,
} from '../db/subjects-store.js';
import { appendEvents, newText, type TextKind } from '../db/timeline.js';
import { erasedId } from './erased-id.js';
import { REDACTED, redact } from './terms.js';

/** Who erases, and when: world time, epoch ms. */
export interface Erasing {
  actor: string;
  at: number;
}

/**
 * Erases what lies about its author with one complaint: author, place, texts and files of every kind, ids at the source. Number,
 * topic, times and the timeline stay, and the chain still verifies: it holds digests whose keys are gone. Its own event
 * says that it was done. Words that were passed on to another complaint go from there, too. Doing it again is harmless and empties what has come since.
 */
export async function eraseComplaint(
  pool: pg.Pool,
  store: AttachmentStore,
  complaintId: string,
  { actor, at }: Erasing,
): Promise<void> {
  const secret = await secretOf(pool, 'person_key');
  await inTransaction(pool, async (db) => {
    await lockComplaint(db, complaintId);
    const files = await markErased(db, complaintId);
    const { source, externalId } = await readExternalId(db, complaintId);
    const known = externalId === null ? null : erasedId(secret, source, externalId);
    if ((await emptyComplaint(db, complaintId, new Date(at), known)) || files > 0) {
      await appendEvents(db, complaintId, [{ type: 'erased', at, actor, data: {} }]);
    }
  });
  for (const textId of await listPassedOn(pool, complaintId)) {
    await redactText(pool, textId, null, { actor, at });
  }
  // Only what is committed: a file does not come back.
  await removeErased(pool, store);
}

/**
 * Takes a person out of a text of somebody else's complaint: the text gets a new key, and an event its new digest.
 * `pattern`: what is replaced; null: all of it.
 * @returns false when the text does not name the person (any more), or is gone.
 */
export async function redactText(
  pool: pg.Pool,
  textId: string,
  pattern: string | null,
  { actor, at }: Erasing,
): Promise<boolean> {
  const complaintId = await complaintOfText(pool, textId);
  if (complaintId === null) {
    return false;
  }
  return inTransaction(pool, async (db) => {
    // The complaint's lock first, as everybody takes it.
    await lockComplaint(db, complaintId);
    const { rows } = await db.query<{ kind: TextKind; body: string }>(
      'select kind, body from texts where id = $1 and body is not null for update',
      [textId],
    );
    const [text] = rows;
    const left = text && (pattern === null ? REDACTED : redact(text.body, pattern));
    if (text === undefined || left === undefined || left === text.body) {
      return false;
    }
    const changed = newText(text.kind, left, textId);
    await db.query(
      `with r as (update replies set text_digest = '' where complaint_id = $4 and text_id = $1)
       update texts set body = $2, key = $3 where id = $1`,
      [textId, changed.body, changed.key, complaintId],
    );
    await forgetAnswers(db, complaintId);
    await appendEvents(db, complaintId, [
      { type: 'redacted', at, actor, data: { text: changed.ref } },
    ]);
    return true;
  });
}
