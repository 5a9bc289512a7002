-- What the hourly audit roots need: see src/audit.

-- A root says everything that its line in the files outside the database says, so that a line which a
-- crash kept from being written, or the files of another worker's machine, can be brought up from here.
-- packed: 52 bytes a head (complaint id 16, event_seq 4 big-endian, event_hash 32), by complaint id.
alter table audit_roots
  add column previous bytea not null,
  add column packed bytea not null;

-- Up to where each complaint's timeline has been taken into a root: what differs from it has changed.
create table audit_heads (
  complaint_id uuid primary key,
  seq integer not null,
  hash bytea not null
) with (fillfactor = 80);

grant select, insert, update on audit_heads to otklik_worker;
grant select on audit_heads to otklik_api;
