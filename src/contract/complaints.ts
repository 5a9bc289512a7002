import { z } from 'zod';
import { COMPLAINT_KINDS, REPLY_OUTCOMES } from '../domain/commands.js';
import { CLOSURE_REASONS, REJECT_CODES, STATUSES } from '../domain/transitions.js';
import { attachment, attachmentIds, NO_WORDS, saysSomething } from './attachments.js';
import { PRIORITIES, sourceLabels, SOURCES } from './list.js';
import { instant, label, namedAgency, namedPerson, text, TEXT_MAX } from './primitives.js';

const contact = label(254).refine(
  (value) =>
    /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value) ||
    (/^\+?[\d\s().-]+$/.test(value) && /^\d{5,15}$/.test(value.replace(/\D/g, ''))),
  'must be an e-mail address or a phone number',
);

const complaintBody = z.strictObject({
  source: z.enum(SOURCES),
  externalId: label(200)
    .optional()
    .describe("The message's own id at the source; the same one again is the same complaint"),
  text: text(TEXT_MAX, { mayBeEmpty: true }).describe('May be empty when something is attached'),
  author: z
    .strictObject({
      name: text(200).optional(),
      handle: label(200).optional(),
      contact: contact.optional(),
    })
    .optional(),
  url: z
    .url({ protocol: /^https?$/, error: 'must be an http address' })
    .max(2_000)
    .optional(),
  postedAt: instant().optional().describe('When the citizen wrote it; at most 5 minutes ahead'),
  origin: z.enum(['authority_page', 'elsewhere']).default('elsewhere'),
  visibility: z
    .enum(['public', 'private'])
    .optional()
    .describe('When left out: public for social networks and maps, private for the rest'),
  municipality: label(200).optional().describe('Code or name'),
  location: z
    .strictObject({ lat: z.number().min(-90).max(90), lon: z.number().min(-180).max(180) })
    .optional(),
  address: text(500).optional(),
  campaign: label(100).optional(),
  attachments: attachmentIds.optional(),
});

/** POST /complaints. A photo may say it all. */
export const newComplaint = complaintBody.refine(saysSomething, NO_WORDS);
export type NewComplaint = z.output<typeof newComplaint>;

export const acceptedComplaint = z
  .object({
    id: z.uuid(),
    number: z.string(),
    status: z.enum(STATUSES),
    trackingUrl: z.url(),
    duplicate: z.boolean(),
  })
  .meta({ id: 'AcceptedComplaint' });
export type AcceptedComplaint = z.output<typeof acceptedComplaint>;

const at = z.iso.datetime();

/** The state of a complaint as a command answers it. */
export const complaintState = z
  .object({
    id: z.uuid(),
    number: z.string(),
    version: z.int(),
    status: z.enum(STATUSES),
    closureReason: z.enum(CLOSURE_REASONS).nullable(),
    rejectCode: z.enum(REJECT_CODES).nullable(),
    kind: z.enum(COMPLAINT_KINDS).nullable(),
    topic: z.string().nullable(),
    agency: namedAgency.nullable(),
    executor: namedPerson.nullable(),
    priority: z.enum(PRIORITIES),
    level: z.int().describe('0: not escalated'),
  })
  .meta({ id: 'ComplaintState' });
export type ComplaintState = z.output<typeof complaintState>;

const clock = z.object({
  kind: z.enum(['acceptance', 'first_reply', 'resolution', 'promise']),
  generation: z.int(),
  startedAt: at,
  dueAt: at.nullable().describe('null while paused'),
  provisional: z.boolean().describe('The due rests on a year without an official calendar'),
  paused: z.boolean(),
  metAt: at.nullable(),
  stoppedAt: at.nullable(),
  breachedAt: at.nullable(),
  warnings: z.array(z.object({ percent: z.number(), at, given: z.boolean() })),
  skipped: z
    .array(z.object({ date: z.string(), reason: z.string() }).loose())
    .describe('Days from start to due that were not worked, or worked in an unusual way'),
});

const publication = z.object({
  id: z.uuid(),
  channel: z.string(),
  state: z.enum(['pending', 'published', 'blocked', 'waived']),
  attempts: z.int(),
  lastError: z.string().nullable(),
});

