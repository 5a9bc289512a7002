import { plainText, stemOf, wordsOf } from './text.js';

const BITS = 64;

/** 64-bit FNV-1a in two halves: plain numbers are some ten times quicker than bigint here. */
function hashInto(text: string, out: Uint32Array): void {
  let low = 0x84222325;
  let high = 0xcbf29ce4;
  for (let at = 0; at < text.length; at++) {
    low ^= text.charCodeAt(at);
    // times the prime 0x100000001b3 modulo 2^64
    const lowTimes = (low >>> 0) * 0x1b3;
    high = (Math.imul(high, 0x1b3) + Math.floor(lowTimes / 0x1_0000_0000) + (low << 8)) >>> 0;
    low = lowTimes >>> 0;
  }
  out[0] = low >>> 0;
  out[1] = high >>> 0;
}

/**
 * A 64-bit simhash over word stems and pairs of neighbouring stems, as 16 hex digits: texts that differ in a few
 * words differ in a few bits. A text without words gives all zeros; do not compare such texts by it.
 */
export function fingerprint(text: string): string {
  const stems = wordsOf(plainText(text)).map(stemOf);
  const votes = new Int32Array(BITS);
  const hash = new Uint32Array(2);
  const vote = (shingle: string): void => {
    hashInto(shingle, hash);
    for (let bit = 0; bit < BITS; bit++) {
      const half = hash[bit >>> 5] ?? 0;
      votes[bit] = (votes[bit] ?? 0) + ((half >>> (bit & 31)) & 1 ? 1 : -1);
    }
  };
  stems.forEach((stem, at) => {
    vote(stem);
    const next = stems[at + 1];
    if (next !== undefined) vote(`${stem} ${next}`);
  });
  let value = 0n;
  votes.forEach((count, bit) => {
    if (count > 0) value |= 1n << BigInt(bit);
  });
  return value.toString(16).padStart(BITS / 4, '0');
}

/** How many of the 64 bits differ, 0 to 64, between two results of {@link fingerprint}. */
export function distance(a: string, b: string): number {
  let rest = BigInt(`0x${a}`) ^ BigInt(`0x${b}`);
  let differing = 0;
  for (; rest > 0n; rest &= rest - 1n) differing++;
  return differing;
}
