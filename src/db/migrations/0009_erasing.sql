-- Erasing a person: what the API's role empties beside texts and authors (see src/subjects).

-- When everything that tells of a person was erased; world time.
alter table complaints add column erased_at timestamptz;

grant update (lat, lon, external_id, erased_at) on complaints to otklik_api;
grant update (message_id) on inbox to otklik_api;
-- A digest over what an imported row said.
grant update (digest) on imported_rows to otklik_api;
grant update (external_ref, last_error) on publications to otklik_api;
