import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRegion } from '../../src/region/read-region.js';
import { RegionFileError } from '../../src/region/region-file-error.js';

/** A small region without a mistake; each test spoils one thing in it. */
export const SOUND: Record<string, string> = {
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

/** The sound region in a folder of its own. */
export interface RegionFolder {
  dir: string;
  write(file: string, content: string | Buffer): Promise<void>;
  /** What reading it tells; an Error when it is read without a mistake. */
  problems(): Promise<RegionFileError['problems']>;
  remove(): Promise<void>;
}

export async function soundRegion(): Promise<RegionFolder> {
  const dir = await mkdtemp(join(tmpdir(), 'region-'));
  const write = (file: string, content: string | Buffer) => writeFile(join(dir, file), content);
  await mkdir(join(dir, 'calendar-years'));
  await Promise.all(Object.entries(SOUND).map(([file, text]) => write(file, text)));
  return {
    dir,
    write,
    async problems() {
      const error: unknown = await readRegion(dir).then(
        () => new Error('the region was read'),
        (thrown: unknown) => thrown,
      );
      if (!(error instanceof RegionFileError)) throw error;
      return error.problems;
    },
    remove: () => rm(dir, { recursive: true }),
  };
}
