-- The desk's first schema. World time (see docs/adr) is used for every instant of a complaint's
-- life; columns named *_machine_at and the outbox, idempotency and key tables use machine time.

create extension if not exists pg_trgm;

-- One value a database: the world clock's anchor, the audit's own notes.
create table desk_settings (
  name text primary key,
  value jsonb not null
);

-- ── The region ────────────────────────────────────────────────────────────────────────────────
-- Every item keeps its id for life and gets a new version with each change, so that a complaint can
-- say for ever which version of a policy or rule it was judged by.
create table region_items (
  id uuid not null,
  kind text not null check (kind in ('settings', 'agency', 'topic_group', 'topic', 'municipality',
    'routing_rule', 'priority_rules', 'sla_policy', 'calendar', 'ladder', 'lexicon')),
  code text not null,
  version integer not null,
  position integer not null default 0,
  body jsonb not null,
  -- The newest version is current; a removed item is current and retired.
  current boolean not null default true,
  retired boolean not null default false,
  -- What the region's files said when this was loaded from them: a later start leaves an item that
  -- was edited through the API alone until its file changes.
  file_digest text,
  created_at timestamptz not null default now(),
  primary key (id, version),
  unique (kind, code, version)
);
create unique index region_items_current on region_items (kind, code) where current;
create index region_items_order on region_items (kind, position, code) where current;

-- Counts changes, so that every process can tell with one number whether its copy is old.
create table region_revision (
  single boolean primary key default true check (single),
  revision bigint not null default 0
);
insert into region_revision default values;

-- ── People and keys ───────────────────────────────────────────────────────────────────────────
create table users (
  id uuid primary key,
  name text not null,
  role text not null check (role in ('operator', 'coordinator', 'executor', 'head', 'curator', 'analyst', 'admin')),
  agency_id uuid,
  -- A curator's topics and municipalities: {"topics": [], "groups": [], "municipalities": []}.
  scope jsonb not null default '{}',
  email text,
  active boolean not null default true,
  created_at timestamptz not null,
  check (agency_id is not null or role not in ('coordinator', 'executor', 'head'))
);
create index users_agency on users (agency_id, role) where active;

create table absences (
  id uuid primary key,
  user_id uuid not null references users,
  deputy_id uuid not null references users,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  check (ends_at > starts_at),
  check (user_id <> deputy_id)
);
create index absences_user on absences (user_id, ends_at);

create table api_keys (
  id uuid primary key,
  prefix text not null unique,
  -- sha256 of the key: it has 256 random bits, so a slow hash would add nothing.
  hash bytea not null,
  role text not null check (role in ('intake', 'operator', 'agency', 'curator', 'analyst', 'admin')),
  agency_id uuid,
  label text not null,
  created_at timestamptz not null default now(),
  revoked_at timestamptz,
  check ((agency_id is not null) = (role = 'agency'))
);

create table idempotency_keys (
  actor text not null,
  key text not null,
  route text not null,
  request_digest bytea not null,
  -- The id that what this call makes will have: a repeated call cannot make a second one.
  resource_id uuid not null,
  status integer,
  headers jsonb,
  body jsonb,
  locked_until timestamptz not null,
  created_at timestamptz not null default now(),
  primary key (actor, key)
);
create index idempotency_keys_age on idempotency_keys (created_at);
