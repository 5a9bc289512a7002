import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { label } from '../contract/primitives.js';
import { SOURCES } from '../contract/list.js';
import { COMPLAINT_KINDS } from '../domain/commands.js';
import { readYamlFile } from '../region/yaml-file.js';
import type { WantedColumns } from './rows/field-layout.js';
import { FIELD_KEYS, type FieldKey } from './rows/fields.js';
import { codeOf, fold, outcomeOf } from './rows/vocabulary.js';
import { dateForm, type DateForm } from './values/instant.js';
import { zoneClock } from './values/zone-clock.js';

const field = z.enum(FIELD_KEYS as [FieldKey, ...FieldKey[]]);
const name = label(200);
const word = z.union([z.literal(''), label(500), z.number().transform(String)]);

const mappingSchema = z
  .strictObject({
    system: z
      .string()
      .regex(/^[a-z0-9][a-z0-9._-]{0,59}$/, 'must be small letters, digits, dots and hyphens'),
    zone: z.string().refine(isZone, 'is no time zone such as Europe/Moscow').optional(),
    dateForm: z
      .string()
      .max(60)
      .refine(isForm, 'must be of YYYY, MM, DD, HH, hh, mm, ss, A, each once')
      .optional(),
    sheet: name.optional(),
    headerRow: z.int().min(1).max(50).optional(),
    columns: z.partialRecord(field, name),
    values: z
      .partialRecord(field, z.record(z.union([z.literal(''), label(500)]), word.nullable()))
      .default({}),
    constants: z.partialRecord(field, word).default({}),
  })
  .superRefine((mapping, ctx) => {
    const says = (key: FieldKey): boolean => key in mapping.columns || key in mapping.constants;
    for (const key of ['id', 'createdAt', 'text'] as const) {
      if (!says(key)) {
        ctx.addIssue({
          code: 'custom',
          path: ['columns'],
          message: `it names no column for ${key}`,
        });
      }
    }
    if (mapping.constants.id !== undefined) {
      const message = 'names a row: no two rows may share it, so that it needs a column';
      ctx.addIssue({ code: 'custom', path: ['constants', 'id'], message });
    }
    for (const key of Object.keys(mapping.constants)) {
      if (key in mapping.columns) {
        const message = 'stands among the columns, too: say one of both';
        ctx.addIssue({ code: 'custom', path: ['constants', key], message });
      }
    }
    for (const [key, wrong] of [
      [
        'source',
        wrongIn(mapping, 'source', (value) => (SOURCES as readonly string[]).includes(value)),
      ],
      ['status', wrongIn(mapping, 'status', (value) => value === 'open' || codeOf(value) !== null)],
      ['outcome', wrongIn(mapping, 'outcome', (value) => outcomeOf(value) !== undefined)],
      [
        'incidentType',
        wrongIn(mapping, 'incidentType', (value) =>
          (COMPLAINT_KINDS as readonly string[]).includes(value),
        ),
      ],
    ] as const) {
      for (const path of wrong) {
        ctx.addIssue({ code: 'custom', path, message: `is no ${key} that the desk knows` });
      }
    }
  });

/** How the columns of a table that is no incident export are to be read; plain JSON. */
export type Mapping = z.output<typeof mappingSchema>;

function wrongIn(
  mapping: {
    values: Partial<Record<FieldKey, Record<string, string | null>>>;
    constants: Partial<Record<FieldKey, string>>;
  },
  key: FieldKey,
  isRight: (value: string) => boolean,
): string[][] {
  const constant = mapping.constants[key];
  return [
    ...Object.entries(mapping.values[key] ?? {})
      .filter(([, value]) => value !== null && !isRight(value))
      .map(([from]) => ['values', key, from]),
    ...(constant !== undefined && !isRight(constant) ? [['constants', key]] : []),
  ];
}

function isZone(zone: string): boolean {
  try {
    zoneClock(zone);
    return true;
  } catch {
    return false;
  }
}

function isForm(form: string): boolean {
  try {
    dateForm(form);
    return true;
  } catch {
    return false;
  }
}

/** A mapping that cannot be used. `message` has one line a mistake: `line 12: columns.id: …`. */
export class MappingError extends Error {
  override name = 'MappingError';
}

/** Reads a mapping file. @throws MappingError */
export async function readMapping(path: string): Promise<Mapping> {
  const { value, problems } = await readYamlFile('', path, mappingSchema);
  if (value === undefined) {
    const lines = problems.map(({ line, reason }) => `line ${line}: ${reason}`);
    throw new MappingError(lines.join('\n'));
  }
  return value;
}

/** Reads a mapping that came as text; `folder` is written to for a moment. @throws MappingError */
export async function readMappingText(text: string, folder: string): Promise<Mapping> {
  const path = join(folder, `${randomUUID()}.mapping`);
  await writeFile(path, text, { mode: 0o600 });
  try {
    return await readMapping(path);
  } finally {
    await rm(path, { force: true });
  }
}

/** The columns that a mapping wants; every one that it names has to be there. */
export function columnsOf(mapping: Mapping): WantedColumns {
  const names = new Map(Object.entries(mapping.columns) as [FieldKey, string][]);
  const values = Object.entries(mapping.values).map(
    ([key, words]): [FieldKey, Map<string, string | null>] => [
      key as FieldKey,
      new Map(Object.entries(words).map(([from, to]) => [fold(from), to])),
    ],
  );
  return {
    names,
    required: [...names.keys()],
    title: 'the table that the mapping describes',
    values: new Map(values),
    constants: new Map(Object.entries(mapping.constants) as [FieldKey, string][]),
    headerRow: mapping.headerRow,
    sheet: mapping.sheet,
  };
}

export const formOf = (mapping: Mapping): DateForm | undefined =>
  mapping.dateForm === undefined ? undefined : dateForm(mapping.dateForm);
