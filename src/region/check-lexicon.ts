import { foldWords } from '../domain/keyword-match.js';
import type { RegionDraft } from './region-draft.js';

/** Every entry of the lexicon has a word in it, and says it once. */
export function checkLexicon({ files, report }: RegionDraft): void {
  const { entries, kinds, spam } = files['lexicon.yaml'];
  const check = (words: string[], path: PropertyKey[]): void => {
    words.forEach((word, n) => {
      if (foldWords(word).length === 0) {
        report('lexicon.yaml', [...path, n], `"${word}" has no word in it`);
      } else if (words.indexOf(word) < n) {
        report('lexicon.yaml', [...path, n], `"${word}" is in the list already`);
      }
    });
  };
  entries.forEach(({ words }, i) =>
    check(
      words.map((word) => (typeof word === 'string' ? word : word.text)),
      ['entries', i, 'words'],
    ),
  );
  for (const kind of ['question', 'proposal', 'thanks'] as const)
    check(kinds[kind], ['kinds', kind]);
  check(spam, ['spam']);
}
