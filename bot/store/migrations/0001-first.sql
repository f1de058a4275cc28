-- The first schema. One text for SQLite (3.35 and later) and PostgreSQL: text keys, times as epoch
-- seconds, JSON as text, 0/1 for yes and no. A place is four columns; thread '' is the channel itself.

create table requests (
  key text primary key,
  platform text not null, workspace text not null, channel text not null, thread text not null,
  asked_by text not null,
  body text not null,
  links text not null,
  command integer not null,
  state text not null,
  received_at double precision not null,
  closed_at double precision
);
create index requests_by_channel on requests (platform, workspace, channel);
create index requests_by_time on requests (received_at);

create table articles (
  canonical_url text primary key,
  url text not null,
  title text not null,
  first_seen_at double precision not null
);

create table versions (
  canonical_url text not null,
  text_hash text not null,
  fetched_at double precision not null,
  article text not null,
  primary key (canonical_url, text_hash)
);

create table digests (
  id text primary key,
  request_key text not null,
  platform text not null, workspace text not null, channel text not null, thread text not null,
  canonical_url text not null,
  url text not null,
  title text not null,
  text_hash text not null,
  fetched_at double precision not null,
  created_at double precision not null,
  document text not null
);
create index digests_by_channel on digests (platform, workspace, channel, created_at);
create index digests_by_story on digests (canonical_url);

create table egress (
  digest_id text not null,
  position integer not null,
  host text not null,
  primary key (digest_id, position)
);

create table deliveries (
  key text primary key,
  request_key text not null,
  platform text not null, workspace text not null, channel text not null, thread text not null,
  digest_id text,
  message text not null,
  state text not null,
  attempts integer not null,
  message_id text,
  reason text,
  created_at double precision not null,
  updated_at double precision not null
);
create index deliveries_by_request on deliveries (request_key);
create index deliveries_by_channel on deliveries (platform, workspace, channel);
create index deliveries_by_digest on deliveries (digest_id);

create table feeds (
  url text primary key,
  title text not null,
  etag text,
  last_modified text,
  interval_s double precision not null,
  failures integer not null,
  polled_at double precision,
  next_poll_at double precision
);
create index feeds_due on feeds (next_poll_at);

create table entries (
  feed_url text not null,
  id text not null,
  url text not null,
  title text not null,
  published_at double precision,
  seen_at double precision not null,
  primary key (feed_url, id)
);

create table subscriptions (
  platform text not null, workspace text not null, channel text not null,
  number integer not null,
  thread text not null,
  feed_url text not null,
  title text not null,
  added_by text not null,
  added_at double precision not null,
  want text not null,
  refuse text not null,
  paused integer not null,
  primary key (platform, workspace, channel, number),
  unique (platform, workspace, channel, feed_url)
);
create index subscriptions_by_feed on subscriptions (feed_url);

create table settings (
  platform text not null, workspace text not null, channel text not null,
  key text not null,
  value text not null,
  primary key (platform, workspace, channel, key)
);

create table counters (
  name text primary key,
  value integer not null
);
