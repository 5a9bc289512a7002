import type { Db } from '../../src/db/pool.js';
import { answered } from '../../src/domain/closing.js';
import type { Turn } from '../../src/domain/process.js';
import type { Publish } from '../../workflows/complaint/messages.js';

/** The channels that a final reply has still to be published by; null when none is left to try. */
export async function pendingPublication(db: Db, replyId: string): Promise<Publish | null> {
  const { rows } = await db.query<{ channel: string }>({
    name: 'pending-channels',
    text: `select distinct channel from publications where reply_id = $1 and state = 'pending' order by channel`,
    values: [replyId],
  });
  return rows.length === 0 ? null : { replyId, channels: rows.map((r) => r.channel) };
}

/** Closes the complaint when every destination of its final reply has it or was waived. */
export async function closeWhenPublished(db: Db, turn: Turn): Promise<void> {
  const { status, finalReplyId } = turn.process;
  if (status !== 'publishing' || finalReplyId === null) {
    return;
  }
  const { rows } = await db.query<{ open: number }>({
    name: 'open-publications',
    text: `select count(*)::int as open from publications where reply_id = $1 and state in ('pending', 'blocked')`,
    values: [finalReplyId],
  });
  if (rows[0]?.open === 0) {
    turn.emit('published', { reply: finalReplyId }, turn.now, 'system');
    answered(turn);
  }
}
