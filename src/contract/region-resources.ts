import { z } from 'zod';
import { FILLED_BY_HAND, PLACEHOLDERS } from '../domain/reply-template.js';
import { cursorParameter, limitParameter, pageOf, PRIORITIES, SOURCES } from './list.js';
import { label, namedAgency, text } from './primitives.js';
import {
  agenciesFile,
  calendarsFile,
  laddersFile,
  municipalitiesFile,
  policiesFile,
  routingFile,
  templatesFile,
  topicsFile,
} from './region-files.js';

/**
 * The region's data as resources: the items of the region's files, checked by the same schemas. Lengths are
 * milliseconds here (`allowanceMs`), as everywhere on the wire, and whole minutes, as in the files.
 */

const minutesMs = z
  .int()
  .min(0)
  .max(59_999_940_000)
  .multipleOf(60_000, 'must be whole minutes, in milliseconds');

const agency = agenciesFile.shape.agencies.element.omit({ active: true }).extend({
  approval: agenciesFile.shape.approval.default({ interim: false, final: false }),
});
const topicGroup = topicsFile.shape.groups.element;
const topic = topicsFile.shape.topics.element;
const municipality = municipalitiesFile.shape.municipalities.element;
const routingRule = routingFile.shape.rules.element.extend({
  position: z
    .int()
    .min(1)
    .max(10_000)
    .default(1)
    .describe(
      'Place in the order of rules, from 1; the rule that is there and all after it move on',
    ),
});
const filedCalendar = calendarsFile.shape.calendars.element;
const calendar = filedCalendar.extend({ years: filedCalendar.shape.years.unwrap().default({}) });
const template = templatesFile.shape.templates.element;

const filedPolicy = policiesFile.shape.policies.element;
const allowance = z.strictObject({
  allowanceMs: minutesMs,
  time: z.enum(['working', 'calendar']),
});
const slaPolicy = filedPolicy.extend({
  acceptance: allowance.optional(),
  firstReply: allowance.optional(),
  resolution: allowance.optional(),
  waiting: filedPolicy.shape.waiting.omit({ limit: true }).extend({ limitMs: minutesMs }),
  extension: filedPolicy.shape.extension.omit({ max: true }).extend({ maxMs: minutesMs }),
});

const filedLadder = laddersFile.shape.ladders.element;
const ladder = filedLadder.extend({
  levels: z
    .array(
      filedLadder.shape.levels.element.omit({ allowance: true }).extend({ allowanceMs: minutesMs }),
    )
    .min(1),
});

/** One collection of the region: its path, its kind of row, its items' schema and what they are called. */
export const REGION_RESOURCES = {
  agencies: {
    kind: 'agency',
    body: agency,
    name: 'Agency',
    filters: ['kind', 'municipality', 'parent'],
  },
  'topic-groups': { kind: 'topic_group', body: topicGroup, name: 'TopicGroup', filters: [] },
  topics: { kind: 'topic', body: topic, name: 'Topic', filters: ['group'] },
  municipalities: {
    kind: 'municipality',
    body: municipality,
    name: 'Municipality',
    filters: ['kind'],
  },
  'routing-rules': { kind: 'routing_rule', body: routingRule, name: 'RoutingRule', filters: [] },
  'sla-policies': { kind: 'sla_policy', body: slaPolicy, name: 'SlaPolicy', filters: [] },
  calendars: { kind: 'calendar', body: calendar, name: 'Calendar', filters: [] },
  ladders: { kind: 'ladder', body: ladder, name: 'Ladder', filters: [] },
  templates: { kind: 'template', body: template, name: 'Template', filters: ['kind'] },
} as const;
export type RegionPath = keyof typeof REGION_RESOURCES;
export const REGION_PATHS = Object.keys(REGION_RESOURCES) as RegionPath[];

