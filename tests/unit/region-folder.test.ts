import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { reportOn } from '../../src/region/hints.js';
import { readRegion } from '../../src/region/read-region.js';
import { SOUND, soundRegion, type RegionFolder } from '../support/sound-region.js';

describe('reading a region', () => {
  let folder: RegionFolder;
  beforeEach(async () => {
    folder = await soundRegion();
  });
  afterEach(() => folder.remove());

  it('counts a working day as the region says and a calendar day as 24 hours', async () => {
    const region = await readRegion(folder.dir);

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

  it('tells a file that is not there, and one of another encoding', async () => {
    await rm(join(folder.dir, 'ladders.yaml'));
    await folder.write('region.yaml', Buffer.from([0xcf, 0xf0, 0xe8]));
    await folder.write('topics.yaml', Buffer.from('\ufeffgroups: []', 'utf16le'));

    expect(await folder.problems()).toEqual([
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

  it('names the first line that is not UTF-8, and tells UTF-16 without a mark', async () => {
    const cp1251 = Buffer.from([0xcf, 0xf0, 0xe8]);
    const rules = Buffer.concat([Buffer.from('# Правила\nrules:\n  - { code: '), cp1251]);
    await folder.write('routing.yaml', rules);
    await folder.write('topics.yaml', Buffer.from('groups: []', 'utf16le'));

    expect(await folder.problems()).toEqual([
      expect.objectContaining({ file: 'topics.yaml', reason: expect.stringMatching(/UTF-16/) }),
      expect.objectContaining({ file: 'routing.yaml', line: 3 }),
    ]);
  });

  it('tells a misspelt folder of years, which would not be read', async () => {
    await rename(join(folder.dir, 'calendar-years'), join(folder.dir, 'calendar-year'));

    expect(await folder.problems()).toEqual([
      { file: 'calendar-year', line: 1, reason: 'is not read; did you mean "calendar-years"?' },
    ]);
  });

  it('tells a tab alone, not what follows from it', async () => {
    await folder.write(
      'policies.yaml',
      (SOUND['policies.yaml'] ?? '').replace('    name', '\tname'),
    );

    expect(await folder.problems()).toEqual([
      { file: 'policies.yaml', line: 3, reason: expect.stringMatching(/tab/i) },
    ]);
  });

  it('says which file may be misnamed, and tells files that are none of a region', async () => {
    await rename(join(folder.dir, 'topics.yaml'), join(folder.dir, 'topic.yaml'));
    await rename(join(folder.dir, 'templates.yaml'), join(folder.dir, 'templates.yml'));
    await rename(
      join(folder.dir, 'calendar-years/2027.yaml'),
      join(folder.dir, 'calendar-years/27.yaml'),
    );
    await folder.write('notes.txt', 'free');

    expect(await folder.problems()).toEqual([
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
    await rm(join(folder.dir, 'lexicon.yaml'));
    await rm(join(folder.dir, 'templates.yaml'));
    await folder.write('ladders.yaml', `\ufeff${SOUND['ladders.yaml'] ?? ''}`);

    const region = await readRegion(folder.dir);

    expect(region.lexicon.entries).toEqual([]);
    expect(region.templates).toEqual([]);
    expect(reportOn(region, Date.UTC(2025, 5, 1)).hints).toEqual([
      'ladder "steps" has no recipientInTriage: nobody is told of a complaint that waits in triage too long',
      expect.stringMatching(/no words for topics/),
      expect.stringMatching(/no reply templates/),
    ]);
  });

  it('gives a calendar its own years, and the region’s to one that has none', async () => {
    expect(Object.keys((await readRegion(folder.dir)).calendars[0]?.years ?? {})).toEqual(['2025']);
    const text = SOUND['calendars.yaml'] ?? '';
    await folder.write('calendars.yaml', text.slice(0, text.indexOf('    years:')));

    expect(Object.keys((await readRegion(folder.dir)).calendars[0]?.years ?? {})).toEqual([
      '2026',
      '2027',
    ]);

    await rm(join(folder.dir, 'calendar-years/2027.yaml'));
    await folder.write(
      'calendar-years/2028.yaml',
      SOUND['calendar-years/2027.yaml']!.replace('2027-02-20', '2028-02-19'),
    );
    expect(await folder.problems()).toEqual([
      {
        file: 'calendar-years/2028.yaml',
        line: 1,
        reason: 'the years between 2026 and 2028 are missing',
      },
    ]);
  });

  it('names the agencies that nothing is sent to', async () => {
    const extra = '  - { code: idle, name: Без дела, shortName: Без дела, kind: ministry }\n';
    await folder.write('agencies.yaml', `${SOUND['agencies.yaml'] ?? ''}${extra}`);

    const { hints, proof } = reportOn(await readRegion(folder.dir), Date.UTC(2025, 0, 1));

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
    await folder.write('ladders.yaml', 'ladders: []\nmore: 1\n');
    await folder.write('topics.yaml', '');

    await expect(readRegion(folder.dir)).rejects.toThrow(
      /topics\.yaml:1: .*\n.*ladders\.yaml:1: .*\n.*ladders\.yaml:2: more: unknown key/,
    );
  });

  it('does not unfold a YAML bomb', async () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]'];
    for (const [i, name] of [...'bcdefg'].entries()) {
      const previous = `*${'abcdefg'[i]}`;
      bomb.push(`${name}: &${name} [${Array.from({ length: 9 }, () => previous).join(', ')}]`);
    }
    await folder.write('lexicon.yaml', bomb.join('\n'));

    expect(await folder.problems()).toEqual([
      { file: 'lexicon.yaml', line: 1, reason: expect.stringMatching(/alias/i) },
    ]);
  });
});
