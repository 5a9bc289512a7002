import { describe, expect, it } from '@jest/globals';
import { distance, fingerprint } from '../../src/classifier/index.js';

const TEXT =
  'На улице Садовой огромная яма, машины объезжают её по встречной полосе, страшно за детей, которые идут в школу. ' +
  'Просим отремонтировать дорогу и поставить временное ограждение до начала работ.';

describe('the fingerprint of a text', () => {
  it('is 16 hex digits and the same for the same words in other case, HTML and ё', () => {
    const print = fingerprint(TEXT);

    expect(print).toMatch(/^[0-9a-f]{16}$/);
    expect(fingerprint(`<p>${TEXT.toUpperCase().replaceAll('Ё', 'Е')}</p> 😡`)).toBe(print);
  });

  it('differs in few bits when a few words differ, and in many for another matter', () => {
    const edited = TEXT.replace('огромная', 'глубокая').replace('Просим', 'Прошу');
    const other =
      'Третью неделю в доме нет горячей воды, управляющая компания не отвечает на звонки, диспетчер бросает трубку. ' +
      'Пожилые люди вынуждены греть воду на плите, примите меры к виновным.';

    expect(distance(fingerprint(TEXT), fingerprint(edited))).toBeLessThanOrEqual(10);
    expect(distance(fingerprint(TEXT), fingerprint(other))).toBeGreaterThan(18);
  });

  it('is all zeros without words, and its distance to itself is 0', () => {
    expect(fingerprint('')).toBe('0'.repeat(16));
    expect(distance(fingerprint(TEXT), fingerprint(TEXT))).toBe(0);
    expect(distance('0'.repeat(16), 'f'.repeat(16))).toBe(64);
  });
});
