-- The desk itself: complaints with their timelines, commands, replies, and what is sent and to be done.

-- ── Complaints ────────────────────────────────────────────────────────────────────────────────
create sequence complaint_numbers;
create function next_complaint_number(year text) returns text language sql volatile as $$
  select year || '-' || lpad(n::text, greatest(6, length(n::text)), '0') from nextval('complaint_numbers') n
$$;

create table complaints (
  id uuid primary key,
  number text not null unique,

  -- What came in. Written by the API's role.
  source text not null check (source in ('vk', 'ok', 'telegram', 'max', 'email', 'web', 'open311',
    'direct_line', 'phone', 'monitoring')),
  external_id text,
  text_id uuid not null,
  author_name text,
  author_handle text,
  author_contact text,
  -- A keyed digest that is the same for the same person; null for an unknown one.
  person_key bytea,
  url text,
  address text,
  lat double precision,
  lon double precision,
  posted_at timestamptz,
  received_at timestamptz not null,
  origin text not null check (origin in ('authority_page', 'elsewhere')),
  visibility text not null check (visibility in ('public', 'private')),
  municipality_given text,
  campaign text,
  parent_id uuid references complaints,
  track_token text not null unique,
  created_by text not null,

  -- The timeline's head. Every writer takes the next seq under the row's lock.
  event_seq integer not null default 1,
  event_hash bytea not null,

  -- The process. Written by the worker's role alone.
  status text not null default 'received' check (status in ('received', 'triage', 'assigned',
    'in_progress', 'waiting_citizen', 'in_review', 'publishing', 'closed')),
  version integer not null default 0,
  run_no integer not null default 0,
  fence text,
  kind text check (kind in ('complaint', 'question', 'proposal', 'thanks')),
  topic text,
  topic_group text,
  topic_confidence real,
  topic_source text check (topic_source in ('rule', 'model', 'operator')),
  municipality text,
  agency_id uuid,
  executor_id uuid,
  co_executors uuid[] not null default '{}',
  priority text not null default 'ordinary' check (priority in ('ordinary', 'raised', 'danger')),
  level integer not null default 0,
  rule text,
  closure_reason text check (closure_reason in ('answered', 'rejected', 'duplicate', 'withdrawn', 'no_response')),
  reject_code text,
  merged_into uuid references complaints,
  repeat_of uuid references complaints,
  accept_by timestamptz,
  first_reply_by timestamptz,
  resolve_by timestamptz,
  promised_by timestamptz,
  -- The nearest due of a running clock, and what the workflow waits for.
  due_at timestamptz,
  wake_at timestamptz,
  first_replied_at timestamptz,
  closed_at timestamptz,
  -- Clocks, ladder, counters, review, suggestions: see src/domain/process.ts.
  process jsonb not null default '{}',

  check ((status = 'closed') = (closure_reason is not null)),
  check ((closure_reason = 'rejected') = (reject_code is not null) or closure_reason is null)
);
create unique index complaints_external on complaints (source, external_id);
create index complaints_received on complaints (received_at desc, id desc);
create index complaints_agency on complaints (agency_id, received_at desc, id desc);
create index complaints_open on complaints (status, received_at desc, id desc) where status <> 'closed';
create index complaints_due on complaints (due_at, id) where status <> 'closed';
create index complaints_person on complaints (person_key, received_at desc) where person_key is not null;
create index complaints_merged on complaints (merged_into) where merged_into is not null;
create index complaints_campaign on complaints (campaign, received_at desc) where campaign is not null;

-- Free text of every kind, each with a key of its own: the timeline holds only a digest under that
-- key, so that erasing text and key leaves nothing to guess from.
create table texts (
  id uuid primary key,
  complaint_id uuid not null,
  kind text not null check (kind in ('complaint', 'word', 'reply', 'question', 'reason', 'note', 'comment')),
  key bytea,
  body text,
  search tsvector generated always as (
    case when kind in ('complaint', 'word', 'reply', 'question')
      then to_tsvector('russian'::regconfig, translate(body, 'ёЁ', 'еЕ')) end) stored,
  -- What a fragment is looked for in.
  folded text generated always as (
    case when kind in ('complaint', 'word', 'reply', 'question')
      then translate(lower(body), 'ё', 'е') end) stored
);
create index texts_complaint on texts (complaint_id);
create index texts_search on texts using gin (search);
create index texts_trigrams on texts using gin (folded gin_trgm_ops);

