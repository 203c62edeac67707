/**
 * `results`: what steps gave that say `cache`, by the digest of what was asked. A row is a cache and no
 * part of the log: it is swept when its time is over, and the oldest leaves when there are too many.
 */
export const RESULTS = `
create table results (
  digest text primary key,
  run text not null,
  path text not null,
  output text not null,
  until integer not null
) strict, without rowid;
create index results_by_until on results (until);
`;
