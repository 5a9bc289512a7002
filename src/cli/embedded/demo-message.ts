import { join } from 'node:path';
import { near, quoted, type ReadyDesk } from './ready-message.js';

export interface DemoFacts {
  /** World seconds in a second. */
  scale: number;
  /** Whole world days since the demo began, when it was not begun now. */
  awayDays: number;
  /** Name of the file with the keys of the simulated systems. */
  keysFile: string;
}

/** What a visitor needs while the demo runs: the addresses, the keys, and lists worth looking at. */
export function demoMessage(desk: ReadyDesk, { scale, awayDays, keysFile }: DemoFacts): string {
  const { url, key } = desk;
  const list = (what: string, query: string): string =>
    `  curl -s -H "Authorization: Bearer $KEY" '${url}/api/v1/complaints?${query}'   # ${what}`;
  return [
    '',
    `The demo runs: ${scale} seconds of its world pass in one; a day takes ${(86_400 / scale / 60).toFixed(1)} min.`,
    ...(awayDays > 0
      ? [`Its world is in its day ${awayDays + 1}: it went on while the demo was off.`]
      : []),
    `  API           ${url}/api/v1, reference ${url}/docs`,
    `  Temporal      ${desk.uiUrl ?? desk.address}`,
    `  Admin key     in ${key.file ? near(key.file) : 'OTKLIK_ADMIN_KEY'}; of the agencies: ${near(join(desk.dataDir, keysFile))}`,
    `  Data, logs    ${near(desk.dataDir)}, ${near(desk.logDir)}`,
    '',
    'In another terminal, in this folder:',
    `  KEY=$(cat ${quoted(near(key.file ?? ''))})`,
    list("the operators' queue", 'status=triage&sort=receivedAt'),
    list('escalated', 'level=1,2,3,4&sort=-level'),
    list('waiting for an approval', 'status=in_review'),
    list('the same person again', 'repeat=true'),
    '',
    'Ctrl-C stops it, `npx otklik demo --remove` deletes it.',
    '',
  ].join('\n');
}
