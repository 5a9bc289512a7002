/**
 * Keywords of routing and priority rules. A keyword is one or more words in order; each matches the
 * beginning of a word of the text, or the whole word when it ends in `$` («пожар$», but not
 * «пожарный»). Letter case and ё/е make no difference, punctuation between words none either.
 */

interface KeywordPart {
  text: string;
  whole: boolean;
}

/** The words of a text, lower case, ё as е, in order: what {@link matchesKeyword} reads. */
export function foldWords(text: string): string[] {
  const folded = text.normalize('NFC').toLowerCase().replaceAll('ё', 'е');
  return folded.match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** True when the keyword stands somewhere in the words (from {@link foldWords}). A keyword without a word never does. */
export function matchesKeyword(words: readonly string[], keyword: string): boolean {
  const parts = partsOf(keyword);
  if (parts.length === 0) return false;
  const last = words.length - parts.length;
  for (let at = 0; at <= last; at += 1) {
    if (parts.every((part, i) => matchesPart(words[at + i] ?? '', part))) return true;
  }
  return false;
}

/** True when every text in which `narrow` stands has `broad` in it too: the narrower one adds nothing. */
export function keywordCovers(broad: string, narrow: string): boolean {
  const wide = partsOf(broad);
  const parts = partsOf(narrow);
  for (let at = 0; at + wide.length <= parts.length; at += 1) {
    const covers = wide.every((part, i) => {
      const other = parts[at + i];
      if (other === undefined) return false;
      return part.whole
        ? other.whole && other.text === part.text
        : other.text.startsWith(part.text);
    });
    if (covers && wide.length > 0) return true;
  }
  return false;
}

/** What is wrong with a keyword, or null: it needs a word, and `$` at the end of one is the only sign that means something. */
export function keywordMistake(keyword: string): string | null {
  if (partsOf(keyword).length === 0) return `"${keyword}" has no word in it`;
  const [sign] = /[*?^|\\+~=<>[\](){}]|\$(?=\S)|(?:^|\s)\$/u.exec(keyword) ?? [];
  return sign === undefined
    ? null
    : `"${keyword}": "${sign.trim()}" means nothing here; each word matches the beginning of one in the text, with "$" at its end the whole word`;
}

function matchesPart(word: string, part: KeywordPart): boolean {
  return part.whole ? word === part.text : word.startsWith(part.text);
}

const KEPT_MAX = 5_000;
const kept = new Map<string, KeywordPart[]>();

/** A region's keywords are few and asked for with every message, so what they are made of is kept. */
function partsOf(keyword: string): KeywordPart[] {
  let parts = kept.get(keyword);
  if (parts === undefined) {
    if (kept.size >= KEPT_MAX) kept.clear();
    parts = readParts(keyword);
    kept.set(keyword, parts);
  }
  return parts;
}

function readParts(keyword: string): KeywordPart[] {
  return keyword.split(/\s+/).flatMap((token) => {
    const words = foldWords(token);
    return words.map((text, i) => ({
      text,
      whole: i < words.length - 1 || token.endsWith('$'),
    }));
  });
}
