import type { Db } from './pool.js';

/** What webhooks are told of new events on one complaint's timeline. */
export interface WebhookMessages {
  /** `payload` is JSON. */
  messages: { seq: number; type: string; payload: string }[];
  /** The agency that holds the complaint and those above it: their webhooks hear of it, and those of no agency. */
  agencies: string[];
}

/**
 * An insert for each webhook that wants the message, to be part of a statement that runs anyway: a desk without
 * webhooks pays for a look into an empty table. `complaint`, `seqs`, `types`, `payloads` and `agencies` are parameters.
 */
export const deliveriesSql = (
  complaint: string,
  seqs: string,
  types: string,
  payloads: string,
  agencies: string,
): string => `insert into webhook_deliveries (webhook_id, complaint_id, seq, type, payload)
    select w.id, ${complaint}, m.seq, m.type, m.payload::json
    from webhooks w, unnest(${seqs}::int[], ${types}::text[], ${payloads}::text[]) as m (seq, type, payload)
    where w.active and (w.events is null or m.type = any(w.events))
      and (w.agency_id is null or w.agency_id = any(${agencies}::uuid[]))
    order by m.seq
    on conflict (webhook_id, complaint_id, seq) do nothing`;

/** The values of `deliveriesSql` after the complaint. */
export const deliveryValues = ({ messages, agencies }: WebhookMessages): unknown[] => [
  messages.map(({ seq }) => seq),
  messages.map(({ type }) => type),
  messages.map(({ payload }) => payload),
  agencies,
];

/** For events that no step writes; in the transaction that does. */
export async function recordMessages(
  db: Db,
  complaintId: string,
  messages: WebhookMessages,
): Promise<void> {
  await db.query({
    name: 'record-webhook-messages',
    text: deliveriesSql('$1', '$2', '$3', '$4', '$5'),
    values: [complaintId, ...deliveryValues(messages)],
  });
}
