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
  /** Line of the key or item at the path; for what is not there, of the nearest thing around it. */
  lineOf: (path: YamlPath) => number;
}

/** Reads and checks one file of a region; never throws for what is wrong in it. */
export async function readYamlFile<S extends z.ZodType>(
  dir: string,
  file: string,
  schema: S,
): Promise<YamlFile<z.output<S>>> {
  const failed = (problems: RegionFileProblem[]): YamlFile<z.output<S>> => ({
    value: undefined,
    problems,
    lineOf: () => 1,
  });
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(join(dir, file)));
  } catch (error) {
    return failed([{ file, line: 1, reason: `cannot be read: ${readFailure(error)}` }]);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
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
  let data: unknown;
  try {
    data = document.toJS();
  } catch (error) {
    return failed([{ file, line: 1, reason: `not valid YAML: ${String(error)}` }]);
  }
  const lineOf = (path: YamlPath): number => lines.linePos(offsetOf(document, path)).line;
  const parsed = schema.safeParse(data);
  if (parsed.success) return { value: parsed.data, problems: [], lineOf };
  const problems = parsed.error.issues.flatMap((issue) => problemsOf(file, issue, lineOf));
  return { value: undefined, problems, lineOf };
}

function readFailure(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'it is not UTF-8 text';
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
