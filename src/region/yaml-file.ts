import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import type { z } from 'zod';
import type { RegionFileProblem } from './region-file-error.js';

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
    return failed([{ file, line: 1, reason: `cannot be read: ${readFailure(error)}` }], isAbsent);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    // `2026` and `'2026'` would be one key of what comes out.
    uniqueKeys: (a, b) => isScalar(a) && isScalar(b) && String(a.value) === String(b.value),
  });
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    return failed(
      faults.map(({ pos, message }) => ({
        file,
        line: lines.linePos(pos[0]).line,
        reason: `not valid YAML: ${message}`,
      })),
    );
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
  const lineOf = (path: YamlPath): number => lines.linePos(offsetOf(document, path)).line;
  const parsed = schema.safeParse(data);
  if (parsed.success) return { value: parsed.data, problems: [], isAbsent: false, lineOf };
  const problems = parsed.error.issues.flatMap((issue) => problemsOf(file, issue, lineOf));
  return { value: undefined, problems, isAbsent: false, lineOf };
}

/** More than any region needs; a file of this size is something else. */
const BYTES_MAX = 5_000_000;

/** A mistake of the file itself, told in our words. */
class UnreadableFile extends Error {}

function textOf(bytes: Buffer): string {
  if (bytes.length > BYTES_MAX) {
    throw new UnreadableFile(`it is larger than ${BYTES_MAX / 1_000_000} MB`);
  }
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw new UnreadableFile('it is UTF-16 text: save it as UTF-8');
  }
  // A byte order mark of UTF-8 is taken off.
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  if (text.includes('\0')) throw new UnreadableFile('it is not text');
  return text;
}

function readFailure(error: unknown): string {
  if (error instanceof UnreadableFile) return error.message;
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
    return 'it is not UTF-8 text, perhaps Windows-1251: save it as UTF-8';
  }
  return code === 'ENOENT' ? 'there is no such file' : (code ?? String(error));
}

function problemsOf(
  file: string,
  issue: z.core.$ZodIssue,
  lineOf: (path: YamlPath) => number,
): RegionFileProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      return { file, line: lineOf(path), reason: `${pathText(path)}: unknown key` };
    });
  }
  const reason = issue.message
    .replace(/^Invalid input: /, '')
    .replace('received undefined', 'it is missing');
  return [{ file, line: lineOf(issue.path), reason: `${pathText(issue.path)}: ${reason}` }];
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
