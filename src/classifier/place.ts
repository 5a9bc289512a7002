import type { Municipality } from '../domain/region.js';
import { isSurnameForm } from './place-forms.js';
import { placeNamesByFirstWord, type PlaceName } from './place-names.js';
import { tokensOf, type Token } from './place-tokens.js';
import { plainText } from './text.js';

export interface FoundPlace {
  /** Code of the municipality most spoken of; null when none is named. */
  municipality: string | null;
  /** The words of the text that name it, as they stand there, each once. */
  matched: string[];
}

/** Between the words of one name stand spaces, a dot, a hyphen; a comma or a line's end parts them. */
const JOINING_GAP = /^(?:[^\S\n]|[.\-–]){1,4}$/;

const STREET_WORDS =
  /^(?:ул|улиц\p{L}{1,3}|пр|просп|проспект\p{L}{0,3}|пркт|прт|пер|переул\p{L}{2,4}|шоссе|пл|площад\p{L}{1,3}|бульвар\p{L}{0,2}|бр|проезд\p{L}{0,2}|наб|набережн\p{L}{2,3}|тракт\p{L}{0,2}|тупик\p{L}{0,2}|им|имени)$/u;
const SETTLEMENT_BEFORE =
  /^(?:г|гор|город(?:а|у|е|ом)?|сел(?:о|а|у|е|ом)|дер|деревн(?:я|и|е|ю|ей)|пос|посел(?:ок|ка|ку|ке|ком)|рп|пгт|станци(?:я|и|ю))$/;
/** Abbreviations that are prepositions or houses unless a dot follows. */
const SETTLEMENT_BEFORE_WITH_DOT = /^[сдп]$/;
/** «у Павлова», «к Семёнову», «на Семёнова» speak of people; «на Бору» is the one place that takes «на». */
const PLACE_PREPOSITIONS = new Set('в во из до под около через по'.split(' '));
const ORDINARY_PREPOSITIONS = new Set([...PLACE_PREPOSITIONS, 'на', 'с', 'со']);
const ADDRESS_BEFORE = /^(?:обл|област\p{L}{1,3}|россия|рф)$/u;

/** «ул.», «пер.»: a dot after a longer word ends a sentence. */
const ABBREVIATION_LENGTH_MAX = 4;

function matches(name: PlaceName, tokens: readonly Token[], at: number): boolean {
  return name.words.every((forms, step) => {
    const token = tokens[at + step];
    if (token === undefined || !forms.has(token.word)) return false;
    return step === 0 || JOINING_GAP.test(token.gap);
  });
}

/** The word that belongs to the one at this place: next to it, or an abbreviation with its dot. */
function wordBefore(tokens: readonly Token[], at: number): string {
  const before = tokens[at - 1]?.word ?? '';
  const gap = tokens[at]?.gap ?? '';
  if (/^[^\S\n]*[«"-]?$/.test(gap)) return before;
  return /^\.[^\S\n]*[«"]?$/.test(gap) && before.length <= ABBREVIATION_LENGTH_MAX ? before : '';
}

/** True when what stands around the name makes it a place and neither a street, a person nor a common word. */
function isProven(name: PlaceName, tokens: readonly Token[], at: number): boolean {
  const token = tokens[at];
  if (token === undefined || (name.capitals && !token.allCapitals)) return false;
  const before = wordBefore(tokens, at);
  const next = tokens[at + name.words.length];
  if (STREET_WORDS.test(before)) return false;
  if (name.proof === 'none' || SETTLEMENT_BEFORE.test(before)) return true;
  if (SETTLEMENT_BEFORE_WITH_DOT.test(before) && token.gap.startsWith('.')) return true;
  if (name.proof === 'settlement') return false;
  if (token.capital && isInAddress(tokens[at - 1], next)) return true;
  if (name.proof === 'surname') {
    const believed = name.own && token.word === name.single;
    if (believed || !isSurnameForm(name.single, token.word)) return true;
    return PLACE_PREPOSITIONS.has(before);
  }
  if (!token.capital) return false;
  if (name.proof === 'ordinary') return ORDINARY_PREPOSITIONS.has(before);
  return PLACE_PREPOSITIONS.has(before) && !isNounFollowing(next);
}

/** «…обл., Семёнов» or «Семёнов, ул. …». */
function isInAddress(before: Token | undefined, next: Token | undefined): boolean {
  if (ADDRESS_BEFORE.test(before?.word ?? '')) return true;
  return next?.gap.includes(',') === true && STREET_WORDS.test(next.word);
}

/** «в Воскресенском храме»: a longer word right after it, or one with a capital. */
function isNounFollowing(next: Token | undefined): boolean {
  return next?.gap.trim() === '' && (next.word.length > 3 || next.capital);
}

/**
 * Makes the finder of municipalities by their names in any case form: the longest name at a place in the text counts,
 * the municipality named most often wins, then the one named first.
 */
export function createPlaceFinder(
  municipalities: readonly Municipality[],
): (text: string) => FoundPlace {
  const byFirstWord = placeNamesByFirstWord(municipalities);
  return (raw) => {
    const text = plainText(raw);
    const tokens = tokensOf(text);
    const found = new Map<string, string[]>();
    let past = 0;
    tokens.forEach((token, at) => {
      if (at < past) return;
      const name = byFirstWord
        .get(token.word)
        ?.find((one) => matches(one, tokens, at) && isProven(one, tokens, at));
      if (name === undefined) return;
      past = at + name.words.length;
      const mention = text.slice(token.start, tokens[past - 1]?.end);
      const mentions = found.get(name.code) ?? [];
      found.set(name.code, mentions);
      mentions.push(mention);
    });
    // The sort is stable: of two named equally often, the one named first stays ahead.
    const [best] = [...found].sort((a, b) => b[1].length - a[1].length);
    if (best === undefined) return { municipality: null, matched: [] };
    return { municipality: best[0], matched: [...new Set(best[1])] };
  };
}
