import type { DELIVERY_STATES } from '../contract/webhooks.js';
import type { Db } from './pool.js';

/** What became of a webhook's messages. All instants are machine time. */

export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** One try: a status or a code of what went wrong, never what the receiver said. */
export interface Attempt {
  /** ISO 8601. */
  at: string;
  status: number | null;
  durationMs: number;
  error: string | null;
}

export interface DeliveryRow {
  id: string;
  type: string;
  complaintId: string | null;
  seq: number | null;
  state: DeliveryState;
  attempts: number;
  log: Attempt[];
  nextAt: Date;
  createdAt: Date;
  finishedAt: Date | null;
  /** Its place in the log, for cursors. */
  place: number;
}

const columns = `id, type, complaint_id as "complaintId", seq, state, attempts, log, next_at as "nextAt",
  created_at as "createdAt", finished_at as "finishedAt", place`;

/** The header `webhook-id`: made of the event that is told of, so that it is the same at every attempt and webhook. */
export function messageIdOf(delivery: Pick<DeliveryRow, 'id' | 'complaintId' | 'seq'>): string {
  const { id, complaintId, seq } = delivery;
  const plain = (uuid: string): string => uuid.replaceAll('-', '');
  return complaintId === null ? `test_${plain(id)}` : `evt_${plain(complaintId)}_${seq}`;
}

/** A webhook's deliveries, the newest first; one more than `limit`. */
export async function listDeliveries(
  db: Db,
  webhookId: string,
  state: DeliveryState | undefined,
  before: number | undefined,
  limit: number,
): Promise<{ rows: DeliveryRow[]; total: number }> {
  const where = 'webhook_id = $1 and ($2::text is null or state = $2)';
  const { rows } = await db.query<DeliveryRow & { total: number }>(
    `select ${columns}, (select count(*)::int from webhook_deliveries where ${where}) as total
     from webhook_deliveries where ${where} and ($3::bigint is null or place < $3)
     order by place desc limit $4`,
    [webhookId, state ?? null, before ?? null, limit + 1],
  );
  return { rows, total: rows[0]?.total ?? 0 };
}

/** Keeps what came of a test message. */
export async function insertTest(
  db: Db,
  test: { id: string; webhookId: string; payload: string; delivered: boolean; attempt: Attempt },
): Promise<void> {
  await db.query(
    `insert into webhook_deliveries (id, webhook_id, type, payload, state, attempts, log, finished_at)
     values ($1, $2, 'webhook.test', $3, $4, 1, $5, now()) on conflict (id) do nothing`,
    [
      test.id,
      test.webhookId,
      test.payload,
      test.delivered ? 'delivered' : 'failed',
      JSON.stringify([test.attempt]),
    ],
  );
}

/** Has a delivery sent again at once, its retries beginning anew. @returns null when the webhook has no such one. */
export async function sendAgain(
  db: Db,
  webhookId: string,
  id: string,
): Promise<DeliveryRow | null> {
  const { rows } = await db.query<DeliveryRow>(
    `update webhook_deliveries set state = 'pending', attempts_before = attempts, finished_at = null,
       next_at = case when state = 'pending' then least(next_at, now()) else now() end
     where webhook_id = $1 and id = $2 returning ${columns}`,
    [webhookId, id],
  );
  return rows[0] ?? null;
}
