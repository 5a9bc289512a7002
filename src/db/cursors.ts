import { createHash } from 'node:crypto';
import { z } from 'zod';
import { invalid } from '../errors.js';
import { canonicalJson } from './timeline.js';

/**
 * Cursors of lists: base64url of the place where the next page begins, bound by a digest to the caller and
 * the query they came from. They are checked, not secret: a made-up one can only begin elsewhere in a list
 * that its maker may read anyway.
 */

const envelope = z.strictObject({ d: z.string().length(16), k: z.unknown() });

/** What a cursor is good for: the same caller, list and query (without cursor and limit). */
export function queryDigest(actor: string, list: string, query: object): string {
  const rest = { ...query, cursor: undefined, limit: undefined };
  return createHash('sha256')
    .update(canonicalJson([actor, list, rest]))
    .digest('base64url')
    .slice(0, 16);
}

export function encodeCursor(digest: string, key: unknown): string {
  return Buffer.from(JSON.stringify({ d: digest, k: key })).toString('base64url');
}

/** @throws AppError `invalid` for anything but a cursor of this query. */
export function decodeCursor<S extends z.ZodType>(
  cursor: string,
  digest: string,
  key: S,
): z.output<S> {
  const parsed = envelope.safeParse(readJson(cursor));
  if (!parsed.success) {
    throw badCursor('is not a cursor of this API');
  }
  if (parsed.data.d !== digest) {
    throw badCursor('belongs to another query or caller');
  }
  const place = key.safeParse(parsed.data.k);
  if (!place.success) {
    throw badCursor('is not a cursor of this list');
  }
  return place.data;
}

export const badCursor = (message: string) => invalid([{ path: 'cursor', message }]);

function readJson(cursor: string): unknown {
  try {
    return /^[\w-]+$/.test(cursor)
      ? JSON.parse(Buffer.from(cursor, 'base64url').toString())
      : undefined;
  } catch {
    return undefined;
  }
}

/** Cuts one row more than a page into the page and the cursor of the next one. */
export function pageFrom<Row>(
  rows: Row[],
  limit: number,
  digest: string,
  keyOf: (last: Row) => unknown,
): { rows: Row[]; nextCursor: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    rows: page,
    nextCursor: rows.length > limit && last ? encodeCursor(digest, keyOf(last)) : null,
  };
}
