/** The tables of the bare counterpart: the same rows, with the keys they need and no other index. */
export const BARE_SCHEMA = `
  create sequence complaint_numbers;
  create table complaints (id uuid primary key, number text not null unique, source text not null,
    external_id text, text text not null, author text, contact text,
    status text not null default 'received', version int not null default 0,
    received_at timestamptz not null default now(), unique (source, external_id));
  create table events (complaint_id uuid, seq int, type text not null,
    at timestamptz not null default now(), primary key (complaint_id, seq));
  create table outbox (id bigint generated always as identity primary key, kind text not null,
    complaint_id uuid not null);
  create table commands (id uuid primary key, complaint_id uuid not null, type text not null,
    state text not null default 'pending');
  create table replies (id uuid primary key, complaint_id uuid not null, text text not null,
    state text not null default 'approved');
  create index on replies (complaint_id)`;
