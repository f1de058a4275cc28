-- What an adapter remembers between two starts, and rooms that live on under another address. One text for
-- SQLite and PostgreSQL, as in 0001.

create table notes (
  platform text not null,
  name text not null,
  value text not null,
  primary key (platform, name)
);

-- the channel is the one of to_...: what was stored for it has gone there
create table moves (
  platform text not null, workspace text not null, channel text not null,
  to_platform text not null, to_workspace text not null, to_channel text not null,
  moved_at double precision not null,
  primary key (platform, workspace, channel)
);

-- where the message stands (a JSON list of four), when that is another channel than the row belongs to
alter table deliveries add column stands_in text;
