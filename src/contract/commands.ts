import { z } from 'zod';
import { COMPLAINT_KINDS, REPLY_OUTCOMES } from '../domain/commands.js';
import { REJECT_CODES } from '../domain/transitions.js';
import { attachmentIds } from './attachments.js';
import { agencyRef, complaintRef, instant, label, text } from './primitives.js';

/** Bodies of the commands on a complaint, by the last part of their path. */

const reason = text().describe('Why; staff see it, the citizen does not');
const userId = z.uuid('must be the id of a user');

const reply = z.strictObject({
  text: text(),
  kind: z.enum(['interim', 'final']),
  outcome: z
    .enum(REPLY_OUTCOMES)
    .optional()
    .describe('Of a final reply; `explained` when left out'),
  promisedAt: instant()
    .optional()
    .describe('Of an interim reply: by when the work is promised, within a year'),
  signatory: z
    .enum(['agency', 'head'])
    .optional()
    .describe('`head`: the head of the agency answers in person'),
  attachments: attachmentIds.optional().describe('Evidence: own uploads that are not bound yet'),
  submit: z.boolean().default(true).describe('false keeps a draft'),
});

export const replyBody = reply
  .refine((body) => body.kind === 'final' || body.outcome === undefined, {
    path: ['outcome'],
    message: 'is of final replies only',
  })
  .refine((body) => body.kind === 'interim' || body.promisedAt === undefined, {
    path: ['promisedAt'],
    message: 'is of interim replies only',
  });

export const askBody = z.strictObject({ text: text() });
export const extendBody = z.strictObject({ until: instant(), reason });
export const handoverBody = z.strictObject({ agency: agencyRef.optional(), reason });
export const delegateBody = z
  .strictObject({ executor: userId.optional(), agency: agencyRef.optional() })
  .refine((body) => body.executor !== undefined || body.agency !== undefined, {
    path: ['executor'],
    message: 'an executor or an agency is needed',
  });
export const coExecutionBody = z.strictObject({ agency: agencyRef, text: text() });
export const escalateBody = z.strictObject({ reason });
export const classifyBody = z.strictObject({
  topic: label(100),
  kind: z.enum(COMPLAINT_KINDS).optional(),
});
export const assignBody = z.strictObject({ agency: agencyRef, executor: userId.optional() });
export const rejectBody = z.strictObject({ code: z.enum(REJECT_CODES), reason: reason.optional() });
export const mergeBody = z.strictObject({ into: complaintRef });
export const splitBody = z.strictObject({
  text: text().describe('What the new complaint is about, in the words of the old one'),
});
export const reopenBody = z.strictObject({ reason });
export const closeBody = z.strictObject({ reason: z.enum(['withdrawn', 'no_response']) });
export const returnBody = z.strictObject({ reason });
export const correctBody = z.strictObject({ text: text() });
export const waiveBody = z.strictObject({
  publication: z.uuid('must be the id of a publication'),
  reason,
});
export const refuseExtensionBody = z.strictObject({ reason: reason.optional() });
export const noBody = z.strictObject({});
export const noteBody = z.strictObject({
  text: text(),
  mentions: z.array(userId).max(50).optional(),
});
