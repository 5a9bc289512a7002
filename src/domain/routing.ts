import { foldWords, matchesKeyword } from './keyword-match.js';
import type { Agency, RoutingRule } from './region.js';

/** What triage knows about a complaint when it looks for the answerer; null: not known. */
export interface RoutingFacts {
  topic: string | null;
  /** The group of `topic`. */
  group: string | null;
  municipality: string | null;
  source: string | null;
  campaign: string | null;
  /** The citizen's words; folded here, nothing of it is kept. */
  text: string;
}

export type RoutingCondition = RoutingRule['when'];
type MatchableRule = Pick<RoutingRule, 'code' | 'when' | 'then'>;
export type RoutableAgency = Pick<Agency, 'code' | 'kind' | 'municipality' | 'serves' | 'active'>;

/**
 * The agency that answers, and the rule that says so. Rules are tried in the order given and the
 * first whose conditions hold decides: when it can name nobody (the place is not known, or its agency
 * is not active), the answer is null and the complaint waits for an operator, rather than going on to
 * a broader rule that was not meant for it. Null as well when no rule holds.
 */
export function route<R extends MatchableRule>(
  rules: readonly R[],
  facts: RoutingFacts,
  agencies: readonly RoutableAgency[],
): { agency: string; rule: R } | null {
  let words: string[] | undefined;
  const hasKeyword = (keyword: string): boolean =>
    matchesKeyword((words ??= foldWords(facts.text)), keyword);
  const rule = rules.find(
    ({ when }) => holdsForPlace(when, facts) && holdsForMessage(when, facts, hasKeyword),
  );
  if (rule === undefined) return null;
  const agency = answererOf(rule.then, facts.municipality, agencies);
  return agency === null ? null : { agency, rule };
}

function holdsForPlace(when: RoutingCondition, facts: RoutingFacts): boolean {
  return holdsForTopic(when, facts) && isOneOf(when.municipalities, facts.municipality);
}

/** Whether the conditions on topic and group hold; a condition on what is not known does not. */
export function holdsForTopic(
  when: RoutingCondition,
  facts: Pick<RoutingFacts, 'topic' | 'group'>,
): boolean {
  return isOneOf(when.topics, facts.topic) && isOneOf(when.groups, facts.group);
}

function holdsForMessage(
  when: RoutingCondition,
  facts: RoutingFacts,
  hasKeyword: (keyword: string) => boolean,
): boolean {
  return (
    isOneOf(when.sources, facts.source) &&
    isOneOf(when.campaigns, facts.campaign) &&
    (when.keywords === undefined || when.keywords.some(hasKeyword))
  );
}

function answererOf(
  then: RoutingRule['then'],
  municipality: string | null,
  agencies: readonly RoutableAgency[],
): string | null {
  if ('agency' in then) {
    return agencies.find(({ code, active }) => active && code === then.agency)?.code ?? null;
  }
  for (const kind of municipality === null ? [] : kindsOf(then)) {
    const found = agencies.find(
      (agency) => agency.active && agency.kind === kind && placesOf(agency).includes(municipality!),
    );
    if (found !== undefined) return found.code;
  }
  return null;
}

/** The kinds of agency that a rule would have, the first one first. */
export function kindsOf(then: { agencyOfMunicipality: string | string[] }): string[] {
  return [then.agencyOfMunicipality].flat();
}

/** The municipalities that an agency serves. */
export function placesOf({
  municipality,
  serves,
}: Pick<Agency, 'municipality' | 'serves'>): string[] {
  return [...(municipality === undefined ? [] : [municipality]), ...(serves ?? [])];
}

function isOneOf(allowed: readonly string[] | undefined, value: string | null): boolean {
  return allowed === undefined || (value !== null && allowed.includes(value));
}
