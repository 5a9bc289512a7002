import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import type { z } from 'zod';
import type { RegionFileProblem } from './region-file-error.js';
import { schemaReason, unknownKeyReason } from './schema-told.js';
import { yamlFaults } from './yaml-faults.js';

export type YamlPath = readonly PropertyKey[];

export interface YamlFile<T> {
  /** Undefined when there are problems. */
  value: T | undefined;
  problems: RegionFileProblem[];
  /** Whether there is no such file. */
  isAbsent: boolean;
  /** Line of the key or item at the path; for what is not there, of the nearest thing around it. */
  lineOf: (path: YamlPath) => number;
}

/** Reads and checks one file of a region; never throws for what is wrong in it. */
export async function readYamlFile<S extends z.ZodType>(
  dir: string,
  file: string,
  schema: S,
): Promise<YamlFile<z.output<S>>> {
  const failed = (problems: RegionFileProblem[], isAbsent = false): YamlFile<z.output<S>> => ({
    value: undefined,
    problems,
    isAbsent,
    lineOf: () => 1,
  });
  let text: string;
  try {
    text = textOf(await readFile(join(dir, file)));
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const line = error instanceof UnreadableFile ? error.line : 1;
    return failed([{ file, line, reason: `cannot be read: ${readFailure(error)}` }], isAbsent);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    // `2026` and `'2026'` would be one key of what comes out.
    uniqueKeys: (a, b) => isScalar(a) && isScalar(b) && String(a.value) === String(b.value),
  });
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  const faults = yamlFaults(document, text, lineAt);
  if (faults.length > 0) {
    return failed(faults.map(({ offset, reason }) => ({ file, line: lineAt(offset), reason })));
  }
  if (
    document.contents === null ||
    (isScalar(document.contents) && document.contents.value === null)
  ) {
    return failed([{ file, line: 1, reason: 'the file is empty' }]);
  }
  let data: unknown;
  try {
    data = document.toJS();
  } catch (error) {
    return failed([{ file, line: 1, reason: `not valid YAML: ${String(error)}` }]);
  }
  const lineOf = (path: YamlPath): number => lineAt(offsetOf(document, path));
  const parsed = schema.safeParse(data);
  if (parsed.success) return { value: parsed.data, problems: [], isAbsent: false, lineOf };
  const told = (path: YamlPath, reason: string): RegionFileProblem => ({
    file,
    line: lineOf(path),
    reason: `${pathText(path)}: ${reason}`,
  });
  const problemsOf = (issue: z.core.$ZodIssue): RegionFileProblem[] =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) =>
          told([...issue.path, key], unknownKeyReason(schema, issue.path, key)),
        )
      : [told(issue.path, schemaReason(issue, data))];
  const problems = parsed.error.issues.flatMap((issue) => problemsOf(issue));
  return { value: undefined, problems, isAbsent: false, lineOf };
}

/** More than any region needs; a file of this size is something else. */
const BYTES_MAX = 5_000_000;

/** A mistake of the file itself, told in our words. */
class UnreadableFile extends Error {
  constructor(
    message: string,
    readonly line = 1,
  ) {
    super(message);
  }
}

function textOf(bytes: Buffer): string {
  if (bytes.length > BYTES_MAX) {
    throw new UnreadableFile(`it is larger than ${BYTES_MAX / 1_000_000} MB`);
  }
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw new UnreadableFile('it is UTF-16 text: save it as UTF-8');
  }
  // A byte order mark of UTF-8 is taken off.
  const text = utf8(bytes) ?? notUtf8(bytes);
  if (text.includes('\0')) {
    throw new UnreadableFile('it is not UTF-8 text, perhaps UTF-16: save it as UTF-8');
  }
  return text;
}

function utf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Names the first line that is no UTF-8: a line feed is never part of a longer character. */
function notUtf8(bytes: Buffer): never {
  let line = 1;
  for (let from = 0; from < bytes.length; line += 1) {
    const end = bytes.indexOf('\n', from);
    const to = end === -1 ? bytes.length : end + 1;
    if (utf8(bytes.subarray(from, to)) === undefined) break;
    from = to;
  }
  throw new UnreadableFile('it is not UTF-8 text, perhaps Windows-1251: save it as UTF-8', line);
}

function readFailure(error: unknown): string {
  if (error instanceof UnreadableFile) return error.message;
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EISDIR') return 'it is a folder, not a file';
  return code === 'ENOENT' ? 'there is no such file' : (code ?? String(error));
}

/** `rules[3].when.topics`. */
function pathText(path: YamlPath): string {
  const text = path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
  return text === '' ? 'the file' : text;
}

function offsetOf(document: Document, path: YamlPath): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const key of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isScalar(item.key) && String(item.key.value) === String(key),
      );
      if (pair === undefined) break;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(key)];
      offset = startOf(node) ?? offset;
    } else break;
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  const range = (node as { range?: [number, number, number] | null } | null | undefined)?.range;
  return range?.[0];
}
