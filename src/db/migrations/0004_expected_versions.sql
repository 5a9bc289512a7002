-- The versions that a command's caller had seen (If-Match), compared again under the row's lock when the
-- command is carried out; null: any version will do.
alter table commands add column expected_versions integer[];
