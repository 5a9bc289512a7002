import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { DiskStore } from '../attachments/disk-store.js';
import { openPool } from '../db/pool.js';
import { readAnchor } from '../db/settings.js';
import { toWorld } from '../domain/world-clock.js';
import type { FoundSubject } from '../subjects/find.js';
import { readOperatorConfig } from './operator-config.js';

interface Options {
  contact: string[];
  handle: string[];
  name: string[];
  complaint: string[];
  mentions: boolean;
  dryRun?: boolean;
  yes?: boolean;
  json?: boolean;
}

const collect = (value: string, before: string[]): string[] => [...before, value];

/** `otklik erase`: finds a person and, once confirmed, erases them everywhere. */
export function registerErase(program: Command): void {
  program
    .command('erase')
    .description('erase everything that lies about a person; numbers, topics and times stay')
    .option('--contact <contact>', 'a phone or mail address; may be repeated', collect, [])
    .option('--handle <handle>', 'a name at a source; may be repeated', collect, [])
    .option('--name <name>', 'a full name in the nominative; may be repeated', collect, [])
    .option('--complaint <number>', 'a complaint of the person; may be repeated', collect, [])
    .option('--no-mentions', 'leave the texts of other complaints that name the person')
    .option('--dry-run', 'only say what would be erased')
    .option('--yes', 'do not ask')
    .option('--json', 'print the result as JSON; asks nothing, so it needs --yes or --dry-run')
    .action(run);
}

async function run(options: Options): Promise<void> {
  const subject = {
    contacts: options.contact,
    handles: options.handle,
    names: options.name,
    complaints: options.complaint,
  };
  if (Object.values(subject).every((list) => list.length === 0)) {
    fail('Say whom: --contact, --handle, --name or --complaint.');
    return;
  }
  // Loaded only here: the Temporal client is half of what the other commands would load for nothing.
  const [{ eraseSubject }, { findSubject }, { openClient }, { createDeskClient }] =
    await Promise.all([
      import('../subjects/erase-subject.js'),
      import('../subjects/find.js'),
      import('../temporal/connect.js'),
      import('../temporal/desk-client.js'),
    ]);
  const config = await readOperatorConfig();
  const store = new DiskStore(config.dataDir);
  const pool = openPool(config.DATABASE_URL, 'otklik_api', 2);
  const client = openClient(config);
  try {
    const found = await findSubject(pool, subject);
    const mentions = options.mentions ? found.mentions.map(({ id }) => id) : [];
    const counts = { complaints: found.complaints.length, mentions: mentions.length };
    if (options.json !== true) {
      console.log(linesOf(found, options.mentions).join('\n'));
    }
    if (options.dryRun === true || counts.complaints + counts.mentions === 0) {
      if (options.json === true) {
        console.log(JSON.stringify({ found: counts, truncated: found.truncated }, null, 2));
      }
      return;
    }
    if (options.yes !== true && (options.json === true || !(await isConfirmed()))) {
      fail('Nothing was erased. Say --yes to erase without being asked.');
      return;
    }
    const clock = await readAnchor(pool, config);
    const erased = await eraseSubject(
      { pool, desk: createDeskClient(client), store, now: () => toWorld(clock, Date.now()) },
      {
        complaints: found.complaints.map(({ id }) => id),
        mentions,
        pattern: found.pattern,
        actor: 'system',
      },
    );
    const open = erased.complaints.filter(({ status }) => status !== 'closed');
    console.log(
      options.json === true
        ? JSON.stringify({ ...erased, truncated: found.truncated }, null, 2)
        : [
            `Erased: ${erased.complaints.length} complaints, ${erased.redacted} mentions.`,
            ...open.map(
              ({ number, status }) => `  ${number} is still ${status}, without its words.`,
            ),
            ...(found.truncated ? ['There is more: run it again.'] : []),
          ].join('\n'),
    );
  } finally {
    await client.connection.close();
    await pool.end();
  }
}

function fail(message: string): void {
  console.error(message);
  process.exitCode = 1;
}

/** What was found, by number: the terminal's history is no place for a person's data. */
function linesOf({ complaints, mentions }: FoundSubject, withMentions: boolean): string[] {
  return [
    `Complaints of the person: ${complaints.length}`,
    ...complaints.map(({ number, source, status, texts }) => {
      return `  ${number} (${source}, ${status}): ${texts} texts`;
    }),
    `Texts of other complaints that name the person: ${mentions.length}${withMentions ? '' : ' (left alone)'}`,
    ...mentions.map(({ number, kind }) => `  ${number}: ${kind}`),
  ];
}

async function isConfirmed(): Promise<boolean> {
  if (!process.stdin.isTTY) {
    return false;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question('Erase all of it for good? Type yes: ')).trim() === 'yes';
  } finally {
    terminal.close();
  }
}