/** A change: any of the members but the code; null takes an optional one away. Nested objects are replaced whole. */
export function changeOf(path: RegionPath) {
  const shape = REGION_RESOURCES[path].body.shape as Record<string, z.ZodType>;
  const members = Object.entries(shape)
    .filter(([name]) => name !== 'code')
    .map(([name, schema]) => [name, withoutDefault(schema).nullable().optional()] as const);
  return z.strictObject(Object.fromEntries(members));
}

function withoutDefault(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodDefault ? (schema.unwrap() as z.ZodType) : schema;
}

/** A stored item: its id for life and its version, which is its ETag too. */
export function itemOf(path: RegionPath) {
  const { body, name } = REGION_RESOURCES[path];
  return z
    .object({
      id: z.uuid(),
      version: z.int(),
      retired: z.boolean(),
      ...(body.shape as Record<string, z.ZodType>),
    })
    .meta({ id: name });
}

export const regionItemPage = (path: RegionPath) => pageOf(itemOf(path));

/** The data of a region is small and wanted whole, so a page holds all of most kinds. */
const PAGE_MAX = 500;

const templateFilters = {
  topic: label(64)
    .optional()
    .describe('A topic’s code: those for it, for its group, and those for every topic'),
  agency: label(64)
    .optional()
    .describe('An agency’s code or id: those for it, and those for every agency'),
};

/** What a list of region data can be asked for. */
export function regionListQuery(path: RegionPath) {
  const filters = REGION_RESOURCES[path].filters.map((name) => [name, label(64).optional()]);
  return z.strictObject({
    ...(Object.fromEntries(filters) as Record<string, z.ZodOptional<z.ZodString>>),
    ...(path === 'templates' ? templateFilters : {}),
    retired: z
      .enum(['true', 'false'], { error: 'must be true or false' })
      .default('false')
      .transform((value) => value === 'true')
      .describe('Whether to list retired items too'),
    cursor: cursorParameter.optional(),
    limit: limitParameter(PAGE_MAX, PAGE_MAX),
  });
}

/** POST /routing-rules/dry-run. */
export const dryRunBody = z.strictObject({
  text: text(),
  municipality: label(200).optional().describe('Code; found in the text when left out'),
  source: z.enum(SOURCES).default('web'),
  topic: label(64).optional().describe('Code; read out of the text when left out'),
  campaign: label(100).optional(),
});

/** POST /templates/{id}/render. */
export const renderBody = z.strictObject({
  complaint: label(64).describe('Id or number'),
  values: z
    .partialRecord(z.enum(PLACEHOLDERS), z.string().trim().max(1_000))
    .default({})
    .describe(
      `What the placeholders stand for where the desk does not know it (${FILLED_BY_HAND.join(', ')}), or shall not say what it knows`,
    ),
});

export const renderResult = z
  .object({
    text: z.string(),
    kind: z.enum(['interim', 'final', 'question']),
    outcome: z.string().nullable(),
    version: z.int().describe('Of the template'),
  })
  .meta({ id: 'RenderedTemplate' });

const due = z
  .object({
    at: z.iso.datetime(),
    provisional: z.boolean().describe('Rests on a year without an official calendar'),
  })
  .nullable();

export const dryRunResult = z
  .object({
    kind: z.string(),
    spam: z.boolean(),
    topic: z.string().nullable(),
    confidence: z.number(),
    triage: z.boolean().describe('Whether the complaint would wait for an operator'),
    suggestions: z.array(
      z.object({ topic: z.string(), confidence: z.number(), because: z.array(z.string()) }),
    ),
    municipality: z.string().nullable(),
    agency: namedAgency.nullable(),
    rule: z.object({ code: z.string(), position: z.int(), version: z.int() }).nullable(),
    priority: z.enum(PRIORITIES),
    policy: z.object({ code: z.string(), version: z.int() }),
    dues: z.object({ acceptBy: due, firstReplyBy: due, resolveBy: due }),
  })
  .meta({ id: 'RoutingDryRun' });
export type DryRunResult = z.output<typeof dryRunResult>;
