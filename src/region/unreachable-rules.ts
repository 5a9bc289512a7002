import { keywordCovers } from '../domain/keyword-match.js';

interface MessageCondition {
  keywords?: string[] | undefined;
  sources?: string[] | undefined;
  campaigns?: string[] | undefined;
}

/** A rule that can never decide, and the earlier one that takes (some of) what it would match; null: it matches nothing at all. */
export interface UnreachableRule {
  index: number;
  shadowedBy: number | null;
}

/**
 * Rules of a first-match list that are never the first. `cellsOf` are the combinations of what is known from lists
 * (topic, municipality …) in which a rule's conditions on them hold, and `holds` says whether another rule's do.
 * A rule is reachable when in one of its cells no earlier rule takes every message that it takes.
 */
export function unreachableRules<R extends { when: MessageCondition }, C>(
  rules: readonly R[],
  cellsOf: (rule: R) => Iterable<C>,
  holds: (rule: R, cell: C) => boolean,
): UnreachableRule[] {
  return rules.flatMap((rule, index) => {
    const broader = rules
      .slice(0, index)
      .map((earlier, i) => ({ earlier, i }))
      .filter(({ earlier }) => takesEveryMessageOf(earlier.when, rule.when));
    let shadowedBy: number | null = null;
    for (const cell of cellsOf(rule)) {
      const taker = broader.find(({ earlier }) => holds(earlier, cell));
      if (taker === undefined) return [];
      shadowedBy ??= taker.i;
    }
    return [{ index, shadowedBy }];
  });
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
