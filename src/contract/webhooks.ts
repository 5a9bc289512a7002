import { z } from 'zod';
import { cursorParameter, limitParameter, pageOf } from './list.js';
import { agencyRef, label, namedAgency } from './primitives.js';

/** Webhooks: where an agency's system is told of its complaints, and what became of each message. */

/** What a webhook may ask for. A receiver must leave types alone that it does not know. */
export const WEBHOOK_EVENTS = [
  'complaint.assigned',
  'complaint.citizen_wrote',
  'complaint.warned',
  'complaint.escalated',
  'complaint.returned',
  'complaint.closed',
  // To those alone who held it: another agency has it now, or the desk.
  'complaint.moved',
] as const;
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];
/** Sent by the test button alone. */
export const WEBHOOK_TEST = 'webhook.test';

const at = z.iso.datetime();
const URL_MAX = 2_000;

const events = z
  .array(z.enum(WEBHOOK_EVENTS))
  .min(1, 'must name at least one type; leave it out for all')
  .max(WEBHOOK_EVENTS.length)
  .refine((types) => new Set(types).size === types.length, 'names a type twice');

const members = {
  url: label(URL_MAX).describe(
    'https; without credentials and fragment. A private address only where OTKLIK_WEBHOOK_ALLOW names it',
  ),
  events: events.nullable().optional().describe('Types to be told of; null or left out: all'),
  label: label(200),
};

export const newWebhook = z.strictObject({
  ...members,
  agency: agencyRef
    .nullable()
    .optional()
    .describe(
      'Whose complaints, with those of departments below. An agency: its own when left out; an admin: all of the desk',
    ),
});
export const webhookChange = z.strictObject({
  url: members.url.optional(),
  events: members.events,
  label: members.label.optional(),
  active: z.boolean().optional().describe('true takes up again what waits'),
});

export const webhookItem = z
  .object({
    id: z.uuid(),
    label: z.string(),
    url: z.string(),
    agency: namedAgency.nullable(),
    events: z.array(z.enum(WEBHOOK_EVENTS)).nullable(),
    active: z.boolean(),
    disabledReason: z
      .enum(['gone', 'failing'])
      .nullable()
      .describe('Why the desk switched it off: the receiver answered 410, or failed for days'),
    failures: z.int().describe('Failed attempts since the last one that succeeded'),
    failingSince: at.nullable(),
    pausedUntil: at.nullable().describe('The receiver asked for a rest by Retry-After'),
    waiting: z.int().describe('Deliveries that wait to be sent'),
    oldSecretUntil: at.nullable().describe('Until then the former secret signs as well'),
    createdAt: at,
  })
  .meta({ id: 'Webhook' });
export const webhookPage = pageOf(webhookItem);

const secret = z
  .string()
  .optional()
  .describe('Shown this once; a replay under an Idempotency-Key has it not');
export const madeWebhook = webhookItem.extend({ secret }).meta({ id: 'NewWebhook' });
export const rotatedSecret = z
  .object({ id: z.uuid(), secret, oldSecretUntil: at })
  .meta({ id: 'RotatedSecret' });

export const DELIVERY_STATES = ['pending', 'delivered', 'failed'] as const;
const attempt = z.object({
  at,
  status: z.int().nullable(),
  durationMs: z.int(),
  error: z.string().nullable().describe('A code, such as timeout, refused, dns, tls, status'),
});
export const deliveryItem = z
  .object({
    id: z.uuid(),
    messageId: z.string().describe('The header webhook-id, the same at every attempt'),
    type: z.string(),
    complaint: z.object({ id: z.uuid(), seq: z.int() }).nullable(),
    state: z.enum(DELIVERY_STATES),
    attempts: z.int(),
    log: z.array(attempt).describe('The last attempts, the newest last'),
    nextAttemptAt: at.nullable(),
    createdAt: at,
    finishedAt: at.nullable(),
  })
  .meta({ id: 'WebhookDelivery' });
export const deliveryPage = pageOf(deliveryItem);
export const deliveryListQuery = z.strictObject({
  state: z.enum(DELIVERY_STATES).optional(),
  cursor: cursorParameter.optional(),
  limit: limitParameter(100, 50),
});

export const testOutcome = attempt
  .extend({ messageId: z.string(), delivered: z.boolean() })
  .meta({ id: 'WebhookTest' });
