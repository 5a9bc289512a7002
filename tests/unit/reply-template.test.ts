import { describe, expect, it } from '@jest/globals';
import { fillTemplate, placeholdersOf, templateMistake } from '../../src/domain/reply-template.js';

describe('a reply template', () => {
  it('is filled whole, and what was filled in is not read again', () => {
    const text = 'Обращение {number}: {works}. Ещё раз: {number}.';

    expect(placeholdersOf(text)).toEqual(['number', 'works']);
    expect(fillTemplate(text, { number: '2026-000001', works: 'заделали {due} $&' })).toEqual({
      text: 'Обращение 2026-000001: заделали {due} $&. Ещё раз: 2026-000001.',
    });
  });

  it('names what has no value, once each, and gives no text then', () => {
    expect(fillTemplate('{until} {number} {until} {reason}', { number: '1', reason: '' })).toEqual({
      missing: ['until', 'reason'],
    });
  });

  it.each([
    ['{number} и {due}', null],
    ['без скобок', null],
    ['{номер}', /no placeholder {номер}/],
    ['{Number}', /no placeholder {Number}/],
    ['{ number }', /no placeholder/],
    ['{}', /no placeholder {}/],
    ['{constructor}', /no placeholder/],
    ['{number', /stands alone/],
    ['number}', /stands alone/],
    ['{{number}}', /stands alone/],
  ])('%s has the mistake %s', (text, mistake) => {
    const found = templateMistake(text);

    if (mistake === null) expect(found).toBeNull();
    else expect(found).toMatch(mistake);
  });
});
