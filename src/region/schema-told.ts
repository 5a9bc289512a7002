import { z } from 'zod';
import { didYouMean, nearest } from './nearest.js';

type Path = readonly PropertyKey[];

const TYPE_WORDS: Record<string, string> = {
  array: 'a list',
  object: 'keys with values',
  string: 'text',
  int: 'a whole number',
  boolean: 'true or false',
  null: 'nothing',
};
const KEYS_LISTED_MAX = 12;

/** What an issue of a schema means to somebody who writes the file, without where it is. `data`: what was read. */
export function schemaReason(issue: z.core.$ZodIssue, data: unknown): string {
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String);
    return `must be one of ${values.join(', ')}${didYouMean(String(valueAt(data, issue.path)), values)}`;
  }
  const isNumber = 'origin' in issue && (issue.origin === 'number' || issue.origin === 'int');
  if (issue.code === 'too_big' && isNumber) return `must be at most ${issue.maximum}`;
  if (issue.code === 'too_small' && isNumber) {
    return `must be ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`;
  }
  return issue.message
    .replace(/^Invalid input: /, '')
    .replace(/.*received undefined/, 'it is missing')
    .replace(/(expected|received) (\w+)/g, (_, verb: string, type: string) => {
      return `${verb} ${TYPE_WORDS[type] ?? type}`;
    });
}

/** `unknown key`, and which one was probably meant among those that the schema knows at the path. */
export function unknownKeyReason(schema: z.ZodType, path: Path, key: string): string {
  const keys = keysAt(schema, path);
  const isListed = nearest(key, keys) === undefined && keys.length <= KEYS_LISTED_MAX;
  return `unknown key${isListed ? `; known are ${keys.join(', ')}` : didYouMean(key, keys)}`;
}

function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
    data,
  );
}

function keysAt(schema: z.ZodType, path: Path): string[] {
  const at = path.reduce<z.ZodType | undefined>((outer, key) => {
    const inner = outer && bare(outer);
    if (inner instanceof z.ZodObject) return inner.shape[key as string] as z.ZodType | undefined;
    if (inner instanceof z.ZodArray) return inner.element as z.ZodType;
    return inner instanceof z.ZodRecord ? (inner.valueType as z.ZodType) : undefined;
  }, schema);
  const inner = at && bare(at);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

/** Without "may be left out". */
function bare(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault
    ? bare(schema.unwrap() as z.ZodType)
    : schema;
}
