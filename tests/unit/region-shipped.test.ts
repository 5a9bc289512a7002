import { beforeAll, describe, expect, it } from '@jest/globals';
import { resolve } from 'node:path';
import { priorityOf } from '../../src/domain/priority.js';
import type { Region } from '../../src/domain/region.js';
import { route } from '../../src/domain/routing.js';
import { findRegionDir } from '../../src/region/find-region-dir.js';
import { reportOn } from '../../src/region/hints.js';
import { readRegion } from '../../src/region/read-region.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 9 * HOUR_MS;

describe('the shipped region', () => {
  let region: Region;
  beforeAll(async () => {
    region = await readRegion(findRegionDir('nizhny-novgorod'));
  });

  it('reads without a mistake and is whole', () => {
    const ofKind = (kind: string) => region.agencies.filter((agency) => agency.kind === kind);
    const calendar = region.calendars.find(({ code }) => code === region.defaults.calendar);

    expect(region.municipalities).toHaveLength(51);
    expect(region.topics).toHaveLength(359);
    expect(region.topicGroups).toHaveLength(26);
    expect(ofKind('administration')).toHaveLength(51);
    expect(ofKind('operator_desk')).toHaveLength(1);
    expect(Object.keys(calendar?.years ?? {})).toEqual(
      Array.from({ length: 9 }, (_, i) => String(2018 + i)),
    );
  });

  it('gives every topic in every municipality an answerer, the desk only its own topics', () => {
    const answered = region.topics.flatMap(({ code, group }) =>
      region.municipalities.map((municipality) => {
        const facts = { topic: code, group, municipality: municipality.code };
        const found = route(
          region.routingRules,
          { ...facts, source: 'web', campaign: null, text: '' },
          region.agencies,
        );
        return { ...facts, by: found?.agency };
      }),
    );

    expect(answered).toHaveLength(359 * 51);
    expect(answered.filter(({ by }) => by === undefined)).toEqual([]);
    const deskTopics = new Set(answered.filter(({ by }) => by === 'cur').map(({ topic }) => topic));
    expect([...deskTopics].sort()).toEqual(['cur.vacancies', 'cur.work']);
  });

  it('proves it, and names no agency that has nothing to do', () => {
    const report = reportOn(region, Date.UTC(2026, 5, 1));

    expect(report.proof.cells).toBe(359 * 51);
    expect(report.proof.answeredWithoutPlace + report.proof.waitingForPlace).toBe(359);
    expect(report.hints).toEqual([]);
  });

  it('gives each municipality one operator of waste, and no agency an e-mail that was guessed', () => {
    const served = region.agencies
      .filter(({ kind }) => kind === 'waste_operator')
      .flatMap(({ serves }) => serves ?? []);

    expect([...served].sort()).toEqual(region.municipalities.map(({ code }) => code).sort());
    expect(region.agencies.filter(({ email }) => email !== undefined)).toEqual([]);
  });

  it.each([
    ['housing.no-water', 'bor', 'Нет воды', 'water-bor'],
    ['housing.no-water', 'vetluzhsky', 'Нет воды', 'adm-vetluzhsky'],
    ['housing.no-water', 'nizhny-novgorod', 'Нет горячей воды', 'heat-nn'],
    ['housing.no-heating', 'kstovsky', 'Холодные батареи', 'heat-tplus'],
    ['housing.bills', 'bor', 'Почему вырос тариф', 'tariffs'],
    ['waste.bulky', 'nizhny-novgorod', 'В Сормове лежат диваны', 'waste-zones-2-4-9'],
    ['waste.bulky', 'nizhny-novgorod', 'Лежат диваны', 'waste-zone-1'],
    ['waste.container-sites', 'sarov', 'Мусор не вывозят', 'waste-zones-7-8'],
    ['waste.container-sites', 'sarov', 'Нужна площадка', 'adm-sarov'],
    ['amenities.yards', 'nizhny-novgorod', 'Двор в Автозаводском районе', 'nn-avtozavodsky'],
    ['amenities.yards', 'nizhny-novgorod', 'Двор на Родионова', 'nn-improvement'],
    ['education.meals', 'dzerzhinsk', 'Плохо кормят', 'edu-dzerzhinsk'],
    ['education.meals', 'vadsky', 'Плохо кормят', 'adm-vadsky'],
    ['health.ambulance', 'nizhny-novgorod', 'Скорая не едет', 'ambulance-nn'],
    ['energy.power-outage', 'urensky', 'Нет света', 'nizhnovenergo'],
    ['transport.timetable', 'nizhny-novgorod', 'Трамвай не ходит', 'electrotrans'],
    ['transport.timetable', 'pavlovsky', 'Автобус не ходит', 'crts'],
    ['safety.traffic-violations', 'bor', 'Гоняют', 'gibdd'],
  ])('sends %s in %s, "%s", to %s', (topic, municipality, text, agency) => {
    const { group } = region.topics.find(({ code }) => code === topic)!;
    const facts = { topic, group, municipality, source: 'vk', campaign: null, text };

    expect(route(region.routingRules, facts, region.agencies)?.agency).toBe(agency);
  });

  it('keeps its emergency and dispatch services at work round the clock', () => {
    const calendarOf = (code: string) =>
      region.agencies.find((agency) => agency.code === code)?.calendar;
    const rounds = [
      'mchs',
      'gochs',
      'ambulance-nn',
      'water-nn',
      'heat-nn',
      'nizhnovenergo',
      'gas-network',
    ];

    expect(rounds.map(calendarOf)).toEqual(rounds.map(() => 'round-the-clock'));
    expect(region.calendars.find(({ code }) => code === 'round-the-clock')?.hours).toBe(
      'roundTheClock',
    );
  });

  it('has templates of a fair length', () => {
    expect(region.templates.length).toBeGreaterThanOrEqual(30);
    for (const { code, text } of region.templates) {
      expect({ code, isFair: text.length > 60 && text.length < 600 }).toEqual({
        code,
        isFair: true,
      });
    }
  });

  it('sends a pothole to the administration of its municipality, on a regional road to the region', () => {
    const facts = {
      topic: 'roads.potholes',
      group: 'roads',
      municipality: 'bor',
      source: 'vk',
      campaign: null,
    };
    const to = (text: string) => route(region.routingRules, { ...facts, text }, region.agencies);

    expect(to('Яма у дома 5')).toMatchObject({ agency: 'adm-bor', rule: { code: 'roads' } });
    expect(to('Яма на трассе Бор — Линда')).toMatchObject({
      agency: 'guad',
      rule: { code: 'regional-roads' },
    });
  });

  it('keeps the published norms, in milliseconds', () => {
    const policy = (code: string) => region.policies.find((one) => one.code === code);

    expect(policy('ordinary')).toMatchObject({
      acceptance: { allowanceMs: 2 * HOUR_MS, time: 'working' },
      firstReply: { allowanceMs: 9 * HOUR_MS, time: 'working' },
      resolution: { allowanceMs: 7 * DAY_MS, time: 'working' },
      warnAtPercent: [50, 80],
      waiting: { limitMs: 3 * 24 * HOUR_MS, time: 'calendar', then: 'close' },
    });
    expect(policy('raised')).toMatchObject({
      acceptance: { allowanceMs: HOUR_MS, time: 'working' },
      firstReply: { allowanceMs: 4 * HOUR_MS, time: 'working' },
      resolution: { allowanceMs: 3 * DAY_MS, time: 'working' },
    });
    expect(policy('forms')?.firstReply).toEqual({ allowanceMs: 24 * HOUR_MS, time: 'calendar' });
    expect(policy('danger')).toMatchObject({
      acceptance: { allowanceMs: HOUR_MS / 4, time: 'calendar' },
      firstReply: { allowanceMs: HOUR_MS, time: 'calendar' },
    });
  });

  it('climbs at the due, then after 2, 2 and 4 working hours; in triage to operators and curator', () => {
    const levels = region.ladders.find(({ code }) => code === region.defaults.ladder)?.levels ?? [];

    expect(levels.map(({ allowanceMs, time }) => [allowanceMs / HOUR_MS, time])).toEqual([
      [0, 'working'],
      [2, 'working'],
      [2, 'working'],
      [4, 'working'],
    ]);
    expect(levels.map(({ recipientInTriage }) => recipientInTriage)).toEqual([
      'operators',
      undefined,
      'curator',
      undefined,
    ]);
  });

  it.each([
    ['в подъезде пахнет газом', 'danger'],
    ['Упал столб, ОБОРВАН ПРОВОД', 'danger'],
    ['у садика открытый люк', 'danger'],
    ['горим, пожар!', 'danger'],
    ['подстригите газон у дома', 'forms'],
    ['пожарный выход завален', 'forms'],
    ['напишите об этом в газету', 'forms'],
  ])('puts the web message "%s" under the policy %s', (text, policy) => {
    const facts = { topic: null, severity: 2, source: 'web', text };

    const decision = priorityOf(region.priorityRules, facts, region.defaults.policy);

    expect(decision.policy).toBe(policy);
  });

  it.each([
    [5, 'web', 'danger', 'danger'],
    [4, 'web', 'raised', 'raised'],
    [3, 'web', 'ordinary', 'forms'],
    [3, 'vk', 'ordinary', 'ordinary'],
  ])(
    'gives severity %d from %s the priority %s and the policy %s',
    (severity, source, priority, policy) => {
      const facts = { topic: 'any', severity, source, text: 'Прошу принять меры' };

      expect(priorityOf(region.priorityRules, facts, region.defaults.policy)).toMatchObject({
        priority,
        policy,
      });
    },
  );

  it('is found by name and by folder, and another name is refused with the names that ship', () => {
    const dir = resolve('regions/nizhny-novgorod');

    expect(findRegionDir('nizhny-novgorod')).toBe(dir);
    expect(findRegionDir('regions/nizhny-novgorod')).toBe(dir);
    expect(() => findRegionDir('atlantis')).toThrow(/no region "atlantis".*nizhny-novgorod/);
  });
});
