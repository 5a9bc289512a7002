import { keywordMistake } from '../domain/keyword-match.js';
import { holdsForTopic as hasPriority } from '../domain/priority.js';
import { holdsForTopic, kindsOf } from '../domain/routing.js';
import { answerers, proveRouting } from './routing-proof.js';
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
        const mistake = keywordMistake(keyword);
        if (mistake !== null) report(file, [key, i, 'when', 'keywords', n], mistake);
      }),
    );
  }
}

/** Every topic in every municipality has somebody who answers, whatever the text and the source. */
function checkAnswerers({ files, report }: RegionDraft): void {
  const { gaps } = proveRouting({
    ...files['routing.yaml'],
    ...files['agencies.yaml'],
    ...files['topics.yaml'],
    ...files['municipalities.yaml'],
  });
  for (const [i, without] of [...gaps].slice(0, PROBLEMS_MAX)) {
    const more = without.length > 3 ? ` and ${without.length - 3} more` : '';
    const where = `${without.slice(0, 3).join(', ')}${more}`;
    const code = files['topics.yaml'].topics[i]?.code;
    report('topics.yaml', ['topics', i], `no rule gives "${code}" an answerer in ${where}`);
  }
  if (gaps.size > PROBLEMS_MAX) {
    report('routing.yaml', ['rules'], `${gaps.size - PROBLEMS_MAX} more topics have no answerer`);
  }
}

/** A rule for an agency of the municipality needs one, and an active one, wherever it applies. */
function checkPlacesOfRules({ files, report }: RegionDraft): void {
  const { agencies } = files['agencies.yaml'];
  const answererOf = answerers(agencies);
  const everywhere = files['municipalities.yaml'].municipalities.map(({ code }) => code);
  files['routing.yaml'].rules.forEach(({ when, then }, i) => {
    if ('agency' in then) {
      if (answererOf(then, null) === undefined) {
        report('routing.yaml', ['rules', i, 'then'], `agency "${then.agency}" is not active`);
      }
      return;
    }
    const without = (when.municipalities ?? everywhere).filter(
      (place) => answererOf(then, place) === undefined,
    );
    if (without.length === 0) return;
    const kinds = kindsOf(then).join('" or "');
    const reason = `no active agency of the kind "${kinds}" in ${without.join(', ')}`;
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
  const { rules } = draft.files['routing.yaml'];
  const unreachable = unreachableRules<(typeof rules)[number], (typeof topics)[number]>(
    rules,
    topics,
    ({ when }, topic) => holdsForTopic(when, topic),
    places,
  );
  for (const one of unreachable) reportUnreachable(draft, 'routing.yaml', 'rules', one);
  const { priorityRules } = draft.files['policies.yaml'];
  const never = unreachableRules<(typeof priorityRules)[number], (typeof topics)[number]>(
    priorityRules,
    topics,
    ({ when }, topic) => hasPriority(when, topic),
  );
  for (const one of never) reportUnreachable(draft, 'policies.yaml', 'priorityRules', one);
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
