import { describe, expect, it } from '@jest/globals';
import { excerptOf, patternOf, redact, type SubjectTerms } from '../../src/subjects/terms.js';

const none: SubjectTerms = { names: [], handles: [], contacts: [] };
const cleared = (text: string, terms: Partial<SubjectTerms>): string =>
  redact(text, patternOf({ ...none, ...terms })!);

describe('a person in a text', () => {
  it.each([
    'Звонила Крапивина Алёна Игоревна.',
    'Сообщили Крапивиной Алене Игоревне.',
    'Алёна Игоревна Крапивина.',
    'Уважаемая Алёна Игоревна!',
    'КРАПИВИНА АЛЁНА',
    'Заявитель Крапивина А. И. дома.',
    'Заявитель А.И. Крапивина дома.',
  ])('is found by the name: %s', (text) => {
    const names = ['Крапивина Алёна Игоревна'];

    const left = cleared(text, { names: names });

    expect(left).toContain('[удалено]');
    expect(left.toLowerCase()).not.toMatch(/крапивин|(?<!уд)ал[её]н|игоревн/);
  });

  it.each([
    '+7 (910) 123-45-67',
    '89101234567',
    '8 910 123 45 67',
    '7-910-123-45-67',
    '9101234567',
    '+79101234567',
  ])('is found by the phone however it is written: %s', (phone) => {
    expect(cleared(`Звоните ${phone}, жду`, { contacts: ['+79101234567'] })).toBe(
      'Звоните [удалено], жду',
    );
  });

  it('is found by mail address and handle, whatever their case', () => {
    const terms = { contacts: ['Alena.K@Example.org'], handles: ['@alena_k'] };

    expect(cleared('пишите alena.k@example.org или @Alena_K, alena_k.', terms)).toBe(
      'пишите [удалено] или [удалено], [удалено].',
    );
  });

  it('is no other word or number that contains it', () => {
    const terms = {
      names: ['Ким Анна'],
      contacts: ['+79101234567'],
      handles: ['kim'],
    };
    const text = 'Акимова Анна, kimono, 1791012345678, 91012345671';

    expect(cleared(text, terms)).toBe(text);
  });

  it('is shown with some words around, and nothing is looked for without terms', () => {
    const pattern = patternOf({ ...none, handles: ['alena_k'] })!;

    expect(excerptOf(`${'а'.repeat(100)} alena_k ${'б'.repeat(100)}`, pattern)).toMatch(
      /^…а+ alena_k б+…$/,
    );
    expect(excerptOf('ничего', pattern)).toBeNull();
    expect(patternOf(none)).toBeNull();
    expect(patternOf({ names: [''], handles: ['a'], contacts: ['12'] })).toBeNull();
  });
});
