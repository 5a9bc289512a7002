import { createHash } from 'node:crypto';
import { wereSentBefore } from '../../db/replies-store.js';
import { AppError } from '../../errors.js';
import { lockComplaint } from '../../db/complaints-store.js';
import type { Preparing } from './run-command.js';

/** For so long the same words on the same complaint are taken for the same reply sent twice. World time. */
const SAME_WORDS_MS = 10 * 60_000;

/** Knows the same words again, whatever their spacing; an authority's words, so they need no key. */
export function wordsDigest(text: string): Buffer {
  return createHash('sha256').update(text.normalize().replace(/\s+/g, ' ').trim()).digest();
}

/**
 * Locks the complaint, so that of two replies sent at once the second sees the first.
 * @throws AppError `identical_reply` when these words were sent within ten minutes.
 */
export async function requireNewWords(
  { db, head, now }: Preparing,
  digest: Buffer,
  exceptReplyId: string,
): Promise<void> {
  await lockComplaint(db, head.id);
  if (await wereSentBefore(db, head.id, digest, now - SAME_WORDS_MS, exceptReplyId)) {
    throw new AppError('identical_reply', 'The same words were sent less than ten minutes ago.');
  }
}
