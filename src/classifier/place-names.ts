import type { Municipality } from '../domain/region.js';
import { caseForms, isAdjective } from './place-forms.js';
import { foldCase } from './text.js';

/** What must stand beside a name before it counts as a place. */
export type NameProof =
  /** Nothing: the word has no other meaning. */
  | 'none'
  /** «г.», «город», «село» before it, in any letter case. */
  | 'settlement'
  /** Such a word, or a capital letter after a preposition of place: «на Бору» and not «в сосновом бору». */
  | 'ordinary'
  /** As `ordinary`, and no noun after it: «в Воскресенском» and not «в Воскресенском храме». */
  | 'adjective'
  /** Settled form by form: some are surnames. */
  | 'surname';

export interface PlaceName {
  code: string;
  /** For each word of the name the forms it may have, folded. */
  words: Set<string>[];
  /** The name's only word in the nominative, folded; '' when it has several. */
  single: string;
  proof: NameProof;
  /** The municipality's own name: in the nominative it is believed without proof unless it is an ordinary word. */
  own: boolean;
  /** Written in capitals only, such as an abbreviation: «НН». */
  capitals: boolean;
}

/** Place names that Russian uses as common words too. */
const ORDINARY_WORDS = new Set(
  'бор вад перевоз починки новинки работки ключи горки городец сява виля арья пыра заречье центральный'.split(
    ' ',
  ),
);
const SETTLEMENT_WORDS = new Set('город г село с деревня д поселок п пос рп пгт'.split(' '));
const DISTRICT_FORMS = new Set(
  ['район', 'округ'].flatMap((word) => [...caseForms(word)]).concat('рн', 'мо', 'го'),
);
const DISTRICT_KINDS = new Set(
  ['муниципальный', 'городской', 'сельский'].flatMap((word) => [...caseForms(word)]),
);

/** «Кстовский муниципальный округ», with or without the middle word; a district is also called an округ and back. */
function districtNames(adjective: string, base: Omit<PlaceName, 'words'>): PlaceName[] {
  const forms = caseForms(adjective);
  return [
    { ...base, words: [forms, DISTRICT_FORMS] },
    { ...base, words: [forms, DISTRICT_KINDS, DISTRICT_FORMS] },
  ];
}

function namesOf(code: string, name: string, own: boolean): PlaceName[] {
  const words = foldCase(name).match(/[\p{L}\p{N}]+/gu) ?? [];
  const base = {
    code,
    single: '',
    proof: 'none',
    own,
    capitals: /^\p{Lu}{2,4}$/u.test(name),
  } as const;
  const last = words.at(-1) ?? '';
  if (last === 'район' || last === 'округ') return districtNames(words[0] ?? '', base);
  if (own && words.length === 1 && /(?:ский|цкий)$/.test(last)) return districtNames(last, base);
  const named = SETTLEMENT_WORDS.has(words[0] ?? '') && words.length > 1;
  const body = named ? words.slice(1) : words;
  if (body.length === 0) return [];
  const forms = body.map(caseForms);
  if (named) return [{ ...base, words: forms, proof: 'settlement' }];
  if (body.length > 1) return [{ ...base, words: forms }];
  const single = last;
  const proof = ORDINARY_WORDS.has(single)
    ? 'ordinary'
    : isAdjective(single)
      ? 'adjective'
      : /(?:ов|ев|ин|ын)о?$/.test(single)
        ? 'surname'
        : 'none';
  return [{ ...base, words: forms, single, proof }];
}

/** All names of all municipalities by each form of their first word, the longest first. */
export function placeNamesByFirstWord(
  municipalities: readonly Municipality[],
): Map<string, PlaceName[]> {
  const byFirst = new Map<string, PlaceName[]>();
  for (const { code, name, names } of municipalities) {
    const all = [
      ...namesOf(code, name, true),
      ...names.flatMap((one) => namesOf(code, one, false)),
    ];
    for (const place of all) {
      for (const form of place.words[0] ?? []) {
        byFirst.set(form, [...(byFirst.get(form) ?? []), place]);
      }
    }
  }
  for (const list of byFirst.values()) list.sort((a, b) => b.words.length - a.words.length);
  return byFirst;
}
