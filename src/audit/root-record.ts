import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../db/timeline.js';

/** How far a complaint's timeline went when a root was made. */
export interface SignedHead {
  complaintId: string;
  seq: number;
  hash: Buffer;
}

/** One root: over the heads that changed since the one before. */
export interface RootRecord {
  /** Counts from 1 without gaps. */
  n: number;
  /** Machine time, epoch ms. */
  at: number;
  /** The root before; 32 zero bytes for the first. */
  previous: Buffer;
  root: Buffer;
  /** Null when no audit key was set. */
  signature: Buffer | null;
  /** By complaint id. */
  heads: SignedHead[];
}

export const NO_ROOT = Buffer.alloc(32);
const HEAD_BYTES = 52;

/** The canonical bytes of heads: for each the id (16), seq (4, big-endian) and hash (32). */
export function packHeads(heads: SignedHead[]): Buffer {
  const packed = Buffer.alloc(heads.length * HEAD_BYTES);
  heads.forEach((head, index) => {
    const start = index * HEAD_BYTES;
    packed.write(head.complaintId.replaceAll('-', ''), start, 16, 'hex');
    packed.writeInt32BE(head.seq, start + 16);
    head.hash.copy(packed, start + 20, 0, 32);
  });
  return packed;
}

/** The inverse of packHeads; bytes that are no whole head are left out. */
export function unpackHeads(packed: Buffer): SignedHead[] {
  return Array.from({ length: Math.floor(packed.length / HEAD_BYTES) }, (_, index) => {
    const start = index * HEAD_BYTES;
    const hex = packed.toString('hex', start, start + 16);
    return {
      complaintId: hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
      seq: packed.readInt32BE(start + 16),
      hash: packed.subarray(start + 20, start + HEAD_BYTES),
    };
  });
}

/** sha256 over the root before and the packed heads. */
export function rootHash(previous: Buffer, packed: Buffer): Buffer {
  return createHash('sha256').update(previous).update(packed).digest();
}

type Unsigned = Omit<RootRecord, 'signature'>;

/** HMAC-SHA256 under the audit key over the root with its number, instant and count of heads. */
export function signRoot(auditKey: string, { n, at, heads, root }: Unsigned): Buffer {
  return createHmac('sha256', auditKey)
    .update(canonicalJson([n, at, heads.length, root.toString('hex')]))
    .digest();
}

export function isSignedBy(auditKey: string, record: RootRecord): boolean {
  const expected = signRoot(auditKey, record);
  return (
    record.signature?.length === expected.length && timingSafeEqual(record.signature, expected)
  );
}

/** Whether two records of one number say the same. */
export function isSameRoot(a: RootRecord, b: RootRecord): boolean {
  const signature = (record: RootRecord): Buffer => record.signature ?? Buffer.alloc(0);
  return (
    a.at === b.at &&
    a.previous.equals(b.previous) &&
    a.root.equals(b.root) &&
    signature(a).equals(signature(b)) &&
    packHeads(a.heads).equals(packHeads(b.heads))
  );
}

/** Makes the root that follows `before`. @param auditKey null: unsigned. */
export function nextRoot(
  before: { n: number; at: number; root: Buffer } | null,
  heads: SignedHead[],
  auditKey: string | null,
  now: number,
): RootRecord {
  const previous = before?.root ?? NO_ROOT;
  const unsigned = {
    n: (before?.n ?? 0) + 1,
    // The machine's clock may have been set back: roots keep their order all the same.
    at: Math.max(now, before?.at ?? 0),
    previous,
    root: rootHash(previous, packHeads(heads)),
    heads,
  };
  return { ...unsigned, signature: auditKey === null ? null : signRoot(auditKey, unsigned) };
}

const hash = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .transform((hex) => Buffer.from(hex, 'hex'));
const line = z.strictObject({
  n: z.int().positive(),
  at: z.iso.datetime().transform((at) => Date.parse(at)),
  previous: hash,
  root: hash,
  signature: hash.nullable(),
  heads: z.array(
    z
      .tuple([z.guid().toLowerCase(), z.int32(), hash])
      .transform(([complaintId, seq, of]) => ({ complaintId, seq, hash: of })),
  ),
});

/** A root as one line of JSON with its line feed; bytes are hex, heads are [id, seq, hash]. */
export function toLine(record: RootRecord): string {
  const hex = (bytes: Buffer): string => bytes.toString('hex');
  const body = {
    n: record.n,
    at: new Date(record.at).toISOString(),
    previous: hex(record.previous),
    root: hex(record.root),
    signature: record.signature && hex(record.signature),
    heads: record.heads.map((head) => [head.complaintId, head.seq, hex(head.hash)]),
  };
  return `${JSON.stringify(body)}\n`;
}

/** @returns null for a line that is no root. */
export function fromLine(text: string): RootRecord | null {
  try {
    return line.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
