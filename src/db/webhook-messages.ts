import type { Db } from './pool.js';

/** What webhooks are told of one event on a complaint's timeline. */
export interface WebhookMessage {
  seq: number;
  type: string;
  /** JSON. */
  payload: string;
  /** The ids of the agencies whose webhooks hear of it. */
  agencies: string[];
  /** Whether those of the whole desk hear of it. */
  toDesk: boolean;
}

/** How many parameters `deliveriesSql` takes after the complaint. */
const PARAMETERS = 5;

/**
 * An insert for each webhook that wants a message, to be part of a statement that runs anyway: a desk without
 * webhooks pays for a look into an empty table. The complaint is parameter 1, the messages' values begin at `first`.
 */
export function deliveriesSql(first: number): string {
  const [seqs, types, payloads, agencies, toDesk] = Array.from(
    { length: PARAMETERS },
    (_, i) => `$${first + i}`,
  );
  return `insert into webhook_deliveries (webhook_id, complaint_id, seq, type, payload)
    select w.id, $1, m.seq, m.type, m.payload::json
    from webhooks w, unnest(${seqs}::int[], ${types}::text[], ${payloads}::text[], ${agencies}::text[],
      ${toDesk}::bool[]) as m (seq, type, payload, agencies, to_desk)
    where w.active and (w.events is null or m.type = any(w.events))
      and case when w.agency_id is null then m.to_desk else w.agency_id = any(m.agencies::uuid[]) end
    order by m.seq
    on conflict (webhook_id, complaint_id, seq) do nothing`;
}

/** The messages' values for `deliveriesSql`. */
export const deliveryValues = (messages: WebhookMessage[]): unknown[] => [
  messages.map(({ seq }) => seq),
  messages.map(({ type }) => type),
  messages.map(({ payload }) => payload),
  messages.map(({ agencies }) => `{${agencies.join(',')}}`),
  messages.map(({ toDesk }) => toDesk),
];

/** For events that no step writes; in the transaction that does. */
export async function recordMessages(
  db: Db,
  complaintId: string,
  messages: WebhookMessage[],
): Promise<void> {
  await db.query({
    name: 'record-webhook-messages',
    text: deliveriesSql(2),
    values: [complaintId, ...deliveryValues(messages)],
  });
}
