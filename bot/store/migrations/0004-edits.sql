-- A message that was edited: the links that are not in it any more. One text for SQLite and PostgreSQL, as in
-- 0001.

alter table requests add column instead text not null default '[]';
