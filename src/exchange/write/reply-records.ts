import { createHash } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import { hexBytes } from '../../db/bulk-insert.js';
import { newText, type NewText } from '../../db/timeline.js';
import type { SourceReply, SourceRow } from '../rows/source-row.js';
import { at, textRecord, type Records } from './records.js';

/** A reply as the events tell of it. */
export interface WrittenReply extends SourceReply {
  id: string;
  textRef: NewText['ref'];
}

/** Published by the system that the row comes from: none of the desk's channels has to do with it. */
const CHANNEL = 'import';

/** A reply that was given elsewhere: published, with its true time. In an open complaint every one is interim. */
export function replyRecords(
  complaintId: string,
  row: SourceRow,
  reply: SourceReply,
  index: number,
  actor: string,
): {
  reply: WrittenReply;
  records: Pick<Records, 'texts' | 'replies' | 'reply_revisions' | 'publications'>;
} {
  const id = uuid();
  const text = newText('reply', reply.text);
  const kind = row.closing === null ? 'interim' : reply.kind;
  const outcome = kind === 'final' ? reply.outcome : null;
  // Publications may overtake each other; replies keep the source's order in which they left it.
  const sentAt = Math.min(...row.replies.slice(index).map((later) => later.at));
  const createdAt = at(sentAt + index);
  const isApproved = index === row.figures.repliesOfDesk && row.approval !== null;
  return {
    reply: { ...reply, kind, outcome, id, textRef: text.ref },
    records: {
      texts: [textRecord(complaintId, text)],
      replies: [
        {
          id,
          complaint_id: complaintId,
          kind,
          outcome,
          promised_at: at(reply.promisedAt),
          signatory: reply.signatory,
          state: 'published',
          text_id: text.id,
          text_digest: hexBytes(digestOf(reply.text)),
          actor: 'system',
          created_at: createdAt,
          approved_at: at(isApproved ? (row.approval?.approvedAt ?? null) : sentAt),
          published_at: at(reply.at),
        },
      ],
      reply_revisions: [
        { reply_id: id, revision: 1, text_id: text.id, actor, created_at: createdAt },
      ],
      publications: [
        {
          id: uuid(),
          reply_id: id,
          revision: 1,
          complaint_id: complaintId,
          channel: CHANNEL,
          state: 'published',
          published_at: at(reply.at),
        },
      ],
    },
  };
}

/** The same for the same words, as for a reply that is written here. */
const digestOf = (text: string): Buffer =>
  createHash('sha256').update(text.normalize().replace(/\s+/g, ' ').trim()).digest();
