/**
 * The log and what is kept beside it. The SQL stands in a module, so that it is there wherever the
 * compiled code is, and opening a folder reads no further file.
 *
 * `decisions`: one row for each append; its rows are never changed or deleted. `fence` is the seq
 * that the decision was made after: a second decision after the same one breaks its unique index,
 * whoever writes it. `done` and `expected` are the run's progress, carried forward, so that progress
 * costs no write of its own. `events` shows one row for each event, for whoever reads the file with
 * another tool.
 *
 * `streams`: what rarely changes about a run; `reached` is the seq at which it was last written.
 */
export const LOG = `
create table about (
  name text primary key,
  value text not null
) strict, without rowid;

create table streams (
  id integer primary key,
  name text not null unique,
  status text,
  workflow text,
  version text,
  unsettled integer not null default 0,
  started_at integer,
  ended_at integer,
  parent text,
  note text,
  done integer,
  expected integer,
  reached integer not null default 0
) strict;
create index streams_by_status on streams (status);
create index streams_unsettled on streams (id) where unsettled = 1;
create index streams_by_parent on streams (parent) where parent is not null;

create table decisions (
  position integer primary key,
  stream integer not null,
  fence integer not null,
  count integer not null,
  at integer not null,
  actor text not null,
  cause text,
  done integer,
  expected integer,
  hash text not null,
  body text not null
) strict;
create unique index decisions_by_fence on decisions (stream, fence);
create trigger decisions_stay before update on decisions
  begin select raise(abort, 'what is in the log is never changed'); end;
create trigger decisions_remain before delete on decisions
  begin select raise(abort, 'what is in the log is never deleted'); end;

create view events as
  select d.position - d.count + 1 + e.key as position,
         s.name as stream,
         d.fence + 1 + e.key as seq,
         coalesce(e.value ->> '$[4].at', d.at) as at,
         e.value ->> '$[0]' as type,
         e.value ->> '$[1]' as step,
         coalesce(e.value ->> '$[4].actor.kind' || ':' || (e.value ->> '$[4].actor.id'), d.actor) as actor,
         d.cause as cause,
         e.value -> '$[2]' as data,
         coalesce(e.value ->> '$[3]', d.hash) as hash
  from decisions d join streams s on s.id = d.stream, json_each(d.body) e;

create table causes (
  stream integer not null,
  cause text not null,
  primary key (stream, cause)
) strict, without rowid;

create table timers (
  stream integer not null,
  key integer not null,
  due integer not null,
  primary key (stream, key)
) strict, without rowid;
create index timers_by_due on timers (due);

create table listens (
  stream integer not null,
  key integer not null,
  event text not null,
  match text not null,
  primary key (stream, key)
) strict, without rowid;
create index listens_by_event on listens (event, match);

-- text is null where the content is a file of its own
create table contents (
  id integer primary key,
  digest text not null unique,
  bytes integer not null,
  text text
) strict;

create table snapshots (
  stream integer primary key,
  machine integer not null,
  seq integer not null,
  state text not null
) strict;
`;
