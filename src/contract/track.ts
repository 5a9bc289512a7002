import { z } from 'zod';
import { STATUSES } from '../domain/transitions.js';
import { attachedFile, attachmentIds, NO_WORDS, saysSomething } from './attachments.js';
import { label, text, TEXT_MAX } from './primitives.js';

/** What a citizen sees and sends by the private link. */

export const ratingBody = z
  .strictObject({
    rating: z.int().min(1).max(5).optional(),
    solved: z.boolean().optional(),
    comment: text(5_000).optional(),
  })
  .refine((body) => body.rating !== undefined || body.solved !== undefined, {
    path: ['rating'],
    message: 'a rating or whether it is solved is needed',
  });

const message = z.strictObject({
  text: text(TEXT_MAX, { mayBeEmpty: true }).describe('May be empty when something is attached'),
  messageId: label(200)
    .optional()
    .describe('Of the sender; the same one again is the same message'),
  attachments: attachmentIds.optional(),
});
export const messageBody = message.refine(saysSomething, NO_WORDS);

const files = z.array(attachedFile);

export const eraseOwnBody = z.strictObject({
  confirm: z.literal(true, 'must be true: what is erased cannot be brought back'),
});

export const trackedComplaint = z
  .object({
    number: z.string(),
    status: z.enum(STATUSES),
    closureReason: z.string().nullable(),
    receivedAt: z.iso.datetime(),
    text: z.string().nullable(),
    attachments: files,
    agency: z.string().nullable(),
    answers: z.array(
      z.object({
        text: z.string().nullable(),
        kind: z.enum(['interim', 'final', 'question']),
        outcome: z.string().nullable(),
        publishedAt: z.iso.datetime(),
        revision: z.int(),
        attachments: files.describe('Evidence'),
      }),
    ),
    messages: z.array(
      z.object({ text: z.string().nullable(), at: z.iso.datetime(), attachments: files }),
    ),
    timeline: z.array(
      z.object({ type: z.string(), at: z.iso.datetime(), agency: z.string().optional() }),
    ),
    canRate: z.boolean(),
    canWrite: z.boolean(),
    canWithdraw: z.boolean(),
    hidden: z
      .boolean()
      .describe('Personal data in the texts of the author is not shown here; staff see it'),
    erased: z.boolean().describe('What the author wrote was erased'),
  })
  .meta({ id: 'TrackedComplaint' });
export type TrackedComplaint = z.output<typeof trackedComplaint>;
