import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { ImportItem } from '../../src/contract/imports.js';
import type { HttpDesk } from './http-desk.js';

/** A folder for files that a test writes; `remove` at the end. */
export async function fileFolder(): Promise<{
  path: (name: string) => string;
  remove(): Promise<void>;
}> {
  const folder = await mkdtemp(join(tmpdir(), 'otklik-files-'));
  return {
    path: (name) => join(folder, name),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

export interface SentImport {
  status: number;
  body: ImportItem & { detail?: string; fields?: { path: string; message: string }[] };
}

/** POST /imports with a file; `fields` are the form's other parts. */
export async function sendImport(
  desk: HttpDesk,
  file: string,
  fields: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<SentImport> {
  const form = new FormData();
  form.set('file', new Blob([await readFile(file)]), basename(file));
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  const key = headers.authorization ?? `Bearer ${await desk.keyFor('operator')}`;
  const response = await fetch(`${desk.baseUrl}/api/v1/imports`, {
    method: 'POST',
    headers: { ...headers, authorization: key },
    body: form,
  });
  return { status: response.status, body: (await response.json()) as SentImport['body'] };
}

/** The import at its end. @throws Error after a minute. */
export async function endOfImport(desk: HttpDesk, id: string): Promise<ImportItem> {
  const untilMs = Date.now() + 60_000;
  for (;;) {
    const { body } = await desk.call<ImportItem>('GET', `/imports/${id}`);
    if (body.state === 'done' || body.state === 'failed') return body;
    if (Date.now() > untilMs) throw new Error(`not at its end: ${JSON.stringify(body)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Sends a file and waits for the end of its import. */
export async function importFile(
  desk: HttpDesk,
  file: string,
  fields: Record<string, string> = {},
): Promise<ImportItem> {
  const sent = await sendImport(desk, file, fields);
  if (sent.status !== 202) throw new Error(`answered ${sent.status}: ${JSON.stringify(sent.body)}`);
  return endOfImport(desk, sent.body.id);
}

/** Writes a small file of bytes or text. */
export async function writeBytes(path: string, content: Buffer | string): Promise<string> {
  await writeFile(path, content);
  return path;
}
