import {
  createTriageClassifier,
  type Classification,
  type TriageClassifier,
} from '../classifier/index.js';
import type { RegionView } from '../db/region-store.js';
import { priorityOf } from '../domain/priority.js';
import type { Agency, Priority, RoutingRule, SlaPolicy } from '../domain/region.js';
import { route } from '../domain/routing.js';

/** By what each was made of; a process serves one region, a test two or three. */
const classifiers = new Map<string, TriageClassifier>();
const CLASSIFIERS_MAX = 3;

/** The classifier made of a region's words; made anew only when they have changed, which takes some 50 ms. */
export function classifierOf(region: RegionView): TriageClassifier {
  let classifier = classifiers.get(region.wordsKey);
  if (classifier === undefined) {
    classifier = createTriageClassifier({
      lexicon: region.lexicon,
      topics: [...region.topics.values()],
      topicGroups: [...region.topicGroups.values()],
      municipalities: [...region.municipalities.values()],
    });
    const [oldest] = classifiers.keys();
    if (oldest !== undefined && classifiers.size >= CLASSIFIERS_MAX) classifiers.delete(oldest);
    classifiers.set(region.wordsKey, classifier);
  }
  return classifier;
}

/** What the rules read of a message. */
interface Circumstances {
  text: string;
  source: string;
  campaign: string | null;
}

/** What the rules make of a message whose topic and place are known, or null. */
export interface Routing {
  topic: string | null;
  topicGroup: string | null;
  agency: Agency | null;
  rule: RoutingRule | null;
  priority: Priority;
  policy: SlaPolicy;
}

/** Agency, priority and policy by the region's rules. */
export function routeBy(
  region: RegionView,
  { text, source, campaign }: Circumstances,
  topic: string | null,
  municipality: string | null,
): Routing {
  const known = topic === null ? undefined : region.topics.get(topic);
  const topicGroup = known?.group ?? null;
  const routed = route(
    region.rules,
    { topic, group: topicGroup, municipality, source, campaign, text },
    [...region.agencies.values()],
  );
  const urgency = priorityOf(
    region.priorityRules,
    { topic, severity: known?.severity ?? null, source, text },
    region.settings.defaults.policy,
  );
  const policy =
    region.policies.get(urgency.policy) ?? region.policies.get(region.settings.defaults.policy);
  if (policy === undefined) {
    throw new Error(`the region has no policy ${urgency.policy}`);
  }
  return {
    topic,
    topicGroup,
    agency: (routed && region.agencyByRef(routed.agency)) ?? null,
    rule: routed?.rule ?? null,
    priority: urgency.priority,
    policy,
  };
}

export interface Judgement extends Routing {
  found: Classification;
  /** False: a person has to name the topic, even where a broad rule would route the message. */
  isSure: boolean;
  municipality: string | null;
}

/** Triage of one message; a topic or place that a person named is taken as it is. */
export function judge(
  region: RegionView,
  message: Circumstances & { topic?: string | undefined; municipality: string | null },
): Judgement {
  const classifier = classifierOf(region);
  const found = classifier.classify(message.text);
  const isSure =
    message.topic !== undefined ||
    (found.topic !== null &&
      found.confidence >= region.settings.confidenceThreshold &&
      !found.spam);
  const topic = message.topic ?? (isSure ? found.topic : null);
  const municipality =
    message.municipality ?? classifier.findMunicipality(message.text).municipality;
  return { ...routeBy(region, message, topic, municipality), found, isSure, municipality };
}
