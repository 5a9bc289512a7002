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

  it.each([
    '8\u00a0(910)\u00a0123‑45‑67',
    '8–910–123–45–67',
    '+7.910.123.45.67',
    '8 9 1 0 1 2 3 4 5 6 7',
    '8/910/1234567',
  ])('is found by the phone with signs of every kind between: %s', (phone) => {
    const contacts = ['тел. 8 910 123-45-67 (Анна), anna@example.org'];

    expect(cleared(`Звоните ${phone} или anna@example.org`, { contacts })).toBe(
      'Звоните [удалено] или [удалено]',
    );
  });

  it.each([
    ['Соловей Юлия Павловна', 'Соловья Юлию и Юлию Павловну'],
    ['Лев Павел Яковлевич', 'У Льва Павла Яковлевича, Павлу Льву'],
    ['Яна Кац', 'Яне Кац, с Яной Кац'],
    ['Ким Илья', 'Илье Киму, Ильёй Кимом'],
    ['Римская-Корсакова Зоя', 'Римской-Корсаковой Зое'],
    ['Майский Алексей', 'Маи\u0306ского Алексея'],
    ['Журавлёв Семён', 'Журавле\u0308ву Семену'],
    ['Боец Пётр', 'Бойца\u00a0Петра'],
  ])('is found by a name whose stem changes: %s', (name, text) => {
    expect(cleared(text, { names: [name] }).replaceAll('[удалено]', '')).not.toMatch(/\p{L}{3,}/u);
  });

  it.each(['@', 'а', 'дом', '((((', '\\\\\\', '.*', '1234', '[', '5%'])(
    'is not looked for by %s, which everything would fit',
    (contact) => {
      expect(patternOf({ ...none, contacts: [contact], handles: ['((', '\\'] })).toBeNull();
    },
  );

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
