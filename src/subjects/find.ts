import type pg from 'pg';
import { secretOf } from '../db/settings.js';
import {
  findByAuthor,
  findMentions,
  type MentionRow,
  type SubjectComplaintRow,
} from '../db/subjects-store.js';
import { personKey } from './person-key.js';
import { patternOf, type SubjectTerms } from './terms.js';

/** A person: by what is known of them, or by a complaint of theirs (ids or numbers). */
export interface Subject extends SubjectTerms {
  complaints: string[];
}

export interface FoundSubject {
  complaints: SubjectComplaintRow[];
  mentions: MentionRow[];
  /** What the mentions were looked for by; null when nothing was. */
  pattern: string | null;
  /** There are more of either than are shown. */
  truncated: boolean;
}

/** More of one person than this are looked at in several rounds. */
export const FOUND_MAX = 500;

const folded = (values: string[]): string[] =>
  values.map((value) => value.trim().toLowerCase().replaceAll('ё', 'е'));

/**
 * The complaints that a person wrote, one more than are shown, and what the person is looked for by in the texts of
 * others: what was given, and what those complaints tell of their author (a name, a handle).
 */
export async function findAuthored(
  pool: pg.Pool,
  subject: Subject,
): Promise<Pick<FoundSubject, 'complaints' | 'pattern'>> {
  const secret = await secretOf(pool, 'person_key');
  const personKeys = subject.contacts
    .map((contact) => personKey(secret, '', { contact }))
    .filter((key) => key !== null);
  const complaints = await findByAuthor(
    pool,
    {
      personKeys,
      names: folded(subject.names),
      handles: folded(subject.handles).map((handle) => handle.replace(/^@/, '')),
      contacts: folded(subject.contacts),
      complaints: subject.complaints,
      namePattern: patternOf({
        names: subject.names.filter(isFullName),
        handles: [],
        contacts: [],
      }),
    },
    FOUND_MAX + 1,
  );
  return { complaints, pattern: patternOf(withAuthors(subject, complaints)) };
}

/** Everything that lies about a person: the complaints they wrote, and texts of other complaints that name them. */
export async function findSubject(pool: pg.Pool, subject: Subject): Promise<FoundSubject> {
  const { complaints, pattern } = await findAuthored(pool, subject);
  const mentions =
    pattern === null
      ? []
      : await findMentions(
          pool,
          pattern,
          complaints.map(({ id }) => id),
          FOUND_MAX + 1,
        );
  return {
    complaints: complaints.slice(0, FOUND_MAX),
    mentions: mentions.slice(0, FOUND_MAX),
    pattern,
    truncated: complaints.length > FOUND_MAX || mentions.length > FOUND_MAX,
  };
}

/** Of an author's names, handles and contacts so many are looked for at once: each is many ways to be written. */
const TERMS_MAX = 50;

/** A single word is too common a name to be looked for because an author gave it. */
const isFullName = (name: string): boolean => /\p{L}{2,}\s+\p{L}{2,}/u.test(name);

function withAuthors(subject: Subject, complaints: SubjectComplaintRow[]): SubjectTerms {
  const of = (given: string[], found: (string | null)[]): string[] =>
    [...new Set([...given, ...found.filter((value) => value !== null)])].slice(0, TERMS_MAX);
  return {
    names: of(
      subject.names,
      complaints.map(({ authorName }) => authorName).filter((name) => name && isFullName(name)),
    ),
    handles: of(
      subject.handles,
      complaints.map(({ authorHandle }) => authorHandle),
    ),
    contacts: of(
      subject.contacts,
      complaints.map(({ authorContact }) => authorContact),
    ),
  };
}
