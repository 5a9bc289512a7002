import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RegionFileError } from '../../src/region/region-file-error.js';
import { reportOn } from '../../src/region/hints.js';
import { readRegion } from '../../src/region/read-region.js';

/** A small region without a mistake; each test spoils one thing in it. */
const SOUND: Record<string, string> = {
  'region.yaml': `code: small
name: { ru: Малая, en: Small }
zone: Europe/Moscow
confidenceThreshold: 0.6
workingDay: 8h
defaults: { policy: usual, calendar: office, ladder: steps }
`,
  'municipalities.yaml': `municipalities:
  - { code: east, name: Восток, kind: округ, names: [Зорино] }
  - { code: west, name: Запад, kind: округ }
`,
  'agencies.yaml': `approval: { interim: false, final: true }
agencies:
  - { code: ministry, name: Министерство, shortName: Мин, kind: ministry }
  - { code: roads, name: Дороги, shortName: Дор, kind: department, parent: ministry }
  - { code: a-east, name: Адм, shortName: Адм, kind: administration, municipality: east }
  - { code: a-west, name: Адм, shortName: Адм, kind: administration, municipality: west }
`,
  'topics.yaml': `groups:
  - { code: roads, name: Дороги }
  - { code: yards, name: Дворы }
topics:
  - { code: roads.holes, group: roads, severity: 3, name: Ямы }
  - { code: yards.snow, group: yards, severity: 4, name: Снег }
`,
  'routing.yaml': `rules:
  - { code: holes, when: { topics: [roads.holes], keywords: [трасс] }, then: { agency: ministry } }
  - { code: roads, when: { groups: [roads] }, then: { agency: roads } }
  - { code: rest, when: {}, then: { agencyOfMunicipality: administration } }
`,
  'policies.yaml': `policies:
  - code: usual
    name: Обычный
    firstReply: { allowance: 1d 1h, time: working }
    resolution: { allowance: 2d, time: calendar }
    warnAtPercent: [50, 80]
    waiting: { limit: 3d, time: calendar, then: close }
    extension: { max: 30d, maxCount: 2 }
priorityRules:
  - { priority: raised, policy: usual, when: { minSeverity: 4 } }
  - { priority: danger, policy: usual, when: { keywords: [пожар$] } }
`,
  'calendars.yaml': `calendars:
  - code: office
    name: Рабочее время
    zone: Europe/Moscow
    hours: { from: '09:00', to: '18:00' }
    lunch: { from: '13:00', to: '14:00' }
    years:
      2025:
        daysOff: [2025-06-12]
        shortDays: [2025-06-11]
        workingWeekends: [2025-11-01]
`,
  'ladders.yaml': `ladders:
  - code: steps
    levels:
      - { level: 1, recipient: coordinator, allowance: 0h, time: working }
      - { level: 2, recipient: head, allowance: 2h, time: working }
    climbAt: { handovers: 3, reopenings: 2, repeats: 2 }
`,
  'lexicon.yaml': `entries:
  - { topic: roads.holes, words: [яма, { text: выбоина, weight: 2 }] }
kinds: { question: [когда], proposal: [предлагаю], thanks: [спасибо] }
spam: [казино]
`,
  'templates.yaml': `templates:
  - code: done
    name: Сделано
    kind: final
    outcome: solved
    topics: [roads.holes]
    text: |
      Обращение {number}: {works}.
`,
  'calendar-years/2026.yaml': `daysOff: [2026-06-12]
shortDays: [2026-06-11]
workingWeekends: []
`,
  'calendar-years/2027.yaml': `daysOff: []
shortDays: []
workingWeekends: [2027-02-20]
`,
};

