import { advance } from '../../src/domain/advance.js';
import { textRef } from '../../src/db/timeline.js';
import { citizenWrote } from '../../src/domain/replying.js';
import type { StepContext } from './write.js';

/**
 * Puts every waiting word of the citizen on the timeline, oldest first, and marks it handled. What the clocks did
 * before a word comes before it; a word that ends a waiting counts even when the limit has passed unnoticed.
 */
export async function takeWords({ db, row, turn, input }: StepContext): Promise<void> {
  const { rows } = await db.query<{
    id: string;
    route: string;
    text_id: string;
    received_at: Date;
    key: Buffer | null;
    body: string | null;
  }>({
    name: 'take-words',
    text: `with taken as (
        update inbox set state = 'handled', decision = 'event'
        where complaint_id = $1 and state = 'pending'
        returning id, route, text_id, received_at)
      select taken.*, t.key, t.body from taken join texts t on t.id = taken.text_id
      order by taken.received_at, taken.id`,
    values: [row.id],
  });
  for (const word of rows) {
    const at = Math.min(word.received_at.getTime(), input.now);
    if (turn.process.waiting === null) {
      advance(turn, at);
    }
    citizenWrote(turn, { text: textRef(word), route: word.route, at });
  }
}
