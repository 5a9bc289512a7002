import { atomKeys, createAtomLookUp, isNegated, type WordAtoms } from './phrase-atoms.js';

/** Words that may stand between the words of a phrase, all gaps together: Russian word order is free. */
const PHRASE_SLACK = 3;

const ATOM_CACHE_MAX = 50_000;

const NEVER = -1_000_000;
const NONE: readonly number[] = [];

interface Phrase<List> {
  id: number;
  list: List;
  /** Its place in its list. */
  place: number;
  atoms: number[];
  window: number;
}

/** How often each phrase (by its place in the list given) stands in a text; absent phrases are left out. */
export type PhraseCounts = Map<number, number>;

export interface PhraseIndex<List extends string> {
  /** Counts each list's phrases in folded words, as `wordsOf` gives them. Time: linear in the words. */
  count(words: readonly string[]): Record<List, PhraseCounts>;
}

/**
 * Makes one index over named lists of phrases, so that a text is read once for all of them. A phrase is words near each
 * other in any order; each stands for all its forms (by stem), `начал*` for every word that begins so, `=метро` for
 * this very form («метра» has the same stem), «не чистят», «нет воды», «без света» for the word denied. A phrase
 * without words never matches.
 */
export function createPhraseIndex<List extends string>(
  lists: Record<List, readonly string[]>,
): PhraseIndex<List> {
  const atomIds = new Map<string, number>();
  const atomId = (key: string): number => {
    const id = atomIds.get(key) ?? atomIds.size;
    atomIds.set(key, id);
    return id;
  };
  const byAtom: Phrase<List>[][] = [];
  const names = Object.keys(lists) as List[];
  let phraseCount = 0;
  for (const list of names) {
    const known = new Set<string>();
    lists[list].forEach((text, place) => {
      const atoms = [...new Set(atomKeys(text).map(atomId))].sort((a, b) => a - b);
      // «благодарю» and «благодарим» are one phrase and count once; `!` in front is the list's own mark.
      const key = `${text.startsWith('!') ? '!' : ''}${atoms.join(' ')}`;
      if (known.has(key)) return;
      known.add(key);
      const phrase = { id: phraseCount++, list, place, atoms, window: atoms.length + PHRASE_SLACK };
      for (const atom of atoms) (byAtom[atom] ??= []).push(phrase);
    });
  }
  const lookUp = createAtomLookUp(atomIds);
  const cache = new Map<string, WordAtoms>();
  const atomsOf = (word: string): WordAtoms => {
    const known = cache.get(word);
    if (known !== undefined) return known;
    if (cache.size >= ATOM_CACHE_MAX) cache.clear();
    const atoms = lookUp(word);
    cache.set(word, atoms);
    return atoms;
  };

  return {
    count(words) {
      const counts = Object.fromEntries(
        names.map((list) => [list, new Map<number, number>()]),
      ) as Record<List, PhraseCounts>;
      const lastSeen = new Int32Array(atomIds.size).fill(NEVER);
      const lastMatch = new Int32Array(phraseCount).fill(NEVER);
      const complete = (atom: number, at: number): void => {
        for (const { id, list, place, atoms, window } of byAtom[atom] ?? []) {
          // One occurrence is counted once, though several of its words may complete it.
          if (
            at - (lastMatch[id] ?? NEVER) < atoms.length ||
            !allSince(lastSeen, atoms, at - window)
          )
            continue;
          lastMatch[id] = at;
          counts[list].set(place, (counts[list].get(place) ?? 0) + 1);
        }
      };
      words.forEach((word, at) => {
        const { plain, denied } = atomsOf(word);
        const denying = denied.length > 0 && isNegated(words, at) ? denied : NONE;
        for (const atom of plain) lastSeen[atom] = at;
        for (const atom of denying) lastSeen[atom] = at;
        for (const atom of plain) complete(atom, at);
        for (const atom of denying) complete(atom, at);
      });
      return counts;
    },
  };
}

function allSince(lastSeen: Int32Array, atoms: readonly number[], since: number): boolean {
  for (const atom of atoms) if ((lastSeen[atom] ?? NEVER) <= since) return false;
  return true;
}
