import type { WebhookEvent } from '../contract/webhooks.js';
import type { Db } from './pool.js';

/** A webhook as it may be shown: without its secrets. All instants are machine time. */
export interface WebhookRow {
  id: string;
  agencyId: string | null;
  label: string;
  url: string;
  /** null: every type. */
  events: WebhookEvent[] | null;
  active: boolean;
  disabledReason: 'gone' | 'failing' | null;
  failures: number;
  failingSince: Date | null;
  pausedUntil: Date | null;
  createdAt: Date;
  /** Deliveries that wait to be sent. */
  waiting: number;
  oldSecrets: { until: string }[];
}

export interface StoredSecrets {
  current: string;
  old: { secret: string; until: string }[];
}

const columns = `w.id, w.agency_id as "agencyId", w.label, w.url, w.events, w.active,
  w.disabled_reason as "disabledReason", w.failures, w.failing_since as "failingSince",
  w.paused_until as "pausedUntil", w.created_at as "createdAt",
  (select count(*)::int from webhook_deliveries d where d.webhook_id = w.id and d.state = 'pending') as waiting,
  (select coalesce(jsonb_agg(o - 'secret'), '[]') from jsonb_array_elements(w.old_secrets) o) as "oldSecrets"`;

/** Whose webhooks: those of the agencies, or all (undefined). */
export type Owners = string[] | undefined;

/** Webhooks in the order of their ids; one more than `limit`. */
export async function listWebhooks(
  db: Db,
  owners: Owners,
  after: string | undefined,
  limit: number,
): Promise<{ rows: WebhookRow[]; total: number }> {
  const where = '($1::uuid[] is null or w.agency_id = any($1))';
  const { rows } = await db.query<WebhookRow & { total: number }>(
    `select ${columns}, (select count(*)::int from webhooks w where ${where}) as total
     from webhooks w where ${where} and ($2::uuid is null or w.id > $2::uuid) order by w.id limit $3`,
    [owners ?? null, after ?? null, limit + 1],
  );
  return { rows, total: rows[0]?.total ?? 0 };
}

/** A webhook of one of the owners, or null. */
export async function findWebhook(db: Db, id: string, owners: Owners): Promise<WebhookRow | null> {
  const { rows } = await db.query<WebhookRow>(
    `select ${columns} from webhooks w where w.id = $1 and ($2::uuid[] is null or w.agency_id = any($2))`,
    [id, owners ?? null],
  );
  return rows[0] ?? null;
}

/** Stores a new webhook. @returns false when the id is there already: an earlier try under the same key made it. */
export async function insertWebhook(
  db: Db,
  webhook: Pick<WebhookRow, 'id' | 'agencyId' | 'label' | 'url' | 'events'> & {
    secret: string;
    actor: string;
  },
): Promise<boolean> {
  const { id, agencyId, label, url, events, secret, actor } = webhook;
  const { rowCount } = await db.query(
    `insert into webhooks (id, agency_id, label, url, events, secret, created_by)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict (id) do nothing`,
    [id, agencyId, label, url, events, secret, actor],
  );
  return rowCount === 1;
}

/** Changes what its owner may; switching it on, or another url, begins its record of failures anew. */
export async function changeWebhook(
  db: Db,
  id: string,
  change: {
    label?: string | undefined;
    url?: string | undefined;
    events?: WebhookEvent[] | null | undefined;
    active?: boolean | undefined;
  },
): Promise<void> {
  const { label, url, events, active } = change;
  await db.query(
    `update webhooks set label = coalesce($2, label), url = coalesce($3, url),
       events = case when $4 then $5::text[] else events end, active = coalesce($6, active),
       disabled_reason = case when $6 is null then disabled_reason end,
       failures = case when $7 then 0 else failures end,
       failing_since = case when $7 then null else failing_since end,
       paused_until = case when $7 then null else paused_until end
     where id = $1`,
    [
      id,
      label ?? null,
      url ?? null,
      events !== undefined,
      events ?? null,
      active ?? null,
      active === true || url !== undefined,
    ],
  );
}

/** Removes a webhook with its log. */
export async function deleteWebhook(db: Db, id: string): Promise<void> {
  await db.query('delete from webhooks where id = $1', [id]);
}

/** The secrets of a webhook; null when there is none. With `lock` nobody else changes them until the transaction ends. */
export async function readSecrets(
  db: Db,
  id: string,
  lock: 'lock' | 'read' = 'read',
): Promise<StoredSecrets | null> {
  const { rows } = await db.query<StoredSecrets>(
    `select secret as current, old_secrets as old from webhooks where id = $1 ${lock === 'lock' ? 'for update' : ''}`,
    [id],
  );
  return rows[0] ?? null;
}

export async function saveSecrets(db: Db, id: string, secrets: StoredSecrets): Promise<void> {
  await db.query('update webhooks set secret = $2, old_secrets = $3 where id = $1', [
    id,
    secrets.current,
    JSON.stringify(secrets.old),
  ]);
}
