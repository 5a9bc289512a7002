import type { Lexicon, Topic } from '../domain/region.js';
import { phraseKey } from './phrase-atoms.js';

/** One word or phrase and the topics it speaks for, each with its weight. */
export interface Feature {
  text: string;
  topics: { topic: Topic; place: number; weight: number }[];
  /** 1 for a word of one topic, towards 0 the more topics share it (inverse topic frequency). */
  rarity: number;
}

/** A word of the topic's own name speaks less than one of the lexicon: names are written for officials. */
const NAME_WEIGHT = 0.45;
/** «… прочее» catches what nothing else does; its name is its group's and must not win by it. */
const REMAINDER_NAME_WEIGHT = 0.15;

/** Words of topic names that say nothing of the matter. */
const NAME_STOP_WORDS = new Set(
  (
    'для при или том числе прочее прочие прочих иных иные мест месте места очередь кроме тем работа работы ' +
    'содержание состояние организация отсутствие наличие качество низкое плохое ненадлежащее неудовлетворительное ' +
    'проведение предоставление установка нарушение нарушения жалобы жалоба вопросы проблемы восстановление меры порядок ' +
    'обслуживание ремонт строительство программы поддержка оказание объектов сфере запрос отказ помощи условия системы ' +
    'под над вне участие перевозка получение область области территории территорий общественных общественного деятельность процесс учреждений ' +
    'учреждениях сроки задержка выплат время безопасность'
  ).split(' '),
);

function wordsOfName(name: string): string[] {
  // «(за исключением …)», «(кроме …)» name what the topic is not about.
  const own = name.replace(/\((?:за исключением|кроме)[^)]*\)/g, ' ').toLowerCase();
  return (own.match(/\p{L}{3,}/gu) ?? []).filter((word) => !NAME_STOP_WORDS.has(word));
}

/** Joins the lexicon and the topics' names into features; a word given for several topics is one feature. */
export function topicFeatures(topics: readonly Topic[], lexicon: Lexicon): Feature[] {
  const places = new Map(topics.map((topic, place) => [topic.code, place]));
  const features = new Map<string, Feature>();
  const add = (text: string, code: string, weight: number): void => {
    const place = places.get(code);
    const topic = place === undefined ? undefined : topics[place];
    if (place === undefined || topic === undefined) return;
    const key = phraseKey(text);
    const feature = features.get(key) ?? { text, topics: [], rarity: 1 };
    features.set(key, feature);
    const known = feature.topics.find((one) => one.place === place);
    if (known === undefined) feature.topics.push({ topic, place, weight });
    else known.weight = Math.max(known.weight, weight);
  };
  for (const { topic, words } of lexicon.entries) {
    for (const { text, weight } of words) add(text.toLowerCase(), topic, weight);
  }
  for (const { code, name } of topics) {
    const weight = /прочее$/i.test(name) ? REMAINDER_NAME_WEIGHT : NAME_WEIGHT;
    for (const word of wordsOfName(name)) add(word, code, weight);
  }
  for (const feature of features.values()) {
    feature.rarity =
      Math.log(1 + topics.length / feature.topics.length) / Math.log(1 + topics.length);
  }
  return [...features.values()];
}
