-- Imports: what a file of another system brought in. See src/exchange and docs/import.md.

-- World time; null: the desk recorded the complaint itself.
alter table complaints add column imported_at timestamptz;

create table imports (
  id uuid primary key,
  -- 'key:<id>', 'user:<id>', or 'system' for the command line.
  actor text not null,
  -- Who carries it out: the worker, or the command line that made it.
  origin text not null check (origin in ('api', 'cli')),
  file_name text not null,
  -- sha256 over the file and how it is to be read: the same import begun again goes on where it stopped.
  digest bytea not null,
  bytes bigint not null,
  -- Zone, mapping, dry run.
  options jsonb not null,
  -- What was found: format, encoding, separator, sheet, header row.
  detected jsonb,
  state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed')),
  -- Why it failed, in words; never a cell's content.
  failure text,
  -- The last row, as a spreadsheet numbers it, that is dealt with; written with what it brought.
  row_done integer not null default 0,
  rows_total integer,
  rows_read integer not null default 0,
  rows_in integer not null default 0,
  rows_open integer not null default 0,
  rows_there integer not null default 0,
  rows_changed integer not null default 0,
  rows_bad integer not null default 0,
  warnings integer not null default 0,
  -- Machine time: who works on it may do so until then, unless it says again that it lives.
  leased_until timestamptz,
  lease uuid,
  created_at timestamptz not null default now(),
  finished_at timestamptz
);
create index imports_waiting on imports (created_at) where state in ('queued', 'running');
create index imports_newest on imports (created_at desc, id desc);

-- What was wrong with rows: an error each, a warning once for all rows that share it.
create table import_problems (
  import_id uuid not null references imports on delete cascade,
  severity text not null check (severity in ('error', 'warning')),
  -- The (first) row, as a spreadsheet numbers it.
  row_no integer not null,
  -- The column's name in the file; empty: the row as a whole.
  column_name text not null,
  reason text not null,
  rows integer not null default 1
);
create unique index import_warnings on import_problems (import_id, column_name, reason)
  where severity = 'warning';
create index import_problems_order on import_problems (import_id, row_no, severity, column_name, reason);

-- What an imported row said that has no place in the complaint's own tables. One a complaint.
create table imported_rows (
  complaint_id uuid primary key references complaints,
  import_id uuid not null,
  row_no integer not null,
  -- Together the row's identity: the system it came from, and its id there.
  source_system text not null,
  source_id text not null,
  source_number text,
  -- sha256 over what the row tells, to know a row that changed since.
  digest bytea not null,
  -- The source's words for agency, topic, place, step, outcome: never a person's.
  labels jsonb not null,
  -- Measured by the source: its own working time to the first reply, and the executor's reaction.
  first_reply_working_ms bigint,
  executor_reaction_ms bigint,
  -- By the source: until when it was due, and when it was closed.
  due_at timestamptz,
  closed_at timestamptz,
  -- Its other durations (ms), instants (epoch ms), flags and counts.
  figures jsonb not null,
  -- What may tell of a person: addresses of pages, street and house, tags. Erasing sets it to null.
  personal jsonb,
  unique (source_system, source_id)
);
create index imported_rows_number on imported_rows (source_number) where source_number is not null;

-- Open complaints of an import are started slowly, thousands may wait: what is urgent must not be looked for among them.
drop index outbox_ready;
create index outbox_ready on outbox (not_before, id) where kind <> 'import_start';
create index outbox_imported on outbox (not_before, id) where kind = 'import_start';

grant select on imports, import_problems, imported_rows to otklik_api, otklik_worker;
grant insert on imports to otklik_api, otklik_worker;
grant update, delete on imports to otklik_worker;
grant insert, update on import_problems to otklik_worker;
grant insert on imported_rows to otklik_worker;
grant update (personal) on imported_rows to otklik_api, otklik_worker;
-- A person is known by a key under a secret that is made when it is first needed.
grant insert on desk_settings to otklik_worker;