-- The timeline: append-only, each event chained to the one before by its hash.
create table events (
  complaint_id uuid not null,
  seq integer not null,
  type text not null,
  at timestamptz not null,
  -- 'system', 'citizen', 'key:<id>', 'user:<id>'
  actor text not null,
  data jsonb not null,
  hash bytea not null,
  primary key (complaint_id, seq)
);

create table commands (
  id uuid primary key,
  complaint_id uuid not null references complaints,
  type text not null,
  actor text not null,
  -- Ids, codes and instants; free text lies in texts and is named by its id.
  body jsonb not null,
  state text not null default 'pending' check (state in ('pending', 'applied', 'refused')),
  result jsonb,
  created_at timestamptz not null,
  decided_at timestamptz
);
create index commands_pending on commands (created_at) where state = 'pending';
create index commands_complaint on commands (complaint_id);

create table replies (
  id uuid primary key,
  complaint_id uuid not null references complaints,
  kind text not null check (kind in ('interim', 'final', 'question')),
  outcome text check (outcome in ('solved', 'explained', 'postponed', 'not_solved')),
  promised_at timestamptz,
  signatory text check (signatory in ('agency', 'head')),
  state text not null default 'draft' check (state in ('draft', 'in_review', 'returned', 'approved', 'published')),
  revision integer not null default 1,
  text_id uuid not null,
  -- A digest of the text, to know the same words sent again.
  text_digest bytea not null,
  actor text not null,
  approved_by text,
  created_at timestamptz not null,
  approved_at timestamptz,
  published_at timestamptz
);
create index replies_complaint on replies (complaint_id, created_at);

create table reply_revisions (
  reply_id uuid not null references replies,
  revision integer not null,
  text_id uuid not null,
  actor text not null,
  created_at timestamptz not null,
  primary key (reply_id, revision)
);

-- One row a destination: the complaint's own thread, and those of the complaints merged into it.
create table publications (
  id uuid primary key,
  reply_id uuid not null references replies,
  revision integer not null,
  complaint_id uuid not null references complaints,
  channel text not null,
  state text not null default 'pending' check (state in ('pending', 'published', 'blocked', 'waived')),
  attempts integer not null default 0,
  last_error text,
  external_ref text,
  published_at timestamptz,
  unique (reply_id, revision, complaint_id, channel)
);
create index publications_complaint on publications (complaint_id);

-- A citizen's further word, kept before anything decides about it.
create table inbox (
  id uuid primary key,
  complaint_id uuid not null references complaints,
  source text not null,
  message_id text not null,
  -- By which route it came: track, vk, email, …
  route text not null,
  text_id uuid not null,
  received_at timestamptz not null,
  state text not null default 'pending' check (state in ('pending', 'handled')),
  decision text,
  unique (source, message_id)
);
create index inbox_pending on inbox (complaint_id) where state = 'pending';

create table ratings (
  id uuid primary key,
  complaint_id uuid not null references complaints,
  reply_id uuid not null references replies,
  run_no integer not null,
  solved boolean,
  rating smallint check (rating between 1 and 5),
  comment_id uuid,
  created_at timestamptz not null,
  unique (complaint_id, run_no)
);

create table extensions (
  id uuid primary key,
  complaint_id uuid not null references complaints,
  until timestamptz not null,
  reason_id uuid not null,
  state text not null default 'requested' check (state in ('requested', 'approved', 'refused')),
  actor text not null,
  decided_by text,
  created_at timestamptz not null,
  decided_at timestamptz
);
create index extensions_complaint on extensions (complaint_id);

create table notes (
  id uuid primary key,
  complaint_id uuid not null references complaints,
  text_id uuid not null,
  -- The agency that wrote it and may read it; null: the desk's own, for operators and curators.
  agency_id uuid,
  mentions uuid[] not null default '{}',
  actor text not null,
  created_at timestamptz not null
);
create index notes_complaint on notes (complaint_id, created_at, id);

