-- Channels of a workspace: private asks, deeds on posted messages, rhythms, stopped subscriptions,
-- speakers by name, verdicts. One text for SQLite and PostgreSQL, as in 0001.

alter table requests add column addressed integer not null default 0;
alter table requests add column private integer not null default 0;
alter table requests add column source text;
alter table requests add column standing text not null default 'member';
create index requests_by_source on requests (source);
-- what a channel's feeds asked for of late is looked up at each poll that finds news
drop index requests_by_channel;
create index requests_by_channel on requests (platform, workspace, channel, received_at);

alter table deliveries add column deed text not null default 'post';
alter table deliveries add column target text;
alter table deliveries add column only_for text;

alter table subscriptions add column rhythm text not null default 'now';
alter table subscriptions add column stopped text;

-- 1: it was due while nobody was there to be told, so what it holds next is no news
alter table feeds add column missed integer not null default 0;

create table gathered (
  platform text not null, workspace text not null, channel text not null,
  number integer not null,
  entry_id text not null,
  thread text not null,
  url text not null,
  body text not null,
  due_at double precision not null,
  gathered_at double precision not null,
  position integer not null,
  primary key (platform, workspace, channel, number, entry_id)
);
create index gathered_due on gathered (due_at);

create index digests_by_request on digests (request_key);
create index digests_by_url on digests (url);
create index digests_by_workspace on digests (platform, workspace, created_at);

create table voices (
  digest_id text not null,
  name text not null,
  primary key (digest_id, name)
);

-- digests of before this migration, until their speakers are in "voices"
create table unheard (
  digest_id text primary key
);
insert into unheard (digest_id) select id from digests;

-- slot: '' for the one judgement of a user, else what tells a report from the next
create table feedback (
  digest_id text not null,
  given_by text not null,
  slot text not null,
  platform text not null, workspace text not null, channel text not null,
  verdict text not null,
  words text not null,
  given_at double precision not null,
  primary key (digest_id, given_by, slot)
);
create index feedback_by_channel on feedback (platform, workspace, channel);
create index feedback_by_time on feedback (given_at);
