/** What a person is looked for by: names as they are written in full, handles, phones and mail addresses. */
export interface SubjectTerms {
  names: string[];
  handles: string[];
  contacts: string[];
}

/** What stands where a person was named. */
export const REDACTED = '[удалено]';

const LETTER = '[а-яёa-z]';
const BEFORE = `(?<!${LETTER}|[0-9_])`;
const AFTER = `(?!${LETTER}|[0-9_])`;
/** An initial or two, after a surname. */
const INITIALS = 2;
const PHONE_DIGITS_MIN = 6;
/** A mail address or an account; a word or two letters would be found everywhere. */
const CONTACT_MIN = 5;
/** PostgreSQL's own `\\s` leaves out those that do not break a line. */
const SPACES = ' \t\n\u00a0\u2007\u2009\u202f';
const SPACE = `[${SPACES}]`;
/** A Russian number without its country code. */
const PHONE_DIGITS = 10;

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
/** Ё written as е, and both letters with marks of their own, as some devices send them. */
const eitherE = (text: string): string =>
  text.replace(/[её]/g, '(?:ё|е\u0308?)').replaceAll('й', '(?:й|и\u0306)');

/**
 * A regular expression that finds the person in a text, the same one for JavaScript (flags `giu`) and for PostgreSQL
 * over lower-cased text: names in any grammatical case, in any order, with initials or without the third name; phones
 * however they are spaced. @returns null when the terms hold nothing to look for.
 */
export function patternOf({ names, handles, contacts }: SubjectTerms): string | null {
  const ways = [
    ...contacts.flatMap(apart).map(contactPattern),
    ...handles.map(handlePattern),
    ...names.flatMap(namePatterns),
  ].filter((way) => way !== null);
  return ways.length === 0 ? null : ways.map((way) => `${BEFORE}(?:${way})${AFTER}`).join('|');
}

/** Several contacts in one, as people write them down, are looked for one by one. */
const apart = (contact: string): string[] => contact.split(/[,;\n]|\s\/\s/);

function contactPattern(contact: string): string | null {
  const trimmed = contact.trim().toLowerCase();
  const digits = trimmed.replace(/\D/g, '');
  // "тел. 8 910 …" is a phone, "vk.com/id1234567" none.
  const isPhone = digits.length >= PHONE_DIGITS_MIN && !/[@/_a-z]/.test(trimmed);
  if (!isPhone) {
    return /\p{L}/u.test(trimmed) && trimmed.length >= CONTACT_MIN ? escaped(trimmed) : null;
  }
  const own = digits.length > PHONE_DIGITS ? digits.slice(-PHONE_DIGITS) : digits;
  const gap = `[${SPACES}()./_\u2010-\u2015\u2212-]{0,3}`;
  const code = own.length === PHONE_DIGITS ? `(?:(?:\\+?7|8)${gap})?` : '';
  return `${code}\\(?${[...own].join(gap)}`;
}

function handlePattern(handle: string): string | null {
  const bare = handle.trim().replace(/^@/, '').toLowerCase();
  return bare.length < 3 ? null : `@?${escaped(bare)}`;
}

function namePatterns(name: string): string[] {
  const words = name
    .toLowerCase()
    .split(/[^\p{L}-]+/u)
    .filter((word) => word.length > 1)
    .slice(0, 3);
  const stems = words.map(anyCase);
  if (stems.length < 2) {
    return stems;
  }
  const initialOf = (word: string): string => `${eitherE(word.charAt(0))}\\.${SPACE}*`;
  const withInitials = words.flatMap((_, index) => {
    const others = words.filter((_, other) => other !== index).map(initialOf);
    const initials = `(?:${others.join('|')}){1,${INITIALS}}`;
    return [`${stems[index]}${SPACE}+${initials}`, `${initials}${stems[index]}`];
  });
  // The whole name before its parts: the first way that fits is the one that is taken.
  return [...orders(stems), ...withInitials];
}

/** All orders of all words, then of each two of three. */
function orders(stems: string[]): string[] {
  const [a, b, c] = stems as [string, string, string?];
  const pairs = (x: string, y: string): string[] => [`${x}${SPACE}+${y}`, `${y}${SPACE}+${x}`];
  if (c === undefined) {
    return pairs(a, b);
  }
  const triples = [
    [a, b, c],
    [a, c, b],
    [b, a, c],
    [b, c, a],
    [c, a, b],
    [c, b, a],
  ].map((order) => order.join(`${SPACE}+`));
  return [...triples, ...pairs(a, b), ...pairs(b, c), ...pairs(a, c)];
}

/**
 * A word in any grammatical case: its stem and up to four letters of an ending, two after a short stem (Яна, Юлия). The
 * vowel that some lose (Павел, Павла; Лев, Льва) may be another or none.
 */
function anyCase(word: string): string {
  return word.split('-').filter(Boolean).map(anyCaseOfPart).join('-');
}

function anyCaseOfPart(word: string): string {
  const stems = [/[аеёиоуыэюяйь]{1,2}$/u, /[аеёиоуыэюяйь]$/u].map((end) => word.replace(end, ''));
  const kept =
    stems.find(({ length }) => length >= 3) ?? stems.find(({ length }) => length === 2) ?? word;
  const [, begin, end] = /^(.+)[еёо]([бвгджзклмнпрстфхцчшщ])$/u.exec(word) ?? [];
  const base = begin === undefined ? eitherE(kept) : `${eitherE(begin)}(?:[еёоьй]\u0308?)?${end}`;
  return `${base}${LETTER}{0,${kept.length >= 3 ? 4 : 2}}`;
}

/** The text with every mention of the person replaced; the same text when there is none. */
export function redact(text: string, pattern: string): string {
  return text.replace(new RegExp(pattern, 'giu'), REDACTED);
}

const AROUND = 60;

/** The first mention with some words around it; null when there is none. */
export function excerptOf(text: string, pattern: string): string | null {
  const found = new RegExp(pattern, 'iu').exec(text);
  if (found === null) {
    return null;
  }
  const from = Math.max(0, found.index - AROUND);
  const to = found.index + found[0].length + AROUND;
  return `${from > 0 ? '…' : ''}${text.slice(from, to)}${to < text.length ? '…' : ''}`;
}