describe('reading a region', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'region-'));
    await mkdir(join(dir, 'calendar-years'));
    await Promise.all(
      Object.entries(SOUND).map(([file, text]) => writeFile(join(dir, file), text)),
    );
  });
  afterEach(() => rm(dir, { recursive: true }));

  async function problemsOfRead(): Promise<RegionFileError['problems']> {
    const error: unknown = await readRegion(dir).then(
      () => new Error('the region was read'),
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof RegionFileError)) throw error;
    return error.problems;
  }

  it('counts a working day as the region says and a calendar day as 24 hours', async () => {
    const region = await readRegion(dir);

    expect(region.policies[0]).toMatchObject({
      firstReply: { allowanceMs: 9 * 3_600_000 },
      resolution: { allowanceMs: 48 * 3_600_000 },
    });
    expect(region.agencies[0]?.approval).toEqual({ interim: false, final: true });
    expect(region.lexicon.entries[0]?.words).toEqual([
      { text: 'яма', weight: 1 },
      { text: 'выбоина', weight: 2 },
    ]);
  });

  // What is spoilt, the file, the text found in it, what stands there instead, the line and the reason told.
  it.each<[string, string, string, string, number, RegExp]>([
    ['bad YAML', 'region.yaml', '0.6', '0.6: 1', 4, /not valid YAML/],
    ['a key twice', 'region.yaml', 'zone:', 'code: x\nzone:', 3, /not valid YAML: .*unique/],
    [
      'a key as number and as text',
      'calendars.yaml',
      '      2025:',
      "      '2025': { daysOff: [], shortDays: [], workingWeekends: [] }\n      2025:",
      9,
      /not valid YAML: .*unique/,
    ],
    [
      'a tab',
      'topics.yaml',
      '  - { code: roads, ',
      '\t- { code: roads, ',
      2,
      /not valid YAML: .*tab/i,
    ],
    ['an unknown key', 'region.yaml', 'zone:', 'zones: 2\nzone:', 3, /^zones: unknown key/],
    ['a missing key', 'region.yaml', 'workingDay: 8h', '', 1, /^workingDay: must be a length/],
    ['a wrong type', 'region.yaml', '0.6', 'high', 4, /^confidenceThreshold: expected number/],
    ['no such zone', 'region.yaml', 'Moscow', 'Moskva', 3, /^zone: must be an IANA time zone/],
    ['another working day', 'region.yaml', '8h', '9h', 5, /full day of the default calendar/],
    ['an unknown default', 'region.yaml', 'policy: usual', 'policy: x', 6, /no policy "x"/],
    ['a doubled code', 'municipalities.yaml', 'code: west', 'code: east', 3, /"east" .* line 2/],
    ['a doubled place', 'municipalities.yaml', 'Запад', 'ЗОРИНО', 3, /"зорино" .* line 2/],
    ['an unknown parent', 'agencies.yaml', 'parent: ministry', 'parent: x', 4, /no agency "x"/],
    [
      'a circle of agencies',
      'agencies.yaml',
      'kind: ministry }',
      'kind: ministry, parent: roads }',
      3,
      /circle: ministry → roads → ministry/,
    ],
    [
      'two administrations of one place',
      'agencies.yaml',
      'municipality: west',
      'municipality: east',
      6,
      /second administration of east beside "a-east"/,
    ],
    ['a topic without group', 'topics.yaml', ' group: yards,', '', 6, /a topic needs a group/],
    [
      'a code in Cyrillic',
      'agencies.yaml',
      'code: roads',
      'code: дороги',
      4,
      /must be a code: .* such as "dorogi"/,
    ],
    [
      'a served place that is none',
      'agencies.yaml',
      'kind: department,',
      'kind: department, serves: [eest],',
      4,
      /no municipality "eest"; did you mean "east"/,
    ],
    [
      'a second agency that serves a place',
      'agencies.yaml',
      'municipality: west',
      'municipality: west, serves: [east]',
      6,
      /second administration of east beside "a-east"/,
    ],
    ['an unknown group', 'topics.yaml', 'group: yards', 'group: x', 6, /no topic group "x"/],
    ['a severity over 5', 'topics.yaml', 'severity: 4', 'severity: 6', 6, /severity: .*<=5/],
    ['a code in capitals', 'topics.yaml', 'yards.snow', 'Yards.snow', 6, /must be a code/],
    ['a rule for nobody', 'routing.yaml', 'agency: roads', 'agency: x', 3, /no agency "x"/],
    ['an unknown condition', 'routing.yaml', 'groups:', 'group:', 3, /when.group: unknown key/],
    ['an empty condition', 'routing.yaml', '[roads]', '[]', 3, /must name at least one/],
    [
      'a keyword of another form',
      'routing.yaml',
      '[трасс]',
      '["трасс*"]',
      2,
      /"\*" means nothing here/,
    ],
    [
      'a sign inside of a keyword',
      'routing.yaml',
      '[трасс]',
      '["тра$са"]',
      2,
      /"\$" means nothing here/,
    ],
    [
      'a kind that no agency has',
      'routing.yaml',
      'agencyOfMunicipality: administration',
      'agencyOfMunicipality: [administrator]',
      4,
      /no agency of the kind "administrator"; did you mean "administration"/,
    ],
    ['a keyword without a word', 'routing.yaml', '[трасс]', '["!?"]', 2, /no word in it/],
    [
      'a topic without an answerer',
      'routing.yaml',
      '  - { code: rest, when: {}',
      '  - { code: rest, when: { municipalities: [east] }',
      6,
      /no rule gives "yards.snow" an answerer in west/,
    ],
    [
      'a rule behind a broader one',
      'routing.yaml',
      '  - { code: rest',
      '  - { code: late, when: { topics: [roads.holes] }, then: { agency: ministry } }\n  - { code: rest',
      4,
      /never be reached: .* line 3/,
    ],
    [
      'a rule that contradicts itself',
      'routing.yaml',
      'groups: [roads]',
      'groups: [roads], topics: [yards.snow]',
      3,
      /never hold together/,
    ],
    [
      'a priority rule behind a broader one',
      'policies.yaml',
      'keywords: [пожар$]',
      'minSeverity: 5, keywords: [пожар$]',
      11,
      /never hold together|never be reached/,
    ],
    ['a bad length', 'policies.yaml', '1d 1h', '9 hours', 4, /must be a length such as/],
    [
      'a policy without a clock',
      'policies.yaml',
      '    firstReply: { allowance: 1d 1h, time: working }\n    resolution: { allowance: 2d, time: calendar }\n',
      '',
      2,
      /"usual" has no clock/,
    ],
    ['a clock of zero', 'policies.yaml', '1d 1h', '0h', 4, /cannot be zero/],
    ['falling warnings', 'policies.yaml', '[50, 80]', '[80, 50]', 6, /must rise/],
    ['a gap in the ladder', 'ladders.yaml', 'level: 2', 'level: 3', 5, /2 is expected here/],
    [
      'a day off and worked',
      'calendars.yaml',
      '[2025-06-11]',
      '[2025-06-12]',
      10,
      /both a day off/,
    ],
    ['a date of another year', 'calendars.yaml', '2025-06-11', '2024-06-11', 10, /not lie in 2025/],
    ['no such date', 'calendars.yaml', '2025-06-12', '2025-06-31', 9, /a date that exists/],
    ['a weekend taken off', 'calendars.yaml', '2025-06-12', '2025-06-14', 9, /is a weekend/],
    ['a Friday as weekend', 'calendars.yaml', '2025-11-01', '2025-10-31', 11, /not a weekend/],
    ['hours turned round', 'calendars.yaml', "to: '18:00'", "to: '08:00'", 5, /before it begins/],
    ['lunch after work', 'calendars.yaml', "to: '14:00'", "to: '19:00'", 6, /inside the hours/],
    [
      'a date of another year in a year’s file',
      'calendar-years/2026.yaml',
      '2026-06-12',
      '2025-06-12',
      1,
      /not lie in 2026/,
    ],
    [
      'a day off and worked in a year’s file',
      'calendar-years/2026.yaml',
      '2026-06-11',
      '2026-06-12',
      2,
      /both a day off/,
    ],
    [
      'a date twice',
      'calendar-years/2026.yaml',
      '[2026-06-12]',
      '[2026-06-12, 2026-06-12]',
      1,
      /in the list already/,
    ],
    [
      'a key of no year',
      'calendar-years/2027.yaml',
      'shortDays',
      'shortDay',
      2,
      /^shortDay: unknown key/,
    ],
    [
      'an entry without words',
      'lexicon.yaml',
      '[яма, { text: выбоина, weight: 2 }]',
      '[]',
      2,
      /words: /,
    ],
    ['a word without a letter', 'lexicon.yaml', '[яма,', '["!!",', 2, /"!!" has no word/],
    ['a word twice', 'lexicon.yaml', '[казино]', '[казино, казино]', 4, /in the list already/],
    [
      'an unknown placeholder',
      'templates.yaml',
      '{works}',
      '{work}',
      7,
      /no placeholder {work}; known are {number}/,
    ],
    ['a lone brace', 'templates.yaml', '{works}', '{works', 7, /brace stands alone/],
    [
      'a template for no topic',
      'templates.yaml',
      'roads.holes',
      'roads.hole',
      6,
      /no topic "roads.hole"; did you mean "roads.holes"/,
    ],
    [
      'an interim reply with an outcome',
      'templates.yaml',
      'kind: final',
      'kind: interim',
      5,
      /only a final reply/,
    ],
    ['a word for no topic', 'lexicon.yaml', 'roads.holes', 'roads.x', 2, /no topic "roads.x"/],
  ])('tells %s with file, line and reason', async (_what, file, found, instead, line, reason) => {
    const text = SOUND[file] ?? '';
    expect(text).toContain(found);
    await writeFile(
      join(dir, file),
      text.replace(found, () => instead),
    );

    const problems = await problemsOfRead();

    expect(problems.filter((one) => reason.test(one.reason))).toEqual([
      { file: expect.any(String), line, reason: expect.any(String) },
    ]);
  });

  it('tells a file that is not there, and one of another encoding', async () => {
    await rm(join(dir, 'ladders.yaml'));
    await writeFile(join(dir, 'region.yaml'), Buffer.from([0xcf, 0xf0, 0xe8]));
    await writeFile(join(dir, 'topics.yaml'), Buffer.from('\ufeffgroups: []', 'utf16le'));

    expect(await problemsOfRead()).toEqual([
      {
        file: 'region.yaml',
        line: 1,
        reason: 'cannot be read: it is not UTF-8 text, perhaps Windows-1251: save it as UTF-8',
      },
      {
        file: 'topics.yaml',
        line: 1,
        reason: 'cannot be read: it is UTF-16 text: save it as UTF-8',
      },
      { file: 'ladders.yaml', line: 1, reason: 'cannot be read: there is no such file' },
    ]);
  });

  it('says which file may be misnamed, and tells files that are none of a region', async () => {
    await rename(join(dir, 'topics.yaml'), join(dir, 'topic.yaml'));
    await rename(join(dir, 'templates.yaml'), join(dir, 'templates.yml'));
    await rename(join(dir, 'calendar-years/2027.yaml'), join(dir, 'calendar-years/27.yaml'));
    await writeFile(join(dir, 'notes.txt'), 'free');

    expect(await problemsOfRead()).toEqual([
      expect.objectContaining({
        file: 'topics.yaml',
        reason: 'cannot be read: there is no such file; is it the one named "topic.yaml"?',
      }),
      expect.objectContaining({ file: 'calendar-years/27.yaml' }),
      expect.objectContaining({
        file: 'templates.yml',
        reason: 'is not a file of a region; did you mean "templates.yaml"?',
      }),
    ]);
  });

  it('does without words and templates, and takes a byte order mark off', async () => {
    await rm(join(dir, 'lexicon.yaml'));
    await rm(join(dir, 'templates.yaml'));
    await writeFile(join(dir, 'ladders.yaml'), `\ufeff${SOUND['ladders.yaml'] ?? ''}`);

    const region = await readRegion(dir);

    expect(region.lexicon.entries).toEqual([]);
    expect(region.templates).toEqual([]);
    expect(reportOn(region, Date.UTC(2025, 5, 1)).hints).toEqual([
      'ladder "steps" has no recipientInTriage: nobody is told of a complaint that waits in triage too long',
      expect.stringMatching(/no words for topics/),
      expect.stringMatching(/no reply templates/),
    ]);
  });

  it('gives a calendar its own years, and the region’s to one that has none', async () => {
    expect(Object.keys((await readRegion(dir)).calendars[0]?.years ?? {})).toEqual(['2025']);
    const text = SOUND['calendars.yaml'] ?? '';
    await writeFile(join(dir, 'calendars.yaml'), text.slice(0, text.indexOf('    years:')));

    expect(Object.keys((await readRegion(dir)).calendars[0]?.years ?? {})).toEqual([
      '2026',
      '2027',
    ]);

    await rm(join(dir, 'calendar-years/2027.yaml'));
    await writeFile(
      join(dir, 'calendar-years/2028.yaml'),
      SOUND['calendar-years/2027.yaml']!.replace('2027-02-20', '2028-02-19'),
    );
    expect(await problemsOfRead()).toEqual([
      {
        file: 'calendar-years/2028.yaml',
        line: 1,
        reason: 'the years between 2026 and 2028 are missing',
      },
    ]);
  });

  it('names the agencies that nothing is sent to', async () => {
    const extra = '  - { code: idle, name: Без дела, shortName: Без дела, kind: ministry }\n';
    await writeFile(join(dir, 'agencies.yaml'), `${SOUND['agencies.yaml'] ?? ''}${extra}`);

    const { hints, proof } = reportOn(await readRegion(dir), Date.UTC(2025, 0, 1));

    expect(hints).toContain(
      '1 agencies get nothing by any rule; only people can assign to them: idle',
    );
    expect(proof).toEqual({
      cells: 4,
      answeredWithoutPlace: 1,
      waitingForPlace: 1,
      narrowRules: 1,
    });
  });

  it('tells all mistakes of all files at once, in a message with one line each', async () => {
    await writeFile(join(dir, 'ladders.yaml'), 'ladders: []\nmore: 1\n');
    await writeFile(join(dir, 'topics.yaml'), '');

    await expect(readRegion(dir)).rejects.toThrow(
      /topics\.yaml:1: .*\n.*ladders\.yaml:1: .*\n.*ladders\.yaml:2: more: unknown key/,
    );
  });

  it('does not unfold a YAML bomb', async () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]'];
    for (const [i, name] of [...'bcdefg'].entries()) {
      const previous = `*${'abcdefg'[i]}`;
      bomb.push(`${name}: &${name} [${Array.from({ length: 9 }, () => previous).join(', ')}]`);
    }
    await writeFile(join(dir, 'lexicon.yaml'), bomb.join('\n'));

    expect(await problemsOfRead()).toEqual([
      { file: 'lexicon.yaml', line: 1, reason: expect.stringMatching(/alias/i) },
    ]);
  });
});
