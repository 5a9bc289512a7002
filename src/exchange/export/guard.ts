import type { Column } from './column.js';

/**
 * Formulas in cells. A spreadsheet takes a cell of a CSV file for a formula by its first sign, in the full-width
 * forms of Chinese and Japanese keyboards too, and looks past blanks and invisible signs before it.
 */
const FORMULA = /^[\s\p{Cf}\p{Cc}]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/u;

/** True for what a spreadsheet may take for a formula. */
export const looksLikeFormula = (text: string): boolean => FORMULA.test(text);

/** A text behind it is a text to a spreadsheet; import takes one off every cell. */
const APOSTROPHE = "'";

/**
 * A text as a cell of CSV: what looks like a formula stands behind an apostrophe. A text that begins with one
 * gets another, so that taking one off gives every text back.
 */
export function inCsv(text: string, { behindApostrophe }: Column): string {
  const needsOne =
    behindApostrophe === true || text.startsWith(APOSTROPHE) || looksLikeFormula(text);
  return needsOne ? APOSTROPHE + text : text;
}

/**
 * The same in XLSX, whose cells of text are no formulas whatever they begin with. `isTaken`: whoever reads the
 * file takes one apostrophe off, so that a text which begins with one needs another.
 */
export function inSheet(text: string, { behindApostrophe }: Column, isTaken: boolean): string {
  const needsOne = behindApostrophe === true || (isTaken && text.startsWith(APOSTROPHE));
  return needsOne ? APOSTROPHE + text : text;
}
