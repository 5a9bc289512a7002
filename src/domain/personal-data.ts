/** What stands in a public view where a text held personal data. */
export const HIDDEN = '[скрыто]';

const GAP = '[ \\u00a0()./-]{0,2}';
const LAST_SEVEN = `\\d{3}${GAP}\\d{2}${GAP}\\d{2}(?!\\d)`;

/** A label that stays, and what is hidden after it. */
interface Kind {
  pattern: RegExp;
  /** The part of the match that may be read on; all of it is hidden when absent. */
  keep?: (match: RegExpExecArray) => string;
  isReally?: (match: string) => boolean;
}

/**
 * Data by which a stranger could find, call or impersonate somebody, as people write it in Russian: phones (not the
 * free numbers of authorities, 8 800), mail addresses, passports, SNILS, INN, bank cards (by their check digit),
 * dates of birth, and numbers of flats, whose house may be read: it is what the complaint is about.
 */
const KINDS: Kind[] = [
  { pattern: /(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+/gu },
  {
    pattern: new RegExp(
      `(?<![\\d+])(?:\\+?7|8)${GAP}(?!800)\\d{3}${GAP}${LAST_SEVEN}|(?<!\\d)9\\d{2}${GAP}${LAST_SEVEN}`,
      'gu',
    ),
  },
  { pattern: /(?<!\d)\d{3}-\d{3}-\d{3}[ -]?\d{2}(?!\d)/gu },
  {
    pattern: /(?<!\d)(?:\d[ -]?){15,18}\d(?!\d)/gu,
    isReally: (match) => isCard(match.replace(/\D/g, '')),
  },
  { pattern: /(?<!\d)\d{2} ?\d{2}(?:,? *(?:№|номер|N) *| +)\d{6}(?!\d)/giu },
  {
    pattern: /(паспорт\p{L}*[^\d\n]{0,20})\d{4} ?\d{6}(?!\d)/giu,
    keep: (match) => match[1] ?? '',
  },
  { pattern: /(\p{L}{0,3}ИНН[^\d\n]{0,5})\d{12}(?!\d)/giu, keep: (match) => match[1] ?? '' },
  {
    pattern:
      /((?:дата рождения|родил\p{L}*|рожд[её]н\p{L}*|г\. ?р\.)[^\d\n]{0,12})\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})(?!\d)/giu,
    keep: (match) => match[1] ?? '',
  },
  {
    pattern:
      /((?<!\p{L})(?:кв(?:артир(?:а|е|у|ы|ой))?\.?)[ \u00a0]*(?:№|N|номер)?[ \u00a0]*)\d{1,4}(?:-?[а-я](?!\p{L}))?(?!\d|[ ]?(?:м|кв))/giu,
    keep: (match) => match[1] ?? '',
  },
];

/** Luhn's check digit: what tells a card from another long number. */
function isCard(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return digits.length >= 16 && sum % 10 === 0;
}

/** A text as strangers may read it: the same where it holds no personal data. Staff read the original. */
export function hidePersonalData(text: string): string {
  return KINDS.reduce(
    (seen, { pattern, keep, isReally }) =>
      seen.replace(pattern, (...match: string[]) => {
        const [whole = ''] = match;
        if (isReally && !isReally(whole)) {
          return whole;
        }
        return `${keep ? keep(match as unknown as RegExpExecArray) : ''}${HIDDEN}`;
      }),
    text,
  );
}
