import type { Lexicon } from '../domain/region.js';
import type { MessageKind } from './classification.js';
import type { PhraseCounts } from './phrases.js';

/** What people who complain say: with one of these a polite «спасибо» or «подскажите» is a turn of speech. */
export const TROUBLE_PHRASES = (
  'прошу; просим; требу*; жалоб*; жалу*; безобраз*; ужас*; невозможно; сломан*; сломал*; отвратительн*; надоел*; замучил*; ' +
  'устали; издева*; опасн*; авари*; плохо; грязн*; хам*; принять меры; примите меры; помогите; сколько можно; до сих пор; ' +
  'разберитесь; накажите; почему'
).split('; ');

/** A thanks that carries nothing else is short: at most this many words to each word of thanks. */
const WORDS_PER_THANKS_MAX = 45;

/** How often a list's cues stand in the text; `!фраза` takes meaning away: «!заранее спасибо» is no thanks. */
function weigh(cues: readonly string[], counts: PhraseCounts): number {
  let sum = 0;
  for (const [place, count] of counts) sum += cues[place]?.startsWith('!') ? -count : count;
  return Math.max(0, sum);
}

function isDenying(words: readonly string[]): boolean {
  return words.some(
    (word, at) =>
      word === 'нет' ||
      word === 'нету' ||
      word === 'но' ||
      (word === 'не' && words[at - 1] !== 'больше' && words[at - 1] !== 'уже'),
  );
}

/**
 * Tells a question, a proposal and thanks from a complaint, which is what remains. Thanks only when nothing is asked
 * or denied beside them; a question when it asks for knowledge and complains of nothing («почему не вывозят?» complains).
 */
export function kindOf(
  text: { plain: string; words: readonly string[] },
  kinds: Lexicon['kinds'],
  counts: Record<keyof Lexicon['kinds'] | 'trouble', PhraseCounts>,
): MessageKind {
  const { plain, words } = text;
  const troubled = counts.trouble.size > 0;
  const denying = isDenying(words);
  const asks = plain.includes('?');
  const thanks = weigh(kinds.thanks, counts.thanks);
  const onlyThanks = !troubled && !denying && !asks;
  if (onlyThanks && thanks > 0 && thanks * WORDS_PER_THANKS_MAX >= words.length) return 'thanks';
  if (weigh(kinds.proposal, counts.proposal) > 0) return 'proposal';
  if (troubled) return 'complaint';
  if (weigh(kinds.question, counts.question) > 0 && (asks || !denying)) return 'question';
  return onlyQuestions(plain) && !denying ? 'question' : 'complaint';
}

/** True when at least half of the sentences end with a question mark. */
function onlyQuestions(plain: string): boolean {
  const ends = plain.match(/[.!?]+/g) ?? [];
  const asking = ends.filter((end) => end.includes('?')).length;
  return asking > 0 && asking * 2 >= ends.length;
}
