/**
 * `archived`: streams that were taken out, and where they are kept. Only of these may rows of the log
 * be deleted, in the transaction that notes them. `loose`: contents that an archived stream named, and
 * of which nobody has looked yet whether others name them. Positions are never used again: the last
 * one is kept in `about`.
 */
export const ARCHIVED = `
create table archived (
  stream text primary key,
  file text not null,
  at integer not null,
  ended_at integer not null,
  workflow text not null,
  status text not null,
  seq integer not null,
  hash text not null
) strict, without rowid;
create index archived_by_age on archived (ended_at);

create table loose (
  digest text primary key
) strict, without rowid;

drop trigger decisions_remain;
create trigger decisions_remain before delete on decisions
  when not exists (
    select 1 from archived a join streams s on s.name = a.stream where s.id = old.stream)
  begin select raise(abort, 'what is in the log is never deleted'); end;
`;
