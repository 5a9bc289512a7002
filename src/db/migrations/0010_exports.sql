-- Exports that were asked for: what they hold, never a row of it. The file is made while it is sent (see docs/adr),
-- so that no copy of personal data lies anywhere.

create table exports (
  id uuid primary key,
  -- Who asked; nobody else may have it.
  actor text not null,
  -- Format, columns, filter, zone: as the call had them.
  request jsonb not null,
  -- World time. What came in later is not part of it.
  requested_at timestamptz not null,
  -- How many complaints fitted when it was asked for, then when the last download began.
  total integer not null,
  -- Of the last download.
  state text not null default 'ready' check (state in ('ready', 'running', 'done', 'broken')),
  rows integer not null default 0,
  -- Beats while a download runs: one that is silent has lost its process.
  beat_machine_at timestamptz not null default now(),
  expires_machine_at timestamptz not null
);
create index exports_expiry on exports (expires_machine_at);

grant select, insert, update, delete on exports to otklik_api;
