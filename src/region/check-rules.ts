import { isKeyword } from '../domain/keyword-match.js';
import { holdsForTopic } from '../domain/priority.js';
import { holdsForPlace, route } from '../domain/routing.js';
import type { RegionDraft } from './region-draft.js';
import { unreachableRules } from './unreachable-rules.js';
import type { UnreachableRule } from './unreachable-rules.js';

/** Topics listed one by one when many have no answerer. */
const PROBLEMS_MAX = 20;

/** The rule lists decide everything they must, and every rule of them can decide something. */
export function checkRules(draft: RegionDraft): void {
  checkKeywords(draft);
  checkAnswerers(draft);
  checkPlacesOfRules(draft);
  checkReach(draft);
}

function checkKeywords({ files, report }: RegionDraft): void {
  const lists = [
    { file: 'routing.yaml', key: 'rules', rules: files['routing.yaml'].rules },
    { file: 'policies.yaml', key: 'priorityRules', rules: files['policies.yaml'].priorityRules },
  ] as const;
  for (const { file, key, rules } of lists) {
    rules.forEach(({ when }, i) =>
      when.keywords?.forEach((keyword, n) => {
        if (isKeyword(keyword)) return;
        report(file, [key, i, 'when', 'keywords', n], `"${keyword}" has no word in it`);
      }),
    );
  }
}

/** Every topic in every municipality has somebody who answers, whatever the text and the source. */
function checkAnswerers(draft: RegionDraft): void {
  const { files, report } = draft;
  const { rules } = files['routing.yaml'];
  const { agencies } = files['agencies.yaml'];
  let found = 0;
  files['topics.yaml'].topics.forEach(({ code, group }, i) => {
    const without = files['municipalities.yaml'].municipalities.filter((municipality) => {
      const facts = { topic: code, group, municipality: municipality.code };
      return route(rules, { ...facts, source: null, campaign: null, text: '' }, agencies) === null;
    });
    if (without.length === 0) return;
    found += 1;
    if (found > PROBLEMS_MAX) return;
    const where = without
      .slice(0, 3)
      .map((municipality) => municipality.code)
      .join(', ');
    const more = without.length > 3 ? ` and ${without.length - 3} more` : '';
    report('topics.yaml', ['topics', i], `no rule gives "${code}" an answerer in ${where}${more}`);
  });
  if (found > PROBLEMS_MAX) {
    report('routing.yaml', ['rules'], `${found - PROBLEMS_MAX} more topics have no answerer`);
  }
}

/** A rule for an agency of the municipality needs one, and an active one, wherever it applies. */
function checkPlacesOfRules({ files, report }: RegionDraft): void {
  const { agencies } = files['agencies.yaml'];
  files['routing.yaml'].rules.forEach(({ when, then }, i) => {
    if ('agency' in then) {
      if (agencies.some(({ code, active }) => code === then.agency && !active)) {
        report('routing.yaml', ['rules', i, 'then'], `agency "${then.agency}" is not active`);
      }
      return;
    }
    const places =
      when.municipalities ?? files['municipalities.yaml'].municipalities.map(({ code }) => code);
    const without = places.filter(
      (place) =>
        !agencies.some(
          ({ kind, municipality, active }) =>
            active && kind === then.agencyOfMunicipality && municipality === place,
        ),
    );
    if (without.length === 0) return;
    const reason = `no active agency of the kind "${then.agencyOfMunicipality}" in ${without.join(', ')}`;
    report('routing.yaml', ['rules', i, 'then'], reason);
  });
}

function checkReach(draft: RegionDraft): void {
  const topics = [
    ...draft.files['topics.yaml'].topics.map(({ code, group, severity }) => ({
      topic: code,
      group,
      severity,
    })),
    { topic: null, group: null, severity: null },
  ];
  const places = [
    ...draft.files['municipalities.yaml'].municipalities.map(({ code }) => code),
    null,
  ];
  const cells = topics.flatMap((topic) =>
    places.map((municipality) => ({ ...topic, municipality })),
  );
  const { rules } = draft.files['routing.yaml'];
  for (const unreachable of unreachableRules(rules, cells, ({ when }, cell) =>
    holdsForPlace(when, cell),
  )) {
    reportUnreachable(draft, 'routing.yaml', 'rules', unreachable);
  }
  const { priorityRules } = draft.files['policies.yaml'];
  for (const unreachable of unreachableRules(priorityRules, topics, ({ when }, cell) =>
    holdsForTopic(when, cell),
  )) {
    reportUnreachable(draft, 'policies.yaml', 'priorityRules', unreachable);
  }
}

function reportUnreachable(
  { report, lineOf }: RegionDraft,
  file: 'routing.yaml' | 'policies.yaml',
  list: string,
  { index, shadowedBy }: UnreachableRule,
): void {
  const reason =
    shadowedBy === null
      ? 'its conditions never hold together'
      : `everything it matches is taken earlier, first by the rule in line ${lineOf(file, [list, shadowedBy])}`;
  report(file, [list, index], `the rule can never be reached: ${reason}`);
}
