import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import type { KEY_ROLES } from '../contract/resources.js';
import type { Db } from './pool.js';

export type KeyRole = (typeof KEY_ROLES)[number];

/** A key as it may be shown: never the key itself. */
export interface KeyRow {
  id: string;
  prefix: string;
  role: KeyRole;
  agencyId: string | null;
  label: string;
  createdAt: Date;
  revokedAt: Date | null;
}

/** Label of the row that OTKLIK_ADMIN_KEY keeps. */
const ADMIN_LABEL = 'OTKLIK_ADMIN_KEY';

const columns = `id, prefix, role, agency_id as "agencyId", label, created_at as "createdAt",
  revoked_at as "revokedAt"`;

const digest = (key: string): Buffer => createHash('sha256').update(key).digest();

/** What a key is looked up by. A key that the desk did not make (the first admin key) has none in its text. */
function prefixOf(key: string): string {
  return /^otk_([0-9a-f]{8})_/.exec(key)?.[1] ?? digest(key).toString('hex').slice(0, 8);
}

/** A new key: `otk_<8 hex>_<32 random bytes in base64url>`. */
export function makeKey(): string {
  return `otk_${randomBytes(4).toString('hex')}_${randomBytes(32).toString('base64url')}`;
}

/** Stores a key's digest. A prefix that exists already violates its unique constraint (1 in 4 billion). */
export async function insertKey(
  db: Db,
  key: { key: string; role: KeyRole; agencyId: string | null; label: string; id?: string },
): Promise<KeyRow> {
  const { rows } = await db.query<KeyRow>(
    `insert into api_keys (id, prefix, hash, role, agency_id, label) values ($1, $2, $3, $4, $5, $6)
     returning ${columns}`,
    [key.id ?? uuid(), prefixOf(key.key), digest(key.key), key.role, key.agencyId, key.label],
  );
  return rows[0] as KeyRow;
}

/** The unrevoked key that has this text, or null. */
export async function findKey(db: Db, key: string): Promise<KeyRow | null> {
  const { rows } = await db.query<KeyRow & { hash: Buffer }>({
    name: 'find-key',
    text: `select ${columns}, hash from api_keys where prefix = $1 and revoked_at is null`,
    values: [prefixOf(key)],
  });
  const row = rows[0];
  return row && timingSafeEqual(row.hash, digest(key)) ? row : null;
}

/** Revokes a key; null when there is none, the row as it was left when it is revoked already. */
export async function revokeKey(db: Db, id: string): Promise<KeyRow | null> {
  const { rows } = await db.query<KeyRow>(
    `update api_keys set revoked_at = coalesce(revoked_at, now()) where id = $1 returning ${columns}`,
    [id],
  );
  return rows[0] ?? null;
}

/** Makes `key` the one admin key of the environment: an earlier one is revoked. */
export async function ensureAdminKey(db: Db, key: string): Promise<void> {
  await db.query(
    `update api_keys set revoked_at = now()
     where label = $1 and role = 'admin' and hash <> $2 and revoked_at is null`,
    [ADMIN_LABEL, digest(key)],
  );
  await db.query(
    `insert into api_keys (id, prefix, hash, role, label) values ($1, $2, $3, 'admin', $4)
     on conflict (prefix) do update set revoked_at = null where api_keys.hash = excluded.hash`,
    [uuid(), prefixOf(key), digest(key), ADMIN_LABEL],
  );
}