const reply = z.object({
  id: z.uuid(),
  kind: z.enum(['interim', 'final', 'question']),
  outcome: z.enum(REPLY_OUTCOMES).nullable(),
  text: z.string().nullable(),
  state: z.enum(['draft', 'in_review', 'returned', 'approved', 'published']),
  status: z.enum(['draft', 'in_review', 'returned', 'approved', 'published']),
  revision: z.int(),
  promisedAt: at.nullable(),
  signatory: z.enum(['agency', 'head']).nullable(),
  createdAt: at,
  approvedAt: at.nullable(),
  publishedAt: at.nullable(),
  publications: z.array(publication),
  attachments: z.array(attachment).describe('Evidence'),
});

/** GET /complaints/{id}. */
export const complaint = complaintState
  .extend({
    topicName: z.string().nullable(),
    topicGroup: z.string().nullable(),
    confidence: z.number().nullable(),
    topicSource: z.enum(['rule', 'model', 'operator']).nullable(),
    suggestions: z.array(
      z.object({ topic: z.string(), confidence: z.number(), because: z.array(z.string()) }),
    ),
    coExecutors: z.array(namedAgency),
    municipality: z.string().nullable(),
    municipalityName: z.string().nullable(),
    rule: z.string().nullable(),
    policy: z.object({ code: z.string(), version: z.int() }).nullable(),
    clocks: z.object({
      acceptBy: at.nullable(),
      firstReplyBy: at.nullable(),
      resolveBy: at.nullable(),
      promisedBy: at.nullable(),
      paused: z.boolean(),
      details: z.array(clock),
    }),
    source: z.enum(SOURCES),
    externalId: z.string().nullable(),
    text: z.string().nullable(),
    author: z
      .object({
        name: z.string().nullable(),
        handle: z.string().nullable(),
        contact: z.string().nullable(),
      })
      .nullable(),
    url: z.string().nullable(),
    address: z.string().nullable(),
    location: z.object({ lat: z.number(), lon: z.number() }).nullable(),
    origin: z.enum(['authority_page', 'elsewhere']),
    visibility: z.enum(['public', 'private']),
    receivedAt: at,
    postedAt: at.nullable(),
    closedAt: at.nullable(),
    campaign: z.string().nullable(),
    sourceLabels,
    imported: z
      .object({
        at,
        system: z.string(),
        id: z.string(),
        number: z.string().nullable(),
        firstReplyWorkingMs: z.number().nullable().describe('As the source measured it'),
        executorReactionMs: z.number().nullable().describe('As the source measured it'),
      })
      .nullable()
      .describe('Where an imported complaint came from'),
    repeatOf: z.uuid().nullable(),
    mergedInto: z.uuid().nullable(),
    parent: z.uuid().nullable(),
    allowed: z.array(z.string()).describe('Commands that the state allows'),
    replies: z.array(reply),
    attachments: z.array(attachment).describe('Of the complaint and the further words'),
    extensions: z.array(
      z.object({
        id: z.uuid(),
        until: at,
        reason: z.string().nullable(),
        state: z.enum(['requested', 'approved', 'refused']),
        createdAt: at,
        decidedAt: at.nullable(),
      }),
    ),
    ratings: z.array(
      z.object({
        id: z.uuid(),
        solved: z.boolean().nullable(),
        rating: z.int().nullable(),
        comment: z.string().nullable(),
        createdAt: at,
      }),
    ),
    links: z.object({
      self: z.string(),
      timeline: z.string(),
      track: z.string(),
      temporal: z.string().nullable(),
    }),
  })
  .meta({ id: 'Complaint' });
export type Complaint = z.output<typeof complaint>;

export const timelinePage = z
  .object({
    items: z.array(
      z.object({
        seq: z.int(),
        type: z.string(),
        at,
        actor: z.string(),
        data: z
          .record(z.string(), z.unknown())
          .describe('Words of a text that the event refers to stand here; null once erased'),
        refs: z
          .record(z.string(), z.object({ id: z.uuid(), digest: z.string() }))
          .optional()
          .describe('The references that the hash was made over'),
        hash: z.string(),
      }),
    ),
    nextCursor: z.string().nullable(),
    total: z.int(),
  })
  .meta({ id: 'Timeline' });
export type TimelinePage = z.output<typeof timelinePage>;

export const note = z
  .object({
    id: z.uuid(),
    text: z.string().nullable(),
    agency: z.string().nullable(),
    mentions: z.array(z.uuid()),
    actor: z.string(),
    createdAt: at,
  })
  .meta({ id: 'Note' });
export type Note = z.output<typeof note>;

export const notePage = z
  .object({ items: z.array(note), nextCursor: z.string().nullable(), total: z.int() })
  .meta({ id: 'Notes' });
