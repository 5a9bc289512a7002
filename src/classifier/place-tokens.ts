import { foldCase } from './text.js';

/** A word of the text with what the place finder looks at around it. */
export interface Token {
  word: string;
  capital: boolean;
  allCapitals: boolean;
  start: number;
  end: number;
  /** What stands between the word before and this one. */
  gap: string;
}

/** «р-на», «пр-т», «б-р», «р.п.»: one word each, kept without its ending. */
const BROKEN_ABBREVIATION = /^(р|пр|б)(?:-|\. ?)(н|п|к?т|р)[аеу]?$/;

const WORD_LENGTH_MAX = 40;

/** The words of a plain text with their capitals, places and gaps. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let last = 0;
  for (const match of text.matchAll(/[\p{L}\p{N}]+/gu)) {
    const raw = match[0];
    const start = match.index;
    const token = {
      word: foldCase(raw.slice(0, WORD_LENGTH_MAX)),
      capital: /^\p{Lu}/u.test(raw),
      allCapitals: /^\p{Lu}+$/u.test(raw),
      start,
      end: start + raw.length,
      gap: text.slice(last, start),
    };
    last = token.end;
    const before = tokens.at(-1);
    const broken = BROKEN_ABBREVIATION.exec(`${before?.word ?? ''}${token.gap}${token.word}`);
    if (before !== undefined && broken !== null) {
      before.word = `${broken[1] ?? ''}${broken[2] ?? ''}`;
      before.end = token.end;
    } else tokens.push(token);
  }
  return tokens;
}
