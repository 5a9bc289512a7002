import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { SOURCES } from '../contract/list.js';
import { COMPLAINT_KINDS, type ReplyOutcome } from '../domain/commands.js';
import { SCENES } from './scenes.js';

/** What the demo's people say, as the files under data/ have it. */

export const MOODS = [
  'polite',
  'worried',
  'tired',
  'angry',
  'furious',
  'ironic',
  'grateful',
] as const;

const code = z.string().regex(/^[a-z0-9]+(?:[.-][a-z0-9]+)*$/);
const words = z.string().trim().min(1).max(5_000);
const pool = z.array(words).min(1);

const message = z
  .strictObject({
    id: code,
    /** `{street}` and `{house}` are filled in; the members of an incident get the same ones. */
    text: words,
    /** What it is about in truth; the operators of the demo know it. Absent for spam. */
    topic: code.optional(),
    kind: z.enum(COMPLAINT_KINDS).default('complaint'),
    /** Municipality in truth; a text need not say it. */
    place: code.optional(),
    source: z.enum(SOURCES),
    author: code,
    mood: z.enum(MOODS),
    photo: z.enum(SCENES).optional(),
    /** Messages of one incident come close to one another and are near-duplicates. */
    incident: code.optional(),
    spam: z.literal(true).optional(),
  })
  .refine((one) => (one.topic === undefined) === (one.spam === true), {
    path: ['topic'],
    message: 'is needed, except for spam',
  });

const person = z.strictObject({ id: code, name: words, contact: words });

const answers = z.strictObject({
  greetings: pool,
  closings: pool,
  headClosings: pool,
  /** By topic or topic group; `any` for the rest. */
  solved: z.record(code, pool),
  explained: z.record(code, pool),
  interim: pool,
  postponed: pool,
  notSolved: pool,
  thanked: pool,
  proposal: pool,
  questions: pool,
  handover: pool,
  extension: pool,
  returned: pool,
  refused: pool,
  notes: pool,
  escalated: pool,
  /** Comments by rating; an empty one is a rating without words. */
  ratings: z.record(z.enum(['1', '2', '3', '4', '5']), z.array(z.string()).min(1)),
  words: z.strictObject({ impatient: pool, answer: pool, thanks: pool, again: pool }),
});

const places = z.strictObject({ streets: pool, housesMax: z.int().min(1) });

export const MANNERS = ['prompt', 'ordinary', 'slow', 'formal', 'silent'] as const;
export type Manner = (typeof MANNERS)[number];

const offices = z.strictObject({
  /** Agencies whose replies wait for an approval. */
  approval: z.record(code, z.enum(['final', 'all'])),
  /** How an agency works; one that is not named draws it. */
  manners: z.partialRecord(z.enum(MANNERS), z.array(code)),
  /** Agencies with people of their own: a head, a coordinator and executors. */
  staffed: z.array(code).min(1),
});

export type DemoMessage = z.output<typeof message>;
export type Person = z.output<typeof person>;
export type Answers = z.output<typeof answers>;
export type Offices = z.output<typeof offices>;
export type Outcome = ReplyOutcome;

export interface Material {
  messages: DemoMessage[];
  people: Person[];
  answers: Answers;
  places: z.output<typeof places>;
  offices: Offices;
}

const DATA = fileURLToPath(new URL('data/', import.meta.url));

async function read<S extends z.ZodType>(file: string, schema: S): Promise<z.output<S>> {
  const result = schema.safeParse(parse(await readFile(join(DATA, file), 'utf8')));
  if (!result.success) {
    throw new Error(`${file}: ${z.prettifyError(result.error)}`);
  }
  return result.data;
}

/** Reads and checks all of it. @throws Error naming file and place of what is wrong. */
export async function readMaterial(): Promise<Material> {
  const files = (await readdir(join(DATA, 'messages'))).filter((name) => name.endsWith('.yaml'));
  const messages = await Promise.all(
    files.sort().map(async (name) => {
      const list = await read(join('messages', name), z.array(message).min(1));
      const group = basename(name, '.yaml');
      const strange = list.find(({ id }) => !id.startsWith(`${group}-`));
      if (strange) {
        throw new Error(`messages/${name}: ${strange.id} belongs into another file`);
      }
      return list;
    }),
  );
  return {
    messages: messages.flat(),
    people: await read('people.yaml', z.array(person).min(1)),
    answers: await read('answers.yaml', answers),
    places: await read('places.yaml', places),
    offices: await read('offices.yaml', offices),
  };
}
