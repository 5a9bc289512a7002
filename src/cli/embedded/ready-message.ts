import { relative } from 'node:path';
import type { AdminKey } from './admin-key.js';

export interface ReadyDesk {
  /** The public address. */
  url: string;
  /** Where the API listens. */
  apiUrl: string;
  databaseUrl: string;
  address: string;
  uiUrl?: string;
  key: AdminKey;
  dataDir: string;
  logDir: string;
}

/** What a person needs once all runs: where it is, the key, and three commands that work when pasted. */
export function readyMessage(desk: ReadyDesk, tookMs: number): string {
  const { url, key } = desk;
  const keyFile = key.file && near(key.file);
  const lines = [
    '',
    `Otklik is ready (${(tookMs / 1000).toFixed(1)} s).`,
    `  API          ${url}/api/v1`,
    `  Reference    ${url}/docs`,
    `  Temporal     ${desk.uiUrl ?? desk.address}`,
    `  Admin key    ${keyLine(key, keyFile)}`,
    `  Data, logs   ${near(desk.dataDir)}, ${near(desk.logDir)}`,
    '',
    'Try it in another terminal, in this folder:',
    keyFile ? `  KEY=$(cat ${quoted(keyFile)})` : '  KEY=<the admin key>',
    `  curl -s -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' -d '{"source":"web","text":"Яма на дороге у дома 5 по улице Горького, Нижний Новгород"}' ${url}/api/v1/complaints`,
    `  curl -s -H "Authorization: Bearer $KEY" '${url}/api/v1/complaints?limit=5'`,
    `  curl -s -H "Authorization: Bearer $KEY" '${url}/api/v1/topics'`,
    '',
    'Ctrl-C stops everything; the data stays.',
  ];
  return lines.join('\n');
}

function keyLine(key: AdminKey, keyFile: string | undefined): string {
  if (key.made) {
    return `${key.made} (made now and shown once; kept in ${keyFile})`;
  }
  return keyFile ? `in ${keyFile}` : 'the one made when this database was new';
}

/** A path from here when it lies here, since that is shorter and can be pasted. */
export function near(path: string): string {
  const local = relative(process.cwd(), path);
  return local.startsWith('..') || local === '' ? path : local;
}

/** A path as a shell takes it. */
export const quoted = (path: string): string =>
  /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
