-- What lists and the search need beside the complaint row.

-- The ids of a list in the order it had when its first page was read. Sorting by what changes while
-- somebody pages (a due, a level, how well a text fits) would skip and repeat complaints without it.
-- Unlogged: after a crash the reader begins the list again, and no page costs a write to the log.
create unlogged table list_snapshots (
  id uuid primary key,
  actor text not null,
  ids uuid[] not null,
  expires_machine_at timestamptz not null
);
create index list_snapshots_expiry on list_snapshots (expires_machine_at);
create index list_snapshots_actor on list_snapshots (actor, expires_machine_at);
-- Compressing ids gains little and makes every page slower.
alter table list_snapshots alter column ids set storage external;

-- A number is a year and a count that may outgrow its six digits: the longer one is the later one.
create index complaints_number_order on complaints (left(number, 4), length(number), number);
-- Both are rarely set when a complaint comes in, so intake does not pay for them.
create index complaints_co_executors on complaints using gin (co_executors) where co_executors <> '{}';
create index complaints_executor on complaints (executor_id, received_at desc, id desc)
  where executor_id is not null;

-- Notices, newest first.
create index notifications_newest on notifications (id desc);

grant select, insert, delete on list_snapshots to otklik_api;
