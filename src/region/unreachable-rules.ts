import { keywordCovers } from '../domain/keyword-match.js';

interface MessageCondition {
  keywords?: string[] | undefined;
  sources?: string[] | undefined;
  campaigns?: string[] | undefined;
}

interface PlaceCondition {
  municipalities?: string[] | undefined;
}

/** A rule that can never decide, and the earlier one that takes (some of) what it would match; null: it matches nothing at all. */
export interface UnreachableRule {
  index: number;
  shadowedBy: number | null;
}

/**
 * Rules of a first-match list that are never the first. `matters` are all that is known from lists but the place (a
 * topic, or none), `holds` says whether a rule's conditions on one do, and `places` are the municipalities and null for
 * an unknown one. A rule is reachable when for one of its matters in one of its places no earlier rule takes every
 * message that it takes.
 */
export function unreachableRules<R extends { when: MessageCondition & PlaceCondition }, C>(
  rules: readonly R[],
  matters: readonly C[],
  holds: (rule: R, matter: C) => boolean,
  places: readonly (string | null)[] = [null],
): UnreachableRule[] {
  return rules.flatMap((rule, index) => {
    const broader = rules
      .slice(0, index)
      .map((earlier, i) => ({ earlier, i }))
      .filter(({ earlier }) => takesEveryMessageOf(earlier.when, rule.when));
    const wanted = rule.when.municipalities ?? places;
    let shadowedBy: number | null = null;
    for (const matter of matters) {
      if (!holds(rule, matter)) continue;
      const takers = broader.filter(({ earlier }) => holds(earlier, matter));
      const isTaken = (place: string | null): boolean =>
        takers.some(({ earlier }) => takesPlace(earlier.when, place));
      if (!wanted.every(isTaken)) return [];
      shadowedBy ??= takers[0]?.i ?? null;
    }
    return [{ index, shadowedBy }];
  });
}

function takesPlace({ municipalities }: PlaceCondition, place: string | null): boolean {
  return municipalities === undefined || (place !== null && municipalities.includes(place));
}

function takesEveryMessageOf(broad: MessageCondition, narrow: MessageCondition): boolean {
  return (
    includesAll(broad.sources, narrow.sources) &&
    includesAll(broad.campaigns, narrow.campaigns) &&
    (broad.keywords === undefined ||
      narrow.keywords?.every((word) =>
        broad.keywords?.some((wide) => keywordCovers(wide, word)),
      ) === true)
  );
}

function includesAll(broad: string[] | undefined, narrow: string[] | undefined): boolean {
  if (broad === undefined) return true;
  return narrow?.every((value) => broad.includes(value)) === true;
}
