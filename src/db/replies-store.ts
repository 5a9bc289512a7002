import type { Db } from './pool.js';
import type { NewText } from './timeline.js';
import { insertText } from './timeline.js';

export type ReplyKind = 'interim' | 'final' | 'question';

export interface NewReply {
  id: string;
  complaintId: string;
  kind: ReplyKind;
  outcome: string | null;
  promisedAt: number | null;
  signatory: string | null;
  text: NewText;
  /** The same for the same words on the same complaint. */
  digest: Buffer;
  actor: string;
  at: number;
}

/** A draft with its words; a repeated call with the same ids writes the same rows. */
export async function insertReply(db: Db, reply: NewReply): Promise<void> {
  await insertText(db, reply.complaintId, reply.text);
  await db.query({
    name: 'insert-reply',
    text: `with r as (
        insert into replies (id, complaint_id, kind, outcome, promised_at, signatory, text_id, text_digest,
          actor, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id)
      insert into reply_revisions (reply_id, revision, text_id, actor, created_at)
      select id, 1, $7, $9, $10 from r`,
    values: [
      reply.id,
      reply.complaintId,
      reply.kind,
      reply.outcome,
      reply.promisedAt === null ? null : new Date(reply.promisedAt),
      reply.signatory,
      reply.text.id,
      reply.digest,
      reply.actor,
      new Date(reply.at),
    ],
  });
}

/**
 * True when another reply of the complaint with these words was sent since `since` (epoch ms, world time) and
 * was neither refused nor returned. Call it under the complaint's lock.
 */
export async function wereSentBefore(
  db: Db,
  complaintId: string,
  digest: Buffer,
  since: number,
  exceptReplyId: string,
): Promise<boolean> {
  const { rows } = await db.query({
    name: 'same-words-sent',
    text: `select from replies r
      where r.complaint_id = $1 and r.text_digest = $2 and r.created_at >= $3 and r.id <> $4
        and r.state <> 'returned'
        and exists (select from commands k where k.complaint_id = $1
          and k.type in ('replyInterim', 'replyFinal', 'ask')
          and k.body ->> 'replyId' = r.id::text and k.state <> 'refused')
      limit 1`,
    values: [complaintId, digest, new Date(since), exceptReplyId],
  });
  return rows.length > 0;
}

export interface ReplyRow {
  id: string;
  kind: ReplyKind;
  state: string;
  revision: number;
  digest: Buffer;
}

export async function findReply(
  db: Db,
  complaintId: string,
  replyId: string,
): Promise<ReplyRow | null> {
  const { rows } = await db.query<ReplyRow>({
    name: 'find-reply',
    text: `select id, kind, state, revision, text_digest as digest from replies
      where id = $1 and complaint_id = $2`,
    values: [replyId, complaintId],
  });
  return rows[0] ?? null;
}

/**
 * Gives a reply new words: the next revision, to be published wherever the one before went. Call it under the
 * complaint's lock. @returns the new revision's number.
 */
export async function insertRevision(
  db: Db,
  complaintId: string,
  reply: ReplyRow,
  revision: { text: NewText; digest: Buffer; actor: string; at: number },
): Promise<number> {
  const next = reply.revision + 1;
  await insertText(db, complaintId, revision.text);
  await db.query(
    `insert into reply_revisions (reply_id, revision, text_id, actor, created_at)
     values ($1, $2, $3, $4, $5)`,
    [reply.id, next, revision.text.id, revision.actor, new Date(revision.at)],
  );
  await db.query('update replies set revision = $2, text_id = $3, text_digest = $4 where id = $1', [
    reply.id,
    next,
    revision.text.id,
    revision.digest,
  ]);
  await db.query(
    `insert into publications (id, reply_id, revision, complaint_id, channel)
     select gen_random_uuid(), reply_id, $2, complaint_id, channel
     from publications where reply_id = $1 and revision = $3`,
    [reply.id, next, reply.revision],
  );
  return next;
}

/** True when the publication is one of the complaint's replies and still waits. */
export async function isWaitingPublication(
  db: Db,
  complaintId: string,
  publicationId: string,
): Promise<boolean> {
  const { rows } = await db.query(
    `select from publications p join replies r on r.id = p.reply_id
     where p.id = $1 and r.complaint_id = $2 and p.state in ('pending', 'blocked')`,
    [publicationId, complaintId],
  );
  return rows.length > 0;
}
