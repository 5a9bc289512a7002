import { enqueue } from './outbox.js';
import type { Db } from './pool.js';
import { insertText, newText } from './timeline.js';

export interface NewWord {
  id: string;
  complaintId: string;
  /** With `messageId` it makes the word unique: the same message again is the same word. */
  source: string;
  messageId: string;
  /** By which route it came: `track`, `email`, … */
  route: string;
  body: string;
  /** World time, epoch ms. */
  at: number;
}

/**
 * Keeps a citizen's further word and queues it for the one function that decides about it. Call it in a
 * transaction that holds the complaint's lock. @returns false when this message was kept before.
 */
export async function keepWord(db: Db, word: NewWord): Promise<boolean> {
  const text = newText('word', word.body, word.id);
  const { rowCount } = await db.query(
    `insert into inbox (id, complaint_id, source, message_id, route, text_id, received_at)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict (source, message_id) do nothing`,
    [
      word.id,
      word.complaintId,
      word.source,
      word.messageId,
      word.route,
      text.id,
      new Date(word.at),
    ],
  );
  if (rowCount !== 1) {
    return false;
  }
  await insertText(db, word.complaintId, text);
  await enqueue(db, 'word', word.complaintId, { inboxId: word.id });
  return true;
}
