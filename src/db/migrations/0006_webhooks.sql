-- Signed webhooks to agencies' systems. All instants here are machine time: retries, signatures and
-- leases have nothing to do with the desk's world clock. No row holds personal data: payloads are ids,
-- codes and instants, and nothing that a receiver answers is kept but its status.

create table webhooks (
  id uuid primary key,
  -- Whose complaints it hears of, with those of the departments below; null: all of the desk.
  agency_id uuid,
  label text not null,
  url text not null,
  -- null: every type, also those that come later.
  events text[],
  active boolean not null default true,
  -- Why the desk itself switched it off; a person's own switch leaves it null.
  disabled_reason text check (disabled_reason in ('gone', 'failing')),
  secret text not null,
  -- Earlier secrets that still sign: [{"secret": "whsec_…", "until": "…"}]. A list, since two rotations
  -- in a row must not drop the one that the receiver still has.
  old_secrets jsonb not null default '[]',
  -- Attempts that failed without one that succeeded between them, and since when.
  failures integer not null default 0,
  failing_since timestamptz,
  -- The receiver asked for a rest (Retry-After).
  paused_until timestamptz,
  created_by text not null,
  created_at timestamptz not null default now()
);
create index webhooks_agency on webhooks (agency_id);

create table webhook_deliveries (
  id uuid primary key default gen_random_uuid(),
  -- The order of the log.
  place bigint generated always as identity,
  webhook_id uuid not null references webhooks on delete cascade,
  -- The event on the complaint's timeline that is told of; null for a test.
  complaint_id uuid,
  seq integer,
  type text not null,
  -- json, not jsonb: a repeated attempt sends the same bytes.
  payload json not null,
  state text not null default 'pending' check (state in ('pending', 'delivered', 'failed')),
  attempts integer not null default 0,
  -- Attempts before somebody asked for it to be sent again: the retries begin anew from there.
  attempts_before integer not null default 0,
  next_at timestamptz not null default now(),
  -- The last attempts: [{"at", "status", "durationMs", "error"}].
  log jsonb not null default '[]',
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  check ((complaint_id is null) = (type = 'webhook.test')),
  check ((complaint_id is null) = (seq is null)),
  -- A repeated step doubles nothing.
  unique (webhook_id, complaint_id, seq)
);
create index webhook_deliveries_due on webhook_deliveries (webhook_id, next_at, place) where state = 'pending';
-- Whether an earlier event of the same complaint still waits.
create index webhook_deliveries_head on webhook_deliveries (webhook_id, complaint_id, seq) where state = 'pending';
create index webhook_deliveries_log on webhook_deliveries (webhook_id, place desc);
create index webhook_deliveries_age on webhook_deliveries (finished_at) where finished_at is not null;

grant select on webhooks, webhook_deliveries to otklik_api, otklik_worker;
grant insert, delete on webhooks to otklik_api;
grant update (label, url, events, active, disabled_reason, secret, old_secrets, failures, failing_since,
  paused_until) on webhooks to otklik_api;
grant update (active, disabled_reason, failures, failing_since, paused_until) on webhooks to otklik_worker;
grant insert, update on webhook_deliveries to otklik_api;
grant insert, update, delete on webhook_deliveries to otklik_worker;
