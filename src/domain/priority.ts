import { foldWords, matchesKeyword } from './keyword-match.js';
import type { Priority, PriorityRule } from './region.js';

/** What decides how urgent a complaint is; null: not known. */
export interface PriorityFacts {
  topic: string | null;
  /** Severity of `topic`, 1..5. */
  severity: number | null;
  source: string | null;
  /** The citizen's words; folded here, nothing of it is kept. */
  text: string;
}

export interface PriorityDecision {
  priority: Priority;
  /** Code of the SLA policy. */
  policy: string;
  /** Index of the rule in the list given; null: none held. */
  rule: number | null;
}

/**
 * Priority and SLA policy by the first rule whose conditions all hold. When none does, the complaint
 * is ordinary under `defaultPolicy` (the region's `defaults.policy`).
 */
export function priorityOf(
  rules: readonly PriorityRule[],
  facts: PriorityFacts,
  defaultPolicy: string,
): PriorityDecision {
  let words: string[] | undefined;
  const hasKeyword = (keyword: string): boolean =>
    matchesKeyword((words ??= foldWords(facts.text)), keyword);
  const index = rules.findIndex(
    ({ when }) =>
      holdsForTopic(when, facts) &&
      (when.sources === undefined ||
        (facts.source !== null && when.sources.includes(facts.source))) &&
      (when.keywords === undefined || when.keywords.some(hasKeyword)),
  );
  const rule = rules[index];
  return rule === undefined
    ? { priority: 'ordinary', policy: defaultPolicy, rule: null }
    : { priority: rule.priority, policy: rule.policy, rule: index };
}

/** Whether the conditions on the topic and its severity hold; without a topic such a condition does not. */
export function holdsForTopic(
  when: PriorityRule['when'],
  facts: Pick<PriorityFacts, 'topic' | 'severity'>,
): boolean {
  return (
    (when.topics === undefined || (facts.topic !== null && when.topics.includes(facts.topic))) &&
    (when.minSeverity === undefined ||
      (facts.severity !== null && facts.severity >= when.minSeverity))
  );
}
