import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { checkLoadedRegion } from '../../src/api/resources/region-check.js';
import { loadRegion, RegionLoadError } from '../../src/db/region-load.js';
import { readRegionView } from '../../src/db/region-store.js';
import type { Region } from '../../src/domain/region.js';
import { findRegionDir } from '../../src/region/find-region-dir.js';
import { readRegion } from '../../src/region/read-region.js';
import { openResourceDesk, type ResourceDesk } from '../support/resource-desk.js';

describe('loading a region', () => {
  let desk: ResourceDesk;
  let admin: string;
  let region: Region;

  beforeEach(async () => {
    desk = await openResourceDesk();
    admin = await desk.keyFor('admin');
    region = await readRegion(findRegionDir('nizhny-novgorod'));
  });
  afterEach(() => desk.close());

  const stored = async () =>
    (
      await desk.owner.query(
        'select kind, code, version, retired, body from region_items where current order by 1, 2',
      )
    ).rows;
  const idOf = async (code: string) => (await readRegionView(desk.owner)).agencyByRef(code)!.id;
  const diff = (next: Region) =>
    loadRegion(desk.owner, next, { dryRun: true, check: checkLoadedRegion });
  const without = (code: string): Region => ({
    ...region,
    agencies: region.agencies.filter((agency) => agency.code !== code),
    routingRules: region.routingRules.filter(
      ({ then }) => !('agency' in then) || then.agency !== code,
    ),
  });

  it('changes nothing the second time', async () => {
    expect(await diff(region)).toEqual({
      changed: 0,
      kinds: [],
      touched: [],
      kept: [],
      refusal: null,
    });
  });

  it('tells what is added, changed and removed, by kind and member, and writes nothing for that', async () => {
    const before = await stored();
    const next: Region = {
      ...without('tariffs'),
      municipalities: region.municipalities.map((one) =>
        one.code === 'bor' ? { ...one, names: [...one.names, 'Останкино'] } : one,
      ),
      calendars: region.calendars.map((one) =>
        one.code === 'region'
          ? {
              ...one,
              years: { ...one.years, '2027': { daysOff: [], shortDays: [], workingWeekends: [] } },
            }
          : one,
      ),
      templates: [...region.templates, { ...region.templates[0]!, code: 'one-more' }],
    };

    const { kinds, refusal } = await diff(next);
    const of = (kind: string) => kinds.find((one) => one.kind === kind);

    expect(refusal).toBeNull();
    expect(of('agency')).toMatchObject({ added: [], removed: ['tariffs'] });
    expect(of('routing_rule')?.removed).toEqual(['tariffs']);
    expect(of('municipality')?.changed).toEqual([
      { code: 'bor', fields: ['names'], losesEdit: false },
    ]);
    expect(of('calendar')?.changed).toEqual([
      { code: 'region', fields: ['years.2027'], losesEdit: false },
    ]);
    expect(of('template')).toMatchObject({ added: ['one-more'], changed: [], removed: [] });
    expect(await stored()).toEqual(before);

    const { changed } = await loadRegion(desk.owner, next, { check: checkLoadedRegion });
    expect(changed).toBe(5);
    expect((await diff(next)).changed).toBe(0);
  });

  it('moves the rules after one that goes, and makes no version of them', async () => {
    const next = without('tariffs');
    const last = next.routingRules.at(-1)!;
    next.routingRules = next.routingRules.map((rule, i) => ({ ...rule, position: i + 1 }));
    const before = (await readRegionView(desk.owner)).rules.at(-1)!;

    const { changed, kinds } = await loadRegion(desk.owner, next, { check: checkLoadedRegion });

    expect(changed).toBe(2);
    expect(kinds.find(({ kind }) => kind === 'routing_rule')?.moved).toContain(last.code);
    const { rules, agencyByRef } = await readRegionView(desk.owner);
    expect(rules.map(({ code }) => code)).toEqual(next.routingRules.map(({ code }) => code));
    expect(rules.at(-1)).toEqual({ ...before, position: before.position - 1 });
    expect(agencyByRef('tariffs')).toBeUndefined();
    expect((await diff(next)).kinds).toEqual([]);
  });

  it('tells which open complaints are touched, why, and whether their dues stay', async () => {
    const gzhi = await idOf('gzhi');
    const process = { policy: { code: 'ordinary', version: 1 }, calendar: 'region' };
    const open = {
      agency_id: gzhi,
      topic: 'housing.lifts',
      municipality: 'bor',
      rule: 'housing-gzhi',
      process,
    };
    const { number } = await desk.seed({ columns: { ...open, status: 'assigned' } });
    await desk.seed({
      columns: { ...open, status: 'closed', closure_reason: 'answered', closed_at: new Date() },
    });
    const next: Region = {
      ...without('gzhi'),
      topics: region.topics
        .filter(({ code }) => code !== 'housing.roof-leaks')
        .map((topic) => (topic.code === 'housing.lifts' ? { ...topic, severity: 5 } : topic)),
      policies: region.policies.map((policy) =>
        policy.code === 'ordinary' ? { ...policy, warnAtPercent: [60] } : policy,
      ),
      calendars: region.calendars.map((one) =>
        one.code === 'region' ? { ...one, hours: { from: '10:00', to: '19:00' } } : one,
      ),
      ladders: region.ladders.map((ladder) => ({ ...ladder, levels: ladder.levels.slice(0, 3) })),
    };

    const { touched, refusal } = await loadRegion(desk.owner, next, { dryRun: true });

    expect(
      touched.map(({ reason, count, numbers, dues }) => [reason, count, numbers, dues]),
    ).toEqual([
      ['agency_removed', 1, [number], 'stay'],
      ['topic_changed', 1, [number], 'stay'],
      ['rule_changed', 1, [number], 'stay'],
      ['policy_changed', 1, [number], 'stay'],
      ['calendar_changed', 1, [number], 'later'],
      ['ladder_changed', 1, [number], 'later'],
    ]);
    expect(refusal).toMatch(/"gzhi" is gone from the files and holds 1 open complaint.*: \d{4}-/);
  });

  it('refuses to leave open complaints with nobody, whole, and keeps such agencies when told to', async () => {
    const before = await stored();
    const { id } = await desk.seed({
      columns: { agency_id: await idOf('gibdd'), status: 'in_progress' },
    });
    const next: Region = {
      ...without('gibdd'),
      calendars: region.calendars.map((one) => ({ ...one, name: 'Часы' })),
    };

    await expect(loadRegion(desk.owner, next)).rejects.toThrow(RegionLoadError);
    expect(await stored()).toEqual(before);

    const { kept } = await loadRegion(desk.owner, next, {
      keepBusy: true,
      check: checkLoadedRegion,
    });
    expect(kept).toEqual(['gibdd']);
    expect((await readRegionView(desk.owner)).agencyByRef('gibdd')).toMatchObject({
      code: 'gibdd',
    });

    await desk.owner.query(
      `update complaints set status = 'closed', closure_reason = 'answered', closed_at = now() where id = $1`,
      [id],
    );
    await loadRegion(desk.owner, next);
    expect((await readRegionView(desk.owner)).agencyByRef('gibdd')).toBeUndefined();
  });

  it('keeps what was edited through the API, and says which edit a changed file overrides', async () => {
    await desk.call(admin, 'PATCH', 'agencies/gzhi', { shortName: 'Жилинспекция' });

    expect((await diff(region)).kinds).toEqual([
      {
        kind: 'agency',
        added: [],
        changed: [],
        removed: [],
        moved: [],
        keptEdits: [{ code: 'gzhi', fields: ['shortName'] }],
      },
    ]);

    const next: Region = {
      ...region,
      agencies: region.agencies.map((one) =>
        one.code === 'gzhi' ? { ...one, name: 'Инспекция' } : one,
      ),
    };
    expect((await diff(next)).kinds[0]?.changed).toEqual([
      { code: 'gzhi', fields: ['name', 'shortName'], losesEdit: true },
    ]);
  });

  it('refuses a region that would be at odds with what was made through the API, and writes none of it', async () => {
    await desk.call(admin, 'POST', 'routing-rules', {
      code: 'made-here',
      position: 1,
      when: { topics: ['roads.tolls'], keywords: ['платон'] },
      then: { agency: 'tariffs' },
    });
    const before = await stored();

    await expect(
      loadRegion(desk.owner, without('tariffs'), { check: checkLoadedRegion }),
    ).rejects.toThrow(/rules\/made-here.then.agency: there is no agency "tariffs"/);
    expect(await stored()).toEqual(before);
  });
});
