import { z } from 'zod';
import { plainListQuery } from '../../contract/resources.js';
import {
  deliveryItem,
  deliveryListQuery,
  deliveryPage,
  madeWebhook,
  newWebhook,
  rotatedSecret,
  testOutcome,
  webhookChange,
  webhookItem,
  webhookPage,
} from '../../contract/webhooks.js';
import { API, type Operation } from './operation.js';

const all = { tag: 'Webhooks', action: 'manageWebhooks', path: `${API}/webhooks` } as const;
const one = { ...all, path: `${API}/webhooks/{id}` } as const;
const empty = z.strictObject({});

/** Webhooks and what was sent to them. */
export const WEBHOOK_OPERATIONS: Operation[] = [
  {
    ...all,
    method: 'get',
    summary: 'Webhooks, without their secrets; an agency sees its own and those of its departments',
    query: plainListQuery,
    answers: { 200: { description: 'A page', schema: webhookPage } },
  },
  {
    ...all,
    method: 'post',
    summary: 'Have a system told of complaints; the secret is shown this once',
    description:
      'Messages are signed as the Standard Webhooks specification says, retried for three days, and in order for each complaint. They hold ids, codes and instants; the rest is read by GET /complaints/{id}. See docs/webhooks.md.',
    body: newWebhook,
    answers: { 201: { description: 'Made', schema: madeWebhook, headers: ['Location'] } },
    problems: [409],
  },
  {
    ...one,
    method: 'get',
    summary: 'One webhook and how it does',
    answers: { 200: { description: 'The webhook', schema: webhookItem } },
  },
  {
    ...one,
    method: 'patch',
    summary: 'Change its url, types or label, switch it off or on',
    description:
      'Switched off, it hears of nothing new, and what waits stays; switched on, that goes out first.',
    body: webhookChange,
    answers: { 200: { description: 'As it is now', schema: webhookItem } },
  },
  {
    ...one,
    method: 'delete',
    summary: 'Remove it with its log',
    answers: { 204: { description: 'Gone' } },
  },
  {
    ...one,
    path: `${one.path}/rotate-secret`,
    method: 'post',
    summary: 'A new secret, shown this once; the former one signs as well for 24 hours',
    body: empty,
    answers: { 200: { description: 'The new secret', schema: rotatedSecret } },
  },
  {
    ...one,
    path: `${one.path}/test`,
    method: 'post',
    summary: 'Send a message of type webhook.test now and tell what came of it',
    body: empty,
    answers: { 200: { description: 'Delivered or not, and why', schema: testOutcome } },
  },
  {
    ...one,
    path: `${one.path}/deliveries`,
    method: 'get',
    summary: 'What was sent and what waits, the newest first; kept for 30 days',
    query: deliveryListQuery,
    answers: { 200: { description: 'A page', schema: deliveryPage } },
  },
  {
    ...one,
    path: `${one.path}/deliveries/{deliveryId}/resend`,
    method: 'post',
    summary: 'Send a message again, under the same id; its retries begin anew',
    body: empty,
    answers: { 202: { description: 'It waits to be sent', schema: deliveryItem } },
    problems: [409],
  },
];
