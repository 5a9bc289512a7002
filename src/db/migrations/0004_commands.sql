-- The versions that a command's caller had seen (If-Match), compared again under the row's lock when the
-- command is carried out; null: any version will do.
alter table commands add column expected_versions integer[];

-- An extension is written before its command is decided; a refused command leaves none behind.
grant delete on extensions to otklik_api, otklik_worker;
