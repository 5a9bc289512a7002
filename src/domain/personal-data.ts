import { PERSONAL_DATA_KINDS } from './personal-data-kinds.js';

/** What stands in a public view where a text held personal data. */
export const HIDDEN = '[скрыто]';

function replaceAll(text: string, isMeant: (found: string) => boolean): string {
  return PERSONAL_DATA_KINDS.reduce(
    (seen, { pattern, isReally }) =>
      seen.replace(pattern, (found) =>
        isMeant(found) && (isReally === undefined || isReally(found)) ? HIDDEN : found,
      ),
    text,
  );
}

/** A text as strangers may read it: the same where it holds no personal data. Staff read the original. */
export function hidePersonalData(text: string): string {
  return replaceAll(text, () => true);
}

/** Numbers by their last ten digits, however they are spaced; all else without its case. */
function foldFound(found: string): string {
  const digits = found.replace(/\D/g, '');
  return digits.length >= 5 ? digits.slice(-10) : found.toLowerCase().trim();
}

/**
 * An answer as strangers may read it: what it repeats of the personal data in `quoted`, the citizen's own words, is
 * hidden; the agency's phones and addresses are there to be read.
 */
export function hideQuoted(answer: string, quoted: readonly string[]): string {
  const known = new Set<string>();
  for (const text of quoted) {
    replaceAll(text, (found) => {
      known.add(foldFound(found));
      return false;
    });
  }
  return known.size === 0 ? answer : replaceAll(answer, (found) => known.has(foldFound(found)));
}
