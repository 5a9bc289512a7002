import type { Region } from '../domain/region.js';
import type { Classification } from './classification.js';
import { createLexicalClassifier } from './lexical.js';
import { createPlaceFinder, type FoundPlace } from './place.js';

export type {
  Classification,
  MessageKind,
  TopicClassifier,
  TopicSuggestion,
} from './classification.js';
export { distance, fingerprint } from './near-duplicate.js';
export type { FoundPlace } from './place.js';

/** What triage asks of a text. Both are pure, never throw and read the first 20,000 characters. */
export interface TriageClassifier {
  classify(text: string): Classification;
  findMunicipality(text: string): FoundPlace;
}

/** Compiles a region's lexicon and names once (a tenth of a second); keep the result for the life of the process. */
export function createTriageClassifier(
  region: Pick<Region, 'lexicon' | 'topics' | 'topicGroups' | 'municipalities'>,
): TriageClassifier {
  const topics = createLexicalClassifier(region);
  return {
    classify: (text) => topics.classify(text),
    findMunicipality: createPlaceFinder(region.municipalities),
  };
}
