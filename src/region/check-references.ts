import type { RegionFileName } from '../contract/region-files.js';
import { kindsOf } from '../domain/routing.js';
import { didYouMean } from './nearest.js';
import type { RegionDraft } from './region-draft.js';

type Known = Map<string, Set<string>>;

/** Every code that points somewhere must be there. */
export function checkReferences(draft: RegionDraft): void {
  const known = knownCodes(draft);
  const check = (
    what: string,
    file: RegionFileName,
    path: PropertyKey[],
    code: string | undefined,
  ): void => {
    const codes = known.get(what) ?? new Set();
    if (code === undefined || codes.has(code)) return;
    draft.report(file, path, `there is no ${what} "${code}"${didYouMean(code, codes)}`);
  };
  checkRegionAndAgencies(draft, check);
  checkTopics(draft, check);
  checkRules(draft, check);
  checkTemplateReferences(draft, check);
}

type Check = (what: string, file: RegionFileName, path: PropertyKey[], code?: string) => void;

function knownCodes({ files }: RegionDraft): Known {
  const codes = (items: { code: string }[]): Set<string> => new Set(items.map(({ code }) => code));
  const { agencies } = files['agencies.yaml'];
  return new Map([
    ['municipality', codes(files['municipalities.yaml'].municipalities)],
    ['agency', codes(agencies)],
    ['agency of the kind', new Set(agencies.map(({ kind }) => kind))],
    ['topic group', codes(files['topics.yaml'].groups)],
    ['topic', codes(files['topics.yaml'].topics)],
    ['policy', codes(files['policies.yaml'].policies)],
    ['calendar', codes(files['calendars.yaml'].calendars)],
    ['ladder', codes(files['ladders.yaml'].ladders)],
  ]);
}

function checkRegionAndAgencies({ files }: RegionDraft, check: Check): void {
  const { defaults } = files['region.yaml'];
  check('policy', 'region.yaml', ['defaults', 'policy'], defaults.policy);
  check('calendar', 'region.yaml', ['defaults', 'calendar'], defaults.calendar);
  check('ladder', 'region.yaml', ['defaults', 'ladder'], defaults.ladder);
  files['agencies.yaml'].agencies.forEach(({ parent, municipality, serves, calendar }, i) => {
    const at = (key: string): PropertyKey[] => ['agencies', i, key];
    check('agency', 'agencies.yaml', at('parent'), parent);
    check('municipality', 'agencies.yaml', at('municipality'), municipality);
    check('calendar', 'agencies.yaml', at('calendar'), calendar);
    serves?.forEach((place, n) =>
      check('municipality', 'agencies.yaml', [...at('serves'), n], place),
    );
  });
}

function checkTopics({ files }: RegionDraft, check: Check): void {
  files['topics.yaml'].topics.forEach(({ group }, i) =>
    check('topic group', 'topics.yaml', ['topics', i, 'group'], group),
  );
  files['lexicon.yaml'].entries.forEach(({ topic }, i) =>
    check('topic', 'lexicon.yaml', ['entries', i, 'topic'], topic),
  );
}

function checkRules({ files }: RegionDraft, check: Check): void {
  files['routing.yaml'].rules.forEach(({ when, then }, i) => {
    const each = (what: string, key: 'topics' | 'groups' | 'municipalities'): void =>
      when[key]?.forEach((code, n) =>
        check(what, 'routing.yaml', ['rules', i, 'when', key, n], code),
      );
    each('topic', 'topics');
    each('topic group', 'groups');
    each('municipality', 'municipalities');
    if ('agency' in then) {
      check('agency', 'routing.yaml', ['rules', i, 'then', 'agency'], then.agency);
    } else {
      const path = ['rules', i, 'then', 'agencyOfMunicipality'];
      for (const kind of kindsOf(then)) check('agency of the kind', 'routing.yaml', path, kind);
    }
  });
  files['policies.yaml'].priorityRules.forEach(({ policy, when }, i) => {
    check('policy', 'policies.yaml', ['priorityRules', i, 'policy'], policy);
    when.topics?.forEach((code, n) =>
      check('topic', 'policies.yaml', ['priorityRules', i, 'when', 'topics', n], code),
    );
  });
}

function checkTemplateReferences({ files }: RegionDraft, check: Check): void {
  const lists = [
    ['topics', 'topic'],
    ['groups', 'topic group'],
    ['agencies', 'agency'],
  ] as const;
  files['templates.yaml'].templates.forEach((template, i) => {
    for (const [list, what] of lists) {
      template[list]?.forEach((code, n) =>
        check(what, 'templates.yaml', ['templates', i, list, n], code),
      );
    }
  });
}
