import type { Db } from './pool.js';
import type { Attempt } from './webhook-log.js';
import type { StoredSecrets } from './webhooks-store.js';

/** What waits to be sent to webhooks, as the dispatchers share it. All instants are machine time. */

/** A delivery that a dispatcher has taken: nobody else sends it until its lease is over. */
export interface Claimed {
  id: string;
  webhookId: string;
  url: string;
  secrets: StoredSecrets;
  complaintId: string | null;
  seq: number | null;
  payload: { type: string; timestamp: string; data: Record<string, unknown> };
  /** This one included. */
  attempts: number;
  /** Those since it was last asked for. */
  tries: number;
}

export interface ClaimRules {
  /** At most so many. */
  limit: number;
  /** How many of each webhook this dispatcher is sending: the webhook's id → number. */
  busy: Record<string, number>;
  /** How many of one webhook at once. */
  lanes: number;
  /** A webhook with so many failures in a row is tried with one message at a time. */
  cautiousAfter: number;
  leaseMs: number;
}

/**
 * Takes deliveries that are due. Of one webhook and complaint the earliest goes first and the later wait until it is
 * delivered or given up; it stays `pending` while it is under way, so that this holds for any number of dispatchers.
 * Each webhook has its own lanes, so that a slow one takes nobody else's.
 */
export async function claimDeliveries(db: Db, rules: ClaimRules): Promise<Claimed[]> {
  const { rows } = await db.query<Claimed>({
    name: 'claim-deliveries',
    text: `with due as (
        select c.id from (
          select w.id, case when w.failures >= $3 then 1 else $2 end
            - coalesce(($4::jsonb ->> w.id::text)::int, 0) as free
          from webhooks w where w.active and (w.paused_until is null or w.paused_until <= now())) w
        cross join lateral (
          select d.id from webhook_deliveries d
          where d.webhook_id = w.id and d.state = 'pending' and d.next_at <= now()
            and not exists (select from webhook_deliveries e where e.webhook_id = d.webhook_id
              and e.complaint_id = d.complaint_id and e.state = 'pending' and e.seq < d.seq)
          order by d.next_at, d.place limit greatest(0, w.free) for update skip locked) c
        order by random() limit $1)
      update webhook_deliveries d set attempts = d.attempts + 1, next_at = now() + $5 * interval '1 ms'
      from due, webhooks w where d.id = due.id and w.id = d.webhook_id
      returning d.id, d.webhook_id as "webhookId", w.url,
        jsonb_build_object('current', w.secret, 'old', w.old_secrets) as secrets,
        d.complaint_id as "complaintId", d.seq, d.payload, d.attempts, d.attempts - d.attempts_before as tries`,
    values: [
      rules.limit,
      rules.lanes,
      rules.cautiousAfter,
      JSON.stringify(rules.busy),
      rules.leaseMs,
    ],
  });
  return rows;
}

/** So many attempts the log keeps. */
const LOG_MAX = 20;

// Whoever holds an older attempt than the row has lost its lease and changes nothing.
const HELD = `d.id = $1 and d.attempts = $2 and d.state = 'pending'`;
const LOGGED = `log = case when jsonb_array_length(d.log) >= ${LOG_MAX} then d.log - 0 else d.log end || $3::jsonb`;

/**
 * The complaint's later messages wait with the one that failed, so that nobody looks through them meanwhile, and become
 * due with its end. One that comes in just now is due at once and waits for its turn by the order alone.
 */
const followers = (nextAt: string): string => `followers as (
        update webhook_deliveries f set next_at = ${nextAt} from d
        where f.webhook_id = d.webhook_id and f.complaint_id = d.complaint_id and f.state = 'pending' and f.seq > d.seq)`;
const HEAD = 'd.webhook_id, d.complaint_id, d.seq';

/** The receiver took it: the webhook is well. */
export async function markDelivered(db: Db, claimed: Claimed, attempt: Attempt): Promise<void> {
  await db.query({
    name: 'delivery-delivered',
    text: `with d as (
        update webhook_deliveries d set state = 'delivered', finished_at = now(), ${LOGGED}
        where ${HELD} returning ${HEAD}),
      ${followers('now()')}
      update webhooks w set failures = 0, failing_since = null
      from d where w.id = d.webhook_id and w.failures > 0`,
    values: [claimed.id, claimed.attempts, JSON.stringify(attempt)],
  });
}

/** The attempt failed and another follows after `waitMs`; `restMs`: so long the receiver wants none at all. */
export async function markFailed(
  db: Db,
  claimed: Claimed,
  attempt: Attempt,
  { waitMs, restMs }: { waitMs: number; restMs: number | null },
): Promise<void> {
  await db.query({
    name: 'delivery-failed',
    text: `with d as (
        update webhook_deliveries d set next_at = now() + $4 * interval '1 ms', ${LOGGED}
        where ${HELD} returning ${HEAD}, d.next_at),
      ${followers('d.next_at')}
      update webhooks w set failures = w.failures + 1, failing_since = coalesce(w.failing_since, now()),
        paused_until = case when $5::float8 is null then w.paused_until
          else greatest(w.paused_until, now() + $5 * interval '1 ms') end
      from d where w.id = d.webhook_id`,
    values: [claimed.id, claimed.attempts, JSON.stringify(attempt), waitMs, restMs],
  });
}

/**
 * The last attempt failed: the complaint's next event may go. A webhook on which nothing has succeeded for
 * `disableAfterMs`, or whose receiver is `gone`, is switched off.
 * @returns null when the lease was lost; else whether the webhook was switched off by this, and why.
 */
export async function giveUp(
  db: Db,
  claimed: Claimed,
  attempt: Attempt,
  { disableAfterMs, gone }: { disableAfterMs: number; gone: boolean },
): Promise<{ disabled: 'gone' | 'failing' | null } | null> {
  const { rows } = await db.query<{ disabled: 'gone' | 'failing' | null }>({
    name: 'delivery-given-up',
    text: `with d as (
        update webhook_deliveries d set state = 'failed', finished_at = now(), ${LOGGED}
        where ${HELD} returning ${HEAD}),
      ${followers('now()')}
      update webhooks w set failures = w.failures + 1, failing_since = coalesce(w.failing_since, now()),
        active = w.active and not o.off,
        disabled_reason = case when w.active and o.off then case when $5 then 'gone' else 'failing' end
          else w.disabled_reason end
      from d, lateral (select $5 or v.failing_since < now() - $4 * interval '1 ms' is true as off, v.active as was, v.id
        from webhooks v where v.id = d.webhook_id for update) o
      where w.id = o.id
      returning case when o.was and not w.active then w.disabled_reason end as disabled`,
    values: [claimed.id, claimed.attempts, JSON.stringify(attempt), disableAfterMs, gone],
  });
  return rows[0] ?? null;
}

/** Deletes what was finished longer ago than `keptMs`, a thousand at most. @returns how many. */
export async function pruneDeliveries(db: Db, keptMs: number): Promise<number> {
  const { rowCount } = await db.query(
    `delete from webhook_deliveries where id in (
       select id from webhook_deliveries where finished_at < now() - $1 * interval '1 ms' limit 1000)`,
    [keptMs],
  );
  return rowCount ?? 0;
}
