/**
 * `published`: events from outside, kept so that one that comes before anybody waits for it is not
 * lost. A position is never used again. `streams.published` is the last position when the stream
 * began, `listens.since` the last that the listen is not for.
 */
export const PUBLISHED = `
create table published (
  position integer primary key autoincrement,
  id text,
  event text not null,
  match text not null,
  payload text not null,
  source text not null,
  at integer not null
) strict;
create index published_by_match on published (event, match, position);
create index published_by_event on published (event, position);
create unique index published_by_id on published (event, match, id) where id is not null;

alter table streams add column published integer not null default 0;
alter table listens add column since integer not null default 0;
`;
