import type { RegionFileName } from '../contract/region-files.js';
import { foldWords } from '../domain/keyword-match.js';
import type { RegionDraft } from './region-draft.js';

/** Each code once in its list, each place name once in the region, each topic once in the lexicon. */
export function checkCodes(draft: RegionDraft): void {
  const { files } = draft;
  const codesOf = (file: RegionFileName, list: string, items: { code: string }[]): void =>
    checkDoubled(
      draft,
      file,
      items.map(({ code }, i) => ({ key: code, path: [list, i, 'code'] })),
    );
  codesOf('municipalities.yaml', 'municipalities', files['municipalities.yaml'].municipalities);
  codesOf('agencies.yaml', 'agencies', files['agencies.yaml'].agencies);
  codesOf('topics.yaml', 'groups', files['topics.yaml'].groups);
  codesOf('topics.yaml', 'topics', files['topics.yaml'].topics);
  codesOf('routing.yaml', 'rules', files['routing.yaml'].rules);
  codesOf('policies.yaml', 'policies', files['policies.yaml'].policies);
  codesOf('calendars.yaml', 'calendars', files['calendars.yaml'].calendars);
  codesOf('ladders.yaml', 'ladders', files['ladders.yaml'].ladders);
  codesOf('templates.yaml', 'templates', files['templates.yaml'].templates);
  checkDoubled(
    draft,
    'lexicon.yaml',
    files['lexicon.yaml'].entries.map(({ topic }, i) => ({
      key: topic,
      path: ['entries', i, 'topic'],
    })),
  );
  checkPlaceNames(draft);
}

/** The place finder could not choose between two municipalities with one name. */
function checkPlaceNames(draft: RegionDraft): void {
  const { municipalities } = draft.files['municipalities.yaml'];
  const named = municipalities.flatMap(({ name, names }, m) => [
    { key: name, path: ['municipalities', m, 'name'] },
    ...names.map((other, n) => ({ key: other, path: ['municipalities', m, 'names', n] })),
  ]);
  checkDoubled(
    draft,
    'municipalities.yaml',
    named.map(({ key, path }) => ({ key: foldWords(key).join(' '), path })),
  );
}

function checkDoubled(
  draft: RegionDraft,
  file: RegionFileName,
  entries: { key: string; path: PropertyKey[] }[],
): void {
  const first = new Map<string, PropertyKey[]>();
  for (const { key, path } of entries) {
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, path);
    else
      draft.report(file, path, `"${key}" is there already, in line ${draft.lineOf(file, earlier)}`);
  }
}
