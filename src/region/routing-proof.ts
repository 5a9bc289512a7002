import type { Agency, RoutingRule, Topic } from '../domain/region.js';
import { kindsOf, placesOf } from '../domain/routing.js';

/** What the proof reads of a region. */
export interface Routable {
  rules: readonly Pick<RoutingRule, 'when' | 'then'>[];
  agencies: readonly Pick<Agency, 'code' | 'kind' | 'municipality' | 'serves' | 'active'>[];
  topics: readonly Pick<Topic, 'code' | 'group'>[];
  municipalities: readonly { code: string }[];
}

/** Who answers each topic in each municipality, whatever the words, the source and the campaign. */
export interface RoutingProof {
  /** By the topic's place in the list: the municipalities in which nobody answers; only topics that have some. */
  gaps: Map<number, string[]>;
  /** Topics × municipalities. */
  cells: number;
  /** Topics that have an answerer while the municipality is not known; the others wait for an operator to name it. */
  answeredWithoutPlace: number;
  /** Agencies that some rule names. */
  withWork: Set<string>;
}

/**
 * Goes through every topic × municipality by the rules that ask for nothing but topic and place: what a rule with
 * keywords, sources or campaigns does not catch is theirs, so what they answer is always answered.
 */
export function proveRouting({ rules, agencies, topics, municipalities }: Routable): RoutingProof {
  const answererOf = answerers(agencies);
  const places = municipalities.map(({ code }) => code);
  const plain = rules.filter(({ when }) => !when.keywords && !when.sources && !when.campaigns);
  const applying = plain.map(({ when, then }) => ({
    topics: setOf(when.topics),
    groups: setOf(when.groups),
    places: setOf(when.municipalities),
    then,
  }));
  const gaps = new Map<number, string[]>();
  let answeredWithoutPlace = 0;
  topics.forEach(({ code, group }, i) => {
    const mine = applying.filter(
      (rule) => (rule.topics?.has(code) ?? true) && (rule.groups?.has(group) ?? true),
    );
    const by = (place: string | null): string | undefined => {
      const rule = mine.find(
        (one) => one.places === null || (place !== null && one.places.has(place)),
      );
      return rule && answererOf(rule.then, place);
    };
    const without = places.filter((place) => by(place) === undefined);
    if (without.length > 0) gaps.set(i, without);
    if (by(null) !== undefined) answeredWithoutPlace += 1;
  });
  const withWork = new Set(
    rules.flatMap(({ when, then }) =>
      [...(when.municipalities ?? places), null].flatMap((place) => answererOf(then, place) ?? []),
    ),
  );
  return { gaps, cells: topics.length * places.length, answeredWithoutPlace, withWork };
}

/** `answererOf` of src/domain/routing.ts over an index: the active agency that a rule's `then` means in a place. */
export function answerers(
  agencies: Routable['agencies'],
): (then: RoutingRule['then'], place: string | null) => string | undefined {
  const active = agencies.filter((agency) => agency.active);
  const codes = new Set(active.map(({ code }) => code));
  const serving = new Map<string, Map<string, string>>();
  for (const agency of active) {
    const ofKind = serving.get(agency.kind) ?? new Map<string, string>();
    serving.set(agency.kind, ofKind);
    for (const place of placesOf(agency)) {
      if (!ofKind.has(place)) ofKind.set(place, agency.code);
    }
  }
  return (then, place) => {
    if ('agency' in then) return codes.has(then.agency) ? then.agency : undefined;
    if (place === null) return undefined;
    for (const kind of kindsOf(then)) {
      const found = serving.get(kind)?.get(place);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

function setOf(values: string[] | undefined): Set<string> | null {
  return values === undefined ? null : new Set(values);
}
