import { stemmer } from '@orama/stemmers/russian';

/** A classifier reads this much of a text and no more: the matter is at the start, hostile length at the end. */
const READ_CHARACTERS_MAX = 20_000;

/** Longer runs of letters are no Russian words; only their start is kept, so that stemming stays cheap. */
const WORD_LENGTH_MAX = 32;

const STEM_CACHE_MAX = 50_000;
const stemCache = new Map<string, string>();

const NAMED_ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Latin letters that look Cyrillic: people and spammers mix them into Russian words («cнег» with a Latin c). */
const LOOKALIKES: Record<string, string> = {
  a: 'а',
  b: 'в',
  c: 'с',
  e: 'е',
  h: 'н',
  k: 'к',
  m: 'м',
  o: 'о',
  p: 'р',
  t: 'т',
  x: 'х',
  y: 'у',
};

function decodeEntity(_whole: string, name: string): string {
  const named = NAMED_ENTITIES[name.toLowerCase()];
  if (named !== undefined) return named;
  if (!name.startsWith('#')) return ' ';
  const hex = /^#x/i.test(name);
  const code = Number.parseInt(name.slice(hex ? 2 : 1), hex ? 16 : 10);
  return Number.isInteger(code) && code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : ' ';
}

/**
 * The text as a reader sees it: the first {@link READ_CHARACTERS_MAX} characters, without HTML tags and entities,
 * zero-width and control characters (line ends aside) and stress marks, in NFC; letter case is kept. Never throws; every pattern is
 * bounded, so that the time is linear whatever is sent.
 */
export function plainText(raw: string): string {
  return raw
    .slice(0, READ_CHARACTERS_MAX)
    .replace(/<[/!]?[a-z][^<>]{0,1000}>/gi, ' ')
    .replace(/&(?:amp;){0,3}(#x?[0-9a-f]{1,6}|[a-z]{2,8});/gi, decodeEntity)
    .normalize('NFC')
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replace(/[\t\u00a0]/g, ' ')
    .replace(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Co}\u0300-\u036f\ufe0f]/gu, '');
}

/** Lower case and ё as е: how words are compared everywhere in the classifier. */
export function foldCase(text: string): string {
  return text.toLowerCase().replaceAll('ё', 'е');
}

function unmixAlphabets(word: string): string {
  if (!/[a-z]/.test(word) || !/[а-я]/.test(word)) return word;
  return word.replace(/[a-z]/g, (letter) => LOOKALIKES[letter] ?? letter);
}

/** The words of a plain text (see {@link plainText}) in order, folded: letters and digits only, a hyphen divides. */
export function wordsOf(plain: string): string[] {
  const found = foldCase(plain).match(/[\p{L}\p{N}]+/gu) ?? [];
  return found.map((word) => unmixAlphabets(word.slice(0, WORD_LENGTH_MAX)));
}

/** The stem of one folded word (Snowball's Russian rules); remembered, because texts repeat their words. */
export function stemOf(word: string): string {
  const known = stemCache.get(word);
  if (known !== undefined) return known;
  if (stemCache.size >= STEM_CACHE_MAX) stemCache.clear();
  const stem = stemmer(word);
  stemCache.set(word, stem);
  return stem;
}
