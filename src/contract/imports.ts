import { z } from 'zod';
import { cursorParameter, limitParameter, pageOf } from './list.js';

/** POST /imports: the parts of the form. */
export const newImport = z.strictObject({
  zone: z
    .string()
    .max(60)
    .optional()
    .describe("Zone of times that name none, such as Europe/Moscow; the region's when left out"),
  dryRun: z
    .stringbool({ truthy: ['true', '1', 'yes'], falsy: ['false', '0', 'no', ''] })
    .default(false)
    .describe('Reads and checks everything and brings nothing in'),
  mapping: z
    .string()
    .max(200_000)
    .optional()
    .describe('Text of a YAML mapping file (docs/import.md); left out: the 47 columns'),
});

/** The form as the OpenAPI file shows it. */
export const importForm = z
  .object({
    file: z.string().meta({ format: 'binary' }).describe('XLSX or CSV, by content'),
    zone: z.string().optional(),
    dryRun: z.enum(['true', 'false']).optional(),
    mapping: z.string().optional(),
  })
  .meta({ id: 'NewImport' });

export const importProblem = z
  .object({
    severity: z.enum(['error', 'warning']),
    row: z.int().describe('As a spreadsheet numbers it; of a warning that rows share, the first'),
    column: z.string().describe("The column's name in the file"),
    reason: z.string(),
    rows: z.int().describe('How many rows share it; 1 for an error'),
  })
  .meta({ id: 'ImportProblem' });

const count = z.int().min(0);
const at = z.iso.datetime();

export const importItem = z
  .object({
    id: z.uuid(),
    state: z.enum(['queued', 'running', 'done', 'failed']),
    failure: z.string().nullable().describe('Why it failed, or what it waits for'),
    fileName: z.string(),
    bytes: count,
    zone: z.string(),
    dryRun: z.boolean(),
    mapping: z.string().nullable().describe('System of the mapping; null: the 47 columns'),
    detected: z
      .object({
        format: z.enum(['xlsx', 'csv']),
        encoding: z.string().optional(),
        byteOrderMark: z.boolean().optional(),
        separator: z.enum([';', ',', 'tab']).optional(),
        sheet: z.string().optional(),
        epoch: z.int().optional().describe('First year of serial dates: 1900 or 1904'),
        headerRow: z.int().optional(),
      })
      .nullable(),
    progress: z.object({
      rowsTotal: count.nullable().describe('Rows of the file, empty ones counted too'),
      read: count,
      in: count.describe('Brought in; on a dry run: would be'),
      open: count.describe('Of these, rows that live on as open complaints'),
      alreadyThere: count,
      changed: count.describe('Of these, rows that say something else now; not overwritten'),
      bad: count,
      warnings: count,
    }),
    clockRule: z.string().describe('What the clocks of open rows do'),
    errors: z.array(importProblem).describe('The first hundred; all at …/problems'),
    warnings: z.array(importProblem).describe('The first hundred'),
    createdAt: at,
    finishedAt: at.nullable(),
  })
  .meta({ id: 'Import' });
export type ImportItem = z.output<typeof importItem>;

export const importProblemQuery = z.strictObject({
  severity: z.enum(['error', 'warning']).optional(),
  cursor: cursorParameter.optional(),
  limit: limitParameter(500, 100),
});
export const importProblemPage = pageOf(importProblem).meta({ id: 'ImportProblems' });
