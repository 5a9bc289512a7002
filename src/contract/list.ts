import { z } from 'zod';
import { COMPLAINT_KINDS } from '../domain/commands.js';
import { CLOSURE_REASONS, STATUSES } from '../domain/transitions.js';
import { namedAgency, namedPerson } from './primitives.js';

/** The list of complaints: its query, one of its rows, its page. */

export const SOURCES = [
  'vk',
  'ok',
  'telegram',
  'max',
  'email',
  'web',
  'open311',
  'direct_line',
  'phone',
  'monitoring',
] as const;
export const PRIORITIES = ['ordinary', 'raised', 'danger'] as const;

export const COMPLAINT_SORTS = [
  '-receivedAt',
  'receivedAt',
  '-number',
  'number',
  'dueAt',
  '-dueAt',
  '-level',
  'relevance',
] as const;
export type ComplaintSort = (typeof COMPLAINT_SORTS)[number];

const clean = (maxLength: number) =>
  z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(maxLength, `must have at most ${maxLength} characters`)
    .refine((value) => !value.includes('\0'), 'must not contain NUL');

/**
 * A parameter that may be repeated or hold a comma list; any of its values fits. Parameters are text on the
 * wire; `asParameter` is what the OpenAPI file says they mean.
 */
const anyOf = <T extends z.ZodType<unknown, string>>(item: T) =>
  z
    .union([z.string(), z.array(z.string()).max(200)])
    .transform((value) =>
      [value]
        .flat()
        .flatMap((part) => part.split(','))
        .map((part) => part.trim()),
    )
    .pipe(z.array(item).min(1).max(200))
    .meta({ asParameter: { type: 'array', items: meaningOf(item) } });

/** What one value of a list means, as JSON Schema. */
function meaningOf(item: z.ZodType): object {
  const { asParameter, ...plain } = z.toJSONSchema(item, { io: 'input' });
  delete plain.$schema;
  return (asParameter as object | undefined) ?? plain;
}

const flag = z
  .enum(['true', 'false'], { error: 'must be true or false' })
  .transform((value) => value === 'true');

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,6}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .pipe(z.number().min(min, `must be at least ${min}`).max(max, `must be at most ${max}`))
    .meta({ asParameter: { type: 'integer', minimum: min, maximum: max } });

export const cursorParameter = z
  .string()
  .max(1_000)
  .describe('`nextCursor` of the page before; good for the same query by the same caller only');
export const limitParameter = (max: number, usual: number) =>
  wholeNumber(1, max)
    .default(usual)
    .describe(`How many items a page has, 1 to ${max}; ${usual} when left out`);

/** A day of the region's zone, or an instant. */
const dayOrInstant = z
  .string()
  .max(40)
  .refine(
    (value) => z.union([z.iso.date(), z.iso.datetime({ offset: true })]).safeParse(value).success,
    'must be a day such as 2026-05-12, or an instant such as 2026-05-12T09:30:00Z',
  );

export const complaintListQuery = z.strictObject({
  status: anyOf(z.enum(STATUSES)).optional(),
  agency: anyOf(clean(64)).optional().describe('Ids or codes; departments below them count too'),
  executor: anyOf(z.uuid('must be the id of a user')).optional(),
  topic: anyOf(clean(64)).optional().describe('Codes of topics'),
  kind: anyOf(z.enum(COMPLAINT_KINDS)).optional(),
  municipality: anyOf(clean(64)).optional().describe('Codes of municipalities'),
  source: anyOf(z.enum(SOURCES)).optional(),
  overdue: flag.optional().describe('Whether a running clock has passed its due'),
  level: anyOf(wholeNumber(0, 99)).optional().describe('Levels of escalation; 0 is not escalated'),
  campaign: anyOf(clean(100)).optional(),
  incident: anyOf(z.uuid('must be the id of an incident')).optional(),
  repeat: flag.optional(),
  priority: anyOf(z.enum(PRIORITIES)).optional(),
  from: dayOrInstant
    .optional()
    .describe("Received at this instant or later; a day begins at midnight of the region's zone"),
  to: dayOrInstant
    .optional()
    .describe('Received before this instant; a day counts whole, so that from = to is one day'),
  q: clean(200)
    .optional()
    .describe(
      'A number, words (Russian forms and ё found), a "quoted phrase", or a fragment of 3 characters and more',
    ),
  sort: z
    .enum(COMPLAINT_SORTS)
    .optional()
    .describe('`-receivedAt` when left out; with `q`: `relevance`'),
  cursor: cursorParameter.optional(),
  limit: limitParameter(100, 50),
});
export type ComplaintListQuery = z.output<typeof complaintListQuery>;

const instant = z.iso.datetime();
/** Names of the system that a complaint was imported from, where the region may know none of them. */
export const sourceLabels = z
  .object({
    agency: z.string().optional(),
    executor: z.string().optional(),
    topicGroup: z.string().optional(),
    topic: z.string().optional(),
    municipality: z.string().optional(),
    region: z.string().optional(),
  })
  .nullable()
  .describe("The source's own words of an imported complaint; null for others");

export const complaintListItem = z
  .object({
    id: z.uuid(),
    number: z.string(),
    version: z.int(),
    status: z.enum(STATUSES),
    closureReason: z.enum(CLOSURE_REASONS).nullable(),
    kind: z.enum(COMPLAINT_KINDS).nullable(),
    topic: z.string().nullable(),
    topicName: z.string().nullable(),
    agency: namedAgency.nullable(),
    executor: namedPerson.nullable(),
    municipality: z.string().nullable(),
    priority: z.enum(PRIORITIES),
    level: z.int().describe('0: not escalated'),
    source: z.enum(SOURCES),
    receivedAt: instant,
    dueAt: instant.nullable().describe('The nearest due of a running clock'),
    overdue: z.boolean(),
    acceptBy: instant.nullable(),
    firstReplyBy: instant.nullable(),
    resolveBy: instant.nullable(),
    promisedBy: instant.nullable(),
    preview: z.string().describe('The first 160 characters as people count them'),
    campaign: z.string().nullable(),
    repeat: z.boolean(),
    sourceLabels,
    highlight: z
      .string()
      .nullable()
      .optional()
      .describe('With `q`: where the text fits, as HTML-escaped text with <mark>…</mark>'),
  })
  .meta({ id: 'ComplaintListItem' });
export type ComplaintListItem = z.output<typeof complaintListItem>;

/** Every list has this shape. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable(), total: z.int() });

export const complaintPage = pageOf(complaintListItem)
  .extend({
    totalIsEstimate: z
      .boolean()
      .optional()
      .describe(
        'True over 10,000, where `total` is an estimate. `total` is counted with the first page',
      ),
    truncated: z
      .boolean()
      .optional()
      .describe('True when a list sorted by what changes ends at 10,000 complaints: narrow it'),
  })
  .meta({ id: 'ComplaintPage' });

export const similarComplaint = complaintListItem
  .omit({ highlight: true })
  .extend({ similarity: z.number().min(0).max(1) })
  .meta({ id: 'SimilarComplaint' });
export const similarPage = pageOf(similarComplaint).meta({ id: 'SimilarComplaints' });
