import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTriageClassifier } from '../../src/classifier/index.js';
import { openCalendar } from '../../src/domain/working-time.js';
import { findRegionDir } from '../../src/region/find-region-dir.js';
import { reportOn } from '../../src/region/hints.js';
import { makeRegion } from '../../src/region/make-region.js';
import { readRegion } from '../../src/region/read-region.js';

describe('a region of one’s own', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'regions-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  const make = (code: string, zone = 'Asia/Kamchatka') =>
    makeRegion({ code, folder: dir, zone, name: 'Камчатский "край"' });

  it('begins as the example, which has no mistake and no oversight', async () => {
    const example = await readRegion(findRegionDir('example'));

    expect(reportOn(example, Date.UTC(2026, 5, 1))).toMatchObject({
      municipalities: 2,
      proof: { cells: 10 },
      hints: [],
    });
  });

  it('is written under another code, name and zone, and works in it', async () => {
    const region = await readRegion(await make('kamchatka'));
    const [office] = region.calendars;

    expect(region).toMatchObject({
      code: 'kamchatka',
      name: { ru: 'Камчатский "край"' },
      zone: 'Asia/Kamchatka',
    });
    expect(region.calendars.map(({ zone }) => zone)).toEqual(['Asia/Kamchatka', 'Asia/Kamchatka']);
    // 09:00 in Kamchatka is 21:00 of the day before in UTC.
    expect(openCalendar(office!).isWorking(Date.UTC(2026, 2, 2, 21, 0))).toBe(true);
    expect(openCalendar(office!).isWorking(Date.UTC(2026, 2, 2, 9, 0))).toBe(false);
  });

  it.each([
    ['камчатка', 'Asia/Kamchatka', /code: must be a code.*"kamchatka"/],
    ['kamchatka', 'Asia/Kamchatko', /zone: must be an IANA time zone/],
    ['../kamchatka', 'Asia/Kamchatka', /code: must be a code/],
  ])('is not begun as %s in %s', async (code, zone, reason) => {
    await expect(make(code, zone)).rejects.toThrow(reason);
  });

  it('is never written over', async () => {
    const folder = await make('kamchatka');
    await writeFile(join(folder, 'region.yaml'), 'mine');

    await expect(make('kamchatka')).rejects.toThrow(/such a folder already/);
    expect(await readFile(join(folder, 'region.yaml'), 'utf8')).toBe('mine');
  });

  it('is found by its folder, and a misspelt name is told with the one that was probably meant', async () => {
    await make('kamchatka');

    expect(findRegionDir(join(dir, 'kamchatka'))).toBe(join(dir, 'kamchatka'));
    expect(() => findRegionDir(join(dir, 'kamchtka'))).toThrow(/did you mean "kamchatka"/);
    expect(() => findRegionDir('nizhni-novgorod')).toThrow(/did you mean "nizhny-novgorod"/);
  });

  it('finds topics by their names when it has no words', async () => {
    const region = await readRegion(await make('kamchatka'));
    const triage = createTriageClassifier({
      ...region,
      lexicon: { entries: [], kinds: { question: [], proposal: [], thanks: [] }, spam: [] },
    });

    expect(triage.classify('Сплошные ямы на дорогах').topic).toBe('roads.potholes');
    expect(triage.classify('абырвалг').topic).toBeNull();
  });
});
