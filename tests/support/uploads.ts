import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { AttachedFile, Attachment } from '../../src/contract/attachments.js';
import type { TestApi } from './api.js';

/** A complaint's attachments as staff see them, and as its citizen does. */
export interface Shown {
  attachments: Attachment[];
  replies: { text: string; attachments: Attachment[] }[];
}
export interface Tracked {
  attachments: AttachedFile[];
  answers: { attachments: AttachedFile[] }[];
  messages: { text: string; attachments: AttachedFile[] }[];
}

/** What the API answered to an upload. */
export interface UploadAnswer {
  status: number;
  headers: Headers;
  body: {
    id: string;
    mediaType: string;
    bytes: number;
    width: number | null;
    height: number | null;
    name: string | null;
    locationHint?: { lat: number; lon: number };
    url: string;
    code: string;
    detail: string;
    fields: { path: string; message: string }[];
  };
}

export interface Upload {
  /** Path of the call; POST /attachments when left out. */
  path?: string;
  name?: string;
  /** What the sender says that it is. */
  type?: string;
  /** A key's text, null for none. */
  key: string | null;
  headers?: Record<string, string>;
  field?: string;
}

/** Sends a file as a browser's form does. */
export async function upload(
  api: Pick<TestApi, 'url'>,
  content: Uint8Array,
  { path = '/api/v1/attachments', name = 'photo.jpg', type, key, headers, field }: Upload,
): Promise<UploadAnswer> {
  const form = new FormData();
  form.append(field ?? 'file', new Blob([new Uint8Array(content)], type ? { type } : {}), name);
  const response = await fetch(`${api.url}${path}`, {
    method: 'POST',
    headers: { ...(key !== null && { authorization: `Bearer ${key}` }), ...headers },
    body: form,
  });
  const body = (await response.json()) as UploadAnswer['body'];
  return { status: response.status, headers: response.headers, body };
}

/** The bytes that a link gives, whatever address it was made for. */
export async function fetchFile(
  api: Pick<TestApi, 'url'>,
  link: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: Headers; bytes: Buffer }> {
  const { pathname, search } = new URL(link);
  const response = await fetch(`${api.url}${pathname}${search}`, { headers });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, bytes };
}

/** The files of a desk's attachment store, unfinished ones included, by their paths below it. */
export async function storedFiles(api: Pick<TestApi, 'parts'>): Promise<string[]> {
  const root = join(api.parts.config.dataDir, 'attachments');
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}
