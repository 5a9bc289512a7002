import type pg from 'pg';
import type { Db } from './pool.js';

/**
 * What is sent until it is sent. `start`: begin a run; `import_start`: begin the run of an open complaint that was
 * imported, when nothing more urgent waits; `word`: hand a citizen's word over;
 * `publication`: begin a short publication workflow; `notice`: tell people of the desk;
 * `mail`: tell the citizen by mail; `look`: have the run look at its row.
 */
export type OutboxKind =
  'start' | 'import_start' | 'word' | 'publication' | 'notice' | 'mail' | 'look';

export interface OutboxRow {
  id: number;
  kind: OutboxKind;
  complaint_id: string;
  payload: Record<string, unknown>;
  attempts: number;
}

/** Adds a thing to send, in the caller's transaction. `payload` holds ids, codes and instants only. */
export async function enqueue(
  db: Db,
  kind: OutboxKind,
  complaintId: string,
  payload: Record<string, unknown>,
): Promise<void> {
  await db.query({
    name: 'enqueue',
    text: 'insert into outbox (kind, complaint_id, payload) values ($1, $2, $3)',
    values: [kind, complaintId, JSON.stringify(payload)],
  });
}

/** The channel by which the API's process tells the relay that something waits. */
export const RELAY_CHANNEL = 'otklik_outbox';

/**
 * Tells the relay that the outbox has rows; call it after the commit. Many calls within 20 ms are
 * one NOTIFY, outside of every transaction, since a NOTIFY inside one makes all commits queue up.
 * A lost one costs no more than the relay's own look every second.
 */
export function relayKicker(pool: pg.Pool): () => void {
  let waiting = false;
  return () => {
    if (waiting) {
      return;
    }
    waiting = true;
    setTimeout(() => {
      waiting = false;
      pool.query(`notify ${RELAY_CHANNEL}`).catch(() => undefined);
    }, 20).unref();
  };
}
