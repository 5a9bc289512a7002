import type { Db } from './pool.js';

/** An answer that was given and is given again. */
export interface KeptAnswer {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

/** What is asked under an Idempotency-Key. `digest`: sha256 of the body. */
export interface KeyedCall {
  actor: string;
  key: string;
  route: string;
  digest: Buffer;
  /** The id that what this call makes will have, unless an earlier try took the key. */
  resourceId: string;
}

export type Turn =
  | { turn: 'run'; resourceId: string }
  | { turn: 'replay'; answer: KeptAnswer; resourceId: string }
  | { turn: 'mismatch' }
  | { turn: 'wait'; seconds: number };

interface Stored {
  route: string;
  request_digest: Buffer;
  resource_id: string;
  status: number | null;
  headers: Record<string, string> | null;
  body: unknown;
  wait_s: number;
}

/** What the row of a key says to a call that did not get it. */
export function turnOf(call: KeyedCall, stored: Stored): Turn {
  if (stored.route !== call.route || !stored.request_digest.equals(call.digest)) {
    return { turn: 'mismatch' };
  }
  if (stored.status === null) {
    return { turn: 'wait', seconds: Math.max(1, stored.wait_s) };
  }
  return {
    turn: 'replay',
    resourceId: stored.resource_id,
    answer: { status: stored.status, headers: stored.headers ?? {}, body: stored.body },
  };
}

export async function findKeyed(db: Db, actor: string, key: string): Promise<Stored | null> {
  const { rows } = await db.query<Stored>({
    name: 'find-keyed',
    text: `select route, request_digest, resource_id, status, headers, body,
        ceil(extract(epoch from locked_until - now()))::int as wait_s
      from idempotency_keys where actor = $1 and key = $2`,
    values: [actor, key],
  });
  return rows[0] ?? null;
}

/**
 * Takes the key for 30 s, or says why not. A key whose holder died is taken over with its resource id, so
 * that what the holder began is finished and not begun again.
 */
export async function takeKey(db: Db, call: KeyedCall): Promise<Turn> {
  const { rows } = await db.query<{ resource_id: string }>({
    name: 'take-key',
    text: `insert into idempotency_keys as k (actor, key, route, request_digest, resource_id, locked_until)
      values ($1, $2, $3, $4, $5, now() + interval '30 seconds')
      on conflict (actor, key) do update set locked_until = excluded.locked_until
        where k.status is null and k.locked_until < now()
          and k.route = excluded.route and k.request_digest = excluded.request_digest
      returning resource_id`,
    values: [call.actor, call.key, call.route, call.digest, call.resourceId],
  });
  if (rows[0]) {
    return { turn: 'run', resourceId: rows[0].resource_id };
  }
  const stored = await findKeyed(db, call.actor, call.key);
  return stored ? turnOf(call, stored) : { turn: 'wait', seconds: 1 };
}

export async function keepAnswer(db: Db, call: KeyedCall, answer: KeptAnswer): Promise<void> {
  await db.query({
    name: 'keep-answer',
    text: `update idempotency_keys set status = $3, headers = $4, body = $5
      where actor = $1 and key = $2`,
    values: [
      call.actor,
      call.key,
      answer.status,
      JSON.stringify(answer.headers),
      JSON.stringify(answer.body ?? null),
    ],
  });
}

/** After a fault: the next try may begin at once and gets the same resource id. */
export async function unlockKey(db: Db, call: KeyedCall): Promise<void> {
  await db.query(
    `update idempotency_keys set locked_until = now() - interval '1 second'
     where actor = $1 and key = $2 and status is null`,
    [call.actor, call.key],
  );
}

/** After a call that was refused before it began anything: the key is as if never sent. */
export async function freeKey(db: Db, call: KeyedCall): Promise<void> {
  await db.query('delete from idempotency_keys where actor = $1 and key = $2 and status is null', [
    call.actor,
    call.key,
  ]);
}
