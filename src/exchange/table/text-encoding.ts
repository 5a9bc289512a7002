import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { TableFileError } from './cell.js';

export interface FoundEncoding {
  encoding: 'utf-8' | 'windows-1251' | 'utf-16le' | 'utf-16be';
  byteOrderMark: boolean;
}

/** Letters of windows-1251 that Russian is written with: А-я, Ё, ё. Other high bytes are rare in a text. */
const isRussianByte = (byte: number): boolean => byte >= 0xc0 || byte === 0xa8 || byte === 0xb8;
/** Signs of windows-1251 that stand in ordinary texts: « » № — – … “ ” „ ’ ° § and a hard space. */
const SIGNS = new Set([
  0xab, 0xbb, 0xb9, 0x97, 0x96, 0x85, 0x93, 0x94, 0x84, 0x91, 0x92, 0xb0, 0xa7, 0xa0, 0x95,
]);
const RUSSIAN_SHARE_MIN = 0.9;

/**
 * The encoding of a text file, by its byte order mark or by all of its bytes: UTF-8 where every byte fits, else
 * windows-1251 where the bytes above 127 read as Russian.
 * @throws TableFileError when the bytes fit none, with the place of the first that does not fit.
 */
export async function findEncoding(path: string): Promise<FoundEncoding> {
  const counts = { high: 0, russian: 0, nul: [0, 0], size: 0 };
  let head: Buffer | undefined;
  let tail: Buffer = Buffer.alloc(0);
  let badAt = -1;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    const bytes = chunk as Buffer;
    if (head === undefined) {
      head = bytes;
      const marked = byMark(bytes);
      if (marked?.encoding.startsWith('utf-16')) return marked;
    }
    if (badAt < 0) {
      const joined = tail.length > 0 ? Buffer.concat([tail, bytes]) : bytes;
      const whole = wholeCharacters(joined);
      if (!isUtf8(joined.subarray(0, whole))) {
        badAt = counts.size - tail.length + firstBad(joined.subarray(0, whole));
      }
      tail = joined.subarray(whole);
    }
    countBytes(bytes, counts);
    counts.size += bytes.length;
  }
  if (head === undefined) return { encoding: 'utf-8', byteOrderMark: false };
  const byNul = utf16ByNul(counts);
  if (byNul !== null) return { encoding: byNul, byteOrderMark: false };
  if (badAt < 0 && tail.length === 0) {
    return byMark(head) ?? { encoding: 'utf-8', byteOrderMark: false };
  }
  if (byMark(head) === null && counts.russian / Math.max(1, counts.high) >= RUSSIAN_SHARE_MIN) {
    return { encoding: 'windows-1251', byteOrderMark: false };
  }
  throw new TableFileError(
    'broken',
    `The text is neither UTF-8 (the byte at ${badAt < 0 ? counts.size : badAt} does not fit) nor windows-1251 nor UTF-16. Save it as CSV in UTF-8, or as XLSX.`,
  );
}

function byMark(head: Buffer): FoundEncoding | null {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) {
    return { encoding: 'utf-8', byteOrderMark: true };
  }
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: 'utf-16le', byteOrderMark: true };
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: 'utf-16be', byteOrderMark: true };
  return null;
}

function countBytes(
  bytes: Buffer,
  counts: { high: number; russian: number; nul: number[]; size: number },
): void {
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index] ?? 0;
    if (byte >= 0x80) {
      counts.high += 1;
      if (isRussianByte(byte) || SIGNS.has(byte)) counts.russian += 1;
    } else if (byte === 0) {
      const side = (counts.size + index) % 2;
      counts.nul[side] = (counts.nul[side] ?? 0) + 1;
    }
  }
}

/** UTF-16 without a mark: separators, digits and spaces have a zero for their other half, always on one side. */
function utf16ByNul({
  nul,
  size,
}: {
  nul: number[];
  size: number;
}): 'utf-16le' | 'utf-16be' | null {
  const [even = 0, odd = 0] = nul;
  if (size % 2 !== 0 || even + odd < size / 40) return null;
  if (odd > even * 20) return 'utf-16le';
  return even > odd * 20 ? 'utf-16be' : null;
}

/** How many of the bytes make whole characters: one cut in two by the end of a chunk waits for the next. */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? bytes.length - back : bytes.length;
    }
    if (byte < 0x80) break;
  }
  return bytes.length;
}

/** The place of the first byte that is not UTF-8, by halving. */
function firstBad(bytes: Buffer): number {
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1;
    const end = wholeCharacters(bytes.subarray(0, middle));
    if (isUtf8(bytes.subarray(0, end))) good = middle;
    else bad = middle;
  }
  return good;
}
