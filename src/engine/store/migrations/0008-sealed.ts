/**
 * `subject`: whose contents a stream holds, or a content is; null is nobody's, and nothing of it is
 * sealed. `gone`: the hashes of events that left the log with an archived stream, 32 bytes each, up to
 * `position`: what was signed of the log can be checked though they are not there. Of those that left
 * before there was such a table the hashes are zeros.
 */
export const SEALED = `
alter table streams add column subject text;
create index streams_by_subject on streams (subject) where subject is not null;
alter table archived add column subject text;
create index archived_by_subject on archived (subject) where subject is not null;
alter table contents add column subject text;
create index contents_by_subject on contents (subject) where subject is not null;

create table gone (
  position integer primary key,
  count integer not null,
  hashes blob not null
) strict;
insert into gone (position, count, hashes)
  select position - count, position - count - before, zeroblob(32 * (position - count - before))
  from (select position, count, coalesce(lag(position) over (order by position), 0) as before
    from decisions)
  where position - count > before;
insert into gone (position, count, hashes)
  select last, last - held, zeroblob(32 * (last - held)) from (
    select cast(value as integer) as last,
      (select coalesce(max(position), 0) from decisions) as held
    from about where name = 'position')
  where last > held;
`;
