import { z } from 'zod';
import { isZone } from '../domain/wall-clock.js';
import { complaintListQuery } from './list.js';

/** Exports: what may be asked for, and how one stands. */

export const EXPORT_FORMATS = ['xlsx', 'csv'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
export const EXPORT_COLUMNS = ['plain', 'incident'] as const;
export type ExportColumns = (typeof EXPORT_COLUMNS)[number];
export const EXPORT_LANGUAGES = ['ru', 'en'] as const;
export type ExportLanguage = (typeof EXPORT_LANGUAGES)[number];
export const EXPORT_SEPARATORS = [';', ',', '\t'] as const;
export type ExportSeparator = (typeof EXPORT_SEPARATORS)[number];

/** Sheets of XLSX end here; one row is the header. */
export const XLSX_ROWS_MAX = 1_048_575;

const query = complaintListQuery.omit({ sort: true, cursor: true, limit: true });

/** As `GET /complaints` takes it from an address, so that one schema judges both. */
const asQuery = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value)
          .filter(([, part]) => part !== null)
          .map(([name, part]) => [name, Array.isArray(part) ? part.map(asText) : asText(part)]),
      )
    : value;
const asText = (value: unknown): unknown =>
  typeof value === 'boolean' || typeof value === 'number' ? String(value) : value;

/** What the members mean, as JSON Schema: booleans and lists here, texts in an address. */
function filterMeaning(): Record<string, unknown> {
  const { properties } = z.toJSONSchema(query, { io: 'input' }) as {
    properties: Record<string, { asParameter?: object; description?: string }>;
  };
  const members = Object.entries(properties).map(([name, { asParameter, ...plain }]) => {
    const { description } = plain;
    const list = asParameter as { type?: string; items?: object } | undefined;
    if (list?.type === 'array') {
      return [name, { description, anyOf: [list.items, list] }];
    }
    const isFlag = name === 'overdue' || name === 'repeat';
    return [name, isFlag ? { description, type: 'boolean' } : (asParameter ?? plain)];
  });
  return { type: 'object', additionalProperties: false, properties: Object.fromEntries(members) };
}

/** The filter of `GET /complaints` as a body has it: lists as arrays or comma lists, flags as booleans. */
export const exportFilter = z.preprocess(asQuery, query).meta(filterMeaning());
export type ExportFilter = z.output<typeof exportFilter>;

/** POST /exports. */
export const newExport = z
  .strictObject({
    format: z.enum(EXPORT_FORMATS).default('xlsx'),
    columns: z
      .enum(EXPORT_COLUMNS)
      .default('plain')
      .describe(
        '`plain`: a readable set; `incident`: the 47 columns of the old system, which import reads',
      ),
    filter: exportFilter.prefault({}).describe('As GET /complaints; without one: everything'),
    zone: z
      .string()
      .max(64)
      .refine(isZone, 'must be a time zone such as Europe/Moscow, or UTC')
      .optional()
      .describe("In which times are written; the region's own when left out"),
    separator: z
      .enum(EXPORT_SEPARATORS)
      .optional()
      .describe('Of CSV: `;` (what Excel with Russian settings expects), `,` or a tab'),
    language: z
      .enum(EXPORT_LANGUAGES)
      .default('ru')
      .describe('Of headers and words of `plain`, and of the sheet that tells of the export'),
  })
  .refine(({ format, separator }) => separator === undefined || format === 'csv', {
    path: ['separator'],
    message: 'is for csv alone',
  })
  .meta({ id: 'NewExport' });
export type NewExport = z.output<typeof newExport>;

export const exportItem = z
  .object({
    id: z.uuid(),
    state: z
      .enum(['ready', 'running', 'done', 'broken'])
      .describe(
        'The file can be fetched in every state, also again. Of the last download: none yet, under way, sent whole, cut off',
      ),
    format: z.enum(EXPORT_FORMATS),
    columns: z.enum(EXPORT_COLUMNS),
    filter: z.record(z.string(), z.unknown()),
    zone: z.string().describe('In which the times of the file are written'),
    separator: z.string().nullable().describe('Of CSV; null for XLSX'),
    language: z.enum(EXPORT_LANGUAGES),
    personal: z
      .boolean()
      .describe('False for an analyst: names, contacts, addresses, links and texts are left out'),
    total: z.int().describe('How many complaints fit'),
    rows: z.int().describe('How many of them the last download has written'),
    requestedAt: z.iso.datetime().describe('What came in later is not part of it'),
    expiresAt: z.iso.datetime().describe('Until when it can be fetched, by the machine’s clock'),
    fileName: z.string(),
    fileUrl: z.url(),
  })
  .meta({ id: 'Export' });
export type ExportItem = z.output<typeof exportItem>;
