import { describe, expect, it } from '@jest/globals';
import { foldWords, keywordCovers, matchesKeyword } from '../../src/domain/keyword-match.js';
import { priorityOf } from '../../src/domain/priority.js';
import type { PriorityRule, RoutingRule } from '../../src/domain/region.js';
import { route } from '../../src/domain/routing.js';
import type { RoutingFacts } from '../../src/domain/routing.js';
import { unreachableRules } from '../../src/region/unreachable-rules.js';

const NOTHING: RoutingFacts = {
  topic: null,
  group: null,
  municipality: null,
  source: null,
  campaign: null,
  text: '',
};
const AGENCIES = [
  { code: 'ministry', kind: 'ministry', active: true },
  { code: 'closed', kind: 'ministry', active: false },
  { code: 'a-east', kind: 'administration', municipality: 'east', active: true },
];

type Rule = Pick<RoutingRule, 'code' | 'when' | 'then'>;
const rule = (
  code: string,
  when: Rule['when'],
  then: Rule['then'] = { agency: 'ministry' },
): Rule => ({
  code,
  when,
  then,
});
const caughtBy = (rules: Rule[], facts: Partial<RoutingFacts>): string | undefined =>
  route(rules, { ...NOTHING, ...facts }, AGENCIES)?.rule.code;

describe('routing', () => {
  it('is decided by the first rule that holds', () => {
    const rules = [rule('roads', { groups: ['roads'] }), rule('first', {}), rule('second', {})];

    expect(caughtBy(rules, { group: 'roads' })).toBe('roads');
    expect(caughtBy(rules, { group: 'yards' })).toBe('first');
  });

  it('needs every condition, and of each any value', () => {
    const rules = [
      rule('narrow', { topics: ['t1', 't2'], municipalities: ['east'], sources: ['vk', 'ok'] }),
    ];

    expect(caughtBy(rules, { topic: 't2', municipality: 'east', source: 'ok' })).toBe('narrow');
    expect(caughtBy(rules, { topic: 't2', municipality: 'west', source: 'ok' })).toBeUndefined();
    expect(caughtBy(rules, { topic: 't2', municipality: 'east' })).toBeUndefined();
  });

  it('finds keywords and campaigns', () => {
    const rules = [
      rule('line', { campaigns: ['direct-2026'] }),
      rule('words', { keywords: ['снег', 'обрыв провод'] }),
    ];

    expect(caughtBy(rules, { campaign: 'direct-2026' })).toBe('line');
    expect(caughtBy(rules, { text: 'На улице ОБРЫВ проводов!' })).toBe('words');
    expect(caughtBy(rules, { text: 'На улице тихо' })).toBeUndefined();
  });

  it('names the agency of the municipality, and nobody while the place is not known', () => {
    const rules = [
      rule('local', { groups: ['yards'] }, { agencyOfMunicipality: 'administration' }),
      rule('rest', {}),
    ];
    const to = (municipality: string | null) =>
      route(rules, { ...NOTHING, group: 'yards', municipality }, AGENCIES);

    expect(to('east')?.agency).toBe('a-east');
    expect(to('west')).toBeNull();
    expect(to(null)).toBeNull();
  });

  it('never names an agency that is not active or not there', () => {
    expect(route([rule('r', {}, { agency: 'closed' })], NOTHING, AGENCIES)).toBeNull();
    expect(route([rule('r', {}, { agency: 'nowhere' })], NOTHING, AGENCIES)).toBeNull();
    expect(route([], NOTHING, AGENCIES)).toBeNull();
  });
});

describe('priority', () => {
  const rules: PriorityRule[] = [
    { priority: 'danger', policy: 'danger', when: { keywords: ['пожар$'] } },
    { priority: 'raised', policy: 'raised', when: { minSeverity: 4, sources: ['vk'] } },
    { priority: 'ordinary', policy: 'slow', when: { topics: ['t1'] } },
  ];
  const decide = (facts: Partial<Parameters<typeof priorityOf>[1]>) =>
    priorityOf(rules, { topic: null, severity: null, source: null, text: '', ...facts }, 'usual');

  it('is decided by the first rule that holds, and says which', () => {
    expect(decide({ text: 'Пожар!', severity: 5, source: 'vk' })).toEqual({
      priority: 'danger',
      policy: 'danger',
      rule: 0,
    });
    expect(decide({ severity: 4, source: 'vk' }).rule).toBe(1);
    expect(decide({ severity: 4, source: 'web', topic: 't1' }).policy).toBe('slow');
  });

  it('is ordinary under the default policy when no rule holds', () => {
    expect(decide({ severity: 3, source: 'vk' })).toEqual({
      priority: 'ordinary',
      policy: 'usual',
      rule: null,
    });
  });
});

describe('keywords', () => {
  const has = (text: string, keyword: string) => matchesKeyword(foldWords(text), keyword);

  it('match the beginning of words, in order, whatever the case, ё and punctuation', () => {
    expect(has('Ёлка упала', 'ЕЛК')).toBe(true);
    expect(has('обрыв, проводов', 'обрыв провод')).toBe(true);
    expect(has('проводов обрыв', 'обрыв провод')).toBe(false);
    expect(has('подъезд', 'езд')).toBe(false);
    expect(has('\u0438\u0306од', 'йод')).toBe(true);
  });

  it('match a whole word when they end in $', () => {
    expect(has('пожар', 'пожар$')).toBe(true);
    expect(has('пожарный', 'пожар$')).toBe(false);
    expect(has('пахнет газом', 'пахнет газ$')).toBe(false);
  });

  it('never match when there is no word in them, nor in an empty text', () => {
    expect(has('!!!', '!')).toBe(false);
    expect(has('', 'снег')).toBe(false);
  });

  it('cover those whose every text they would match too', () => {
    expect(keywordCovers('снег', 'снегопад')).toBe(true);
    expect(keywordCovers('провод', 'обрыв провода')).toBe(true);
    expect(keywordCovers('снегопад', 'снег')).toBe(false);
    expect(keywordCovers('снег$', 'снег')).toBe(false);
  });
});

describe('unreachable rules', () => {
  const cells = ['t1', 't2', null];
  const find = (whens: RoutingRule['when'][]) =>
    unreachableRules(
      whens.map((when) => ({ when })),
      cells,
      ({ when }, topic) => !when.topics || (topic !== null && when.topics.includes(topic)),
    );

  it('are found behind one broader rule and behind several together', () => {
    expect(find([{}, { topics: ['t1'] }])).toEqual([{ index: 1, shadowedBy: 0 }]);
    expect(find([{ topics: ['t1'] }, { topics: ['t2'] }, { topics: ['t1', 't2'] }])).toEqual([
      { index: 2, shadowedBy: 0 },
    ]);
    expect(find([{ keywords: ['снег'] }, { topics: ['t1'], keywords: ['снегопад'] }])).toEqual([
      { index: 1, shadowedBy: 0 },
    ]);
  });

  it('are not those that take what an earlier one leaves', () => {
    expect(find([{ topics: ['t1'], keywords: ['снег'] }, { topics: ['t1'] }])).toEqual([]);
    expect(find([{ sources: ['vk'] }, { sources: ['vk', 'ok'] }, {}])).toEqual([]);
    expect(find([{ topics: ['t1'] }, { topics: ['t2'] }, {}])).toEqual([]);
  });
});
