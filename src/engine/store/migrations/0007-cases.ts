/**
 * `names`: what a stream is found by: a case by the number of its order, and by each request it was
 * given. Only one stream is found by a name; who writes a second one is refused in the same transaction.
 * `until` is null, or the time from which on another may have it. `streams.kind` tells cases from runs.
 */
export const CASES = `
create table names (
  name text primary key,
  stream integer not null,
  until integer
) strict, without rowid;
create index names_by_until on names (until) where until is not null;

alter table streams add column kind text;
create index streams_by_kind on streams (kind, id) where kind is not null;
`;
