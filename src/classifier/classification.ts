/** What triage reads out of a text. Another classifier (the trained model) stands behind the same interface. */
export interface TopicClassifier {
  /** Never throws, whatever the text; the same text always gives the same answer. */
  classify(text: string): Classification;
}

export interface TopicSuggestion {
  topic: string;
  /** 0..1. */
  confidence: number;
  /** The lexicon's words and phrases that spoke for the topic, strongest first. */
  because: string[];
}

export type MessageKind = 'complaint' | 'question' | 'proposal' | 'thanks';

export interface Classification {
  /** The best topic, whatever its confidence; null when no word speaks for any. */
  topic: string | null;
  /** How likely the topic is right, 0..1; compare it with the region's `confidenceThreshold`. */
  confidence: number;
  source: 'rule' | 'model';
  /** At most five, best first; the first is `topic`. */
  suggestions: TopicSuggestion[];
  kind: MessageKind;
  spam: boolean;
}
