import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { label, text } from '../../src/contract/primitives.js';

describe('the one rule for free text', () => {
  it('keeps what it takes free of control characters and half surrogates, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (given) => {
        const result = text(50).safeParse(given);
        if (result.success) {
          expect(result.data).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f]|\p{Surrogate}/u);
          expect([...result.data].length).toBeLessThanOrEqual(50);
          expect(text(50).parse(result.data)).toBe(result.data);
        }
      }),
    );
  });

  it('counts code points, not units', () => {
    expect(text(3).safeParse('🙂🙂🙂').success).toBe(true);
    expect(text(3).safeParse('🙂🙂🙂🙂').success).toBe(false);
  });

  it.each(['', ' ', '\u200b', '\u0000', '\n\t'])('takes no emptiness: %j', (given) => {
    expect(text().safeParse(given).success).toBe(false);
  });

  it('refuses half of a pair', () => {
    expect(text().safeParse('a\ud83d').success).toBe(false);
    expect(label(5).safeParse('a\ude00').success).toBe(false);
  });
});
