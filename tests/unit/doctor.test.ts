import { describe, expect, it } from '@jest/globals';
import { ok, type Check } from '../../src/doctor/check.js';
import { examine, overall } from '../../src/doctor/examine.js';

const check = (id: string, look: Check['look'], needs?: Check['needs']): Check => ({
  ...{ id, title: { ru: id, en: id }, look },
  ...(needs && { needs }),
});

describe('an examination', () => {
  it('ends in its time whatever hangs, and holds nobody else up', async () => {
    const findings = await examine(
      [check('hangs', () => new Promise(() => {})), check('well', async () => ok('да', 'yes'))],
      100,
    );

    expect(findings.map(({ id, status }) => [id, status])).toEqual([
      ['hangs', 'problem'],
      ['well', 'ok'],
    ]);
    expect(overall(findings)).toBe('problem');
  });

  it('tells of a check that broke by its code alone: an error’s text may hold a password', async () => {
    const [broken] = await examine([
      check('broken', () =>
        Promise.reject(Object.assign(new Error('postgres://u:secret@h'), { code: '28P01' })),
      ),
    ]);

    expect(broken).toMatchObject({
      status: 'problem',
      found: { en: 'could not be looked at (28P01)' },
    });
    expect(JSON.stringify(broken)).not.toContain('secret');
  });
});
