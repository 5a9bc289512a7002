import { foldCase, stemOf } from './text.js';

/** Words that turn the next words (or, for «нет», the word before) into their absence: «не чистят», «воды нет». */
const NEGATIONS = new Set([
  'не',
  'нет',
  'нету',
  'ни',
  'без',
  'отсутствует',
  'отсутствуют',
  'отсутствие',
]);
const NEGATIONS_AFTER = new Set(['нет', 'нету', 'отсутствует', 'отсутствуют']);

/** How far a negation reaches, in words: «нет горячей воды». */
const NEGATION_REACH = 2;

const PREFIX_LENGTH_MIN = 3;

/** What one word may stand for in the phrases, as it is and when it is denied. */
export interface WordAtoms {
  plain: readonly number[];
  denied: readonly number[];
}

/** True when the word at this place is denied: «не вывозят», «нет горячей воды», «воды нет». */
export function isNegated(words: readonly string[], at: number): boolean {
  for (let back = 1; back <= NEGATION_REACH; back++) {
    if (NEGATIONS.has(words[at - back] ?? '')) return true;
  }
  return NEGATIONS_AFTER.has(words[at + 1] ?? '');
}

/** The same for phrases that match the same texts: «холодные батареи» and «батарея холодная». */
export function phraseKey(text: string): string {
  return [...new Set(atomKeys(text))].sort().join(' ');
}

/** The keys of a phrase's words: a stem, `начал*`, `=метро`; `!` before it when the word is denied. */
export function atomKeys(text: string): string[] {
  const keys: string[] = [];
  let denied = false;
  const words = foldCase(text).match(/=?[\p{L}\p{N}]+\*?/gu) ?? [];
  words.forEach((word, at) => {
    if (NEGATIONS.has(word) && at + 1 < words.length) {
      denied = true;
      return;
    }
    const key = /^=|\*$/.test(word) ? word : stemOf(word);
    keys.push(denied ? `!${key}` : key);
    denied = false;
  });
  return keys;
}

/** Finds the numbered atoms a folded word stands for: by stem, by exact form, by every beginning that a phrase names. */
export function createAtomLookUp(
  atomIds: ReadonlyMap<string, number>,
): (word: string) => WordAtoms {
  const entries = new Map<string, { plain?: number; denied?: number }>();
  const starts = new Set<string>();
  for (const [key, id] of atomIds) {
    const denied = key.startsWith('!');
    const bare = denied ? key.slice(1) : key;
    const entry = entries.get(bare) ?? {};
    entries.set(bare, Object.assign(entry, denied ? { denied: id } : { plain: id }));
    if (bare.endsWith('*')) starts.add(bare.slice(0, PREFIX_LENGTH_MIN));
  }
  return (word) => {
    const keys = [stemOf(word), `=${word}`];
    if (starts.has(word.slice(0, PREFIX_LENGTH_MIN))) {
      for (let length = PREFIX_LENGTH_MIN; length <= word.length; length++) {
        keys.push(`${word.slice(0, length)}*`);
      }
    }
    const found = keys.flatMap((key) => entries.get(key) ?? []);
    return {
      plain: found.flatMap((entry) => entry.plain ?? []),
      denied: found.flatMap((entry) => entry.denied ?? []),
    };
  };
}
