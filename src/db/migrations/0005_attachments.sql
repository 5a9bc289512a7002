-- Files that citizens and staff attach. The bytes lie in the attachment store under the row's id; see src/attachments.

create table attachments (
  id uuid primary key,
  -- Null until it is bound; a citizen's upload by the private link names its complaint from the beginning.
  complaint_id uuid references complaints,
  -- Evidence of this reply.
  reply_id uuid references replies,
  -- Came with this further word.
  inbox_id uuid references inbox,
  -- Its place among those that were bound with it.
  position smallint not null default 0,
  media_type text not null,
  bytes bigint not null,
  width integer,
  height integer,
  -- As the person called the file. Null: it had no name, or is erased.
  name text,
  -- sha256 of the stored bytes, and the key under which the timeline knows that digest; null once erased.
  digest bytea,
  key bytea,
  -- Where the picture says that it was taken: a hint, and nowhere in the stored bytes.
  lat double precision,
  lon double precision,
  uploaded_by text not null,
  created_at timestamptz not null,
  uploaded_machine_at timestamptz not null default now(),
  bound_at timestamptz,
  erased_machine_at timestamptz,
  -- False when the file is known to be gone from the store.
  stored boolean not null default true,
  check (bound_at is null or complaint_id is not null)
);
create index attachments_complaint on attachments (complaint_id) where complaint_id is not null;
create index attachments_reply on attachments (reply_id) where reply_id is not null;
create index attachments_inbox on attachments (inbox_id) where inbox_id is not null;
create index attachments_unbound on attachments (uploaded_machine_at) where bound_at is null;
create index attachments_to_remove on attachments (id) where erased_machine_at is not null and stored;

grant select, insert, update, delete on attachments to otklik_api, otklik_worker;