-- What a person of the desk has to do by hand.
create table tasks (
  id uuid primary key,
  kind text not null,
  complaint_id uuid not null references complaints,
  -- Makes a task unique: the same trouble opens it once.
  subject text not null,
  reason text not null,
  state text not null default 'open' check (state in ('open', 'done')),
  attempts integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  done_by text,
  unique (kind, subject)
);
create index tasks_open on tasks (created_at, id) where state = 'open';

create table notifications (
  id uuid primary key,
  complaint_id uuid not null references complaints,
  -- A user, or everyone of a role (of an agency) where no user is known.
  user_id uuid references users,
  recipient text not null,
  agency_id uuid,
  type text not null,
  data jsonb not null,
  -- Makes a notice unique: a repeated dispatch tells nobody twice.
  subject text not null,
  at timestamptz not null,
  read_at timestamptz,
  unique (subject)
);
create index notifications_user on notifications (user_id, at desc);

-- Things to send, each until it is sent. Done rows are deleted. Machine time.
create table outbox (
  id bigint generated always as identity primary key,
  kind text not null,
  complaint_id uuid not null,
  payload jsonb not null,
  not_before timestamptz not null default now(),
  attempts integer not null default 0,
  last_error text
);
create index outbox_ready on outbox (not_before, id);

create table audit_roots (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  heads integer not null,
  root bytea not null,
  signature bytea
);

-- ── Roles ─────────────────────────────────────────────────────────────────────────────────────
do $$
begin
  if not exists (select from pg_roles where rolname = 'otklik_api') then create role otklik_api nologin; end if;
  if not exists (select from pg_roles where rolname = 'otklik_worker') then create role otklik_worker nologin; end if;
exception when duplicate_object or unique_violation then null; -- another database's migration made them just now
end $$;
do $$
begin
  execute format('grant otklik_api, otklik_worker to %I', current_user);
end $$;

grant usage on schema public to otklik_api, otklik_worker;
grant select on all tables in schema public to otklik_api, otklik_worker;
grant usage on all sequences in schema public to otklik_api, otklik_worker;

-- The API takes in, asks for and tells; it never moves a complaint.
grant insert (id, number, source, external_id, text_id, author_name, author_handle, author_contact,
  person_key, url, address, lat, lon, posted_at, received_at, origin, visibility, municipality_given,
  campaign, parent_id, track_token, created_by, event_seq, event_hash) on complaints to otklik_api;
grant update (author_name, author_handle, author_contact, person_key, address, url, event_seq,
  event_hash) on complaints to otklik_api;
grant insert on texts, events, commands, replies, reply_revisions, publications, inbox, ratings,
  extensions, notes, tasks, outbox, idempotency_keys, api_keys, users, absences, region_items,
  desk_settings to otklik_api;
grant update (body, key) on texts to otklik_api;
grant update (revision, text_id, text_digest) on replies to otklik_api;
grant update (state, result, decided_at) on commands to otklik_api;
grant update on idempotency_keys, api_keys, users, absences, region_items, region_revision, tasks,
  notifications to otklik_api;
grant delete on idempotency_keys, absences to otklik_api;

grant update on complaints to otklik_worker;
grant insert on complaints, texts, events, commands, replies, reply_revisions, publications, inbox,
  ratings, extensions, notes, tasks, notifications, outbox, audit_roots to otklik_worker;
grant update on commands, replies, publications, inbox, extensions, tasks, outbox to otklik_worker;
grant delete on outbox, idempotency_keys to otklik_worker;

-- Whether a complaint lies in a curator's scope; an empty scope is everything.
create function in_scope(scope jsonb, c complaints) returns boolean language sql immutable as $$
  select (not scope ?| array['topics', 'groups', 'municipalities'])
    or coalesce(scope -> 'topics' ? c.topic, false)
    or coalesce(scope -> 'groups' ? c.topic_group, false)
    or coalesce(scope -> 'municipalities' ? c.municipality, false)
$$;
