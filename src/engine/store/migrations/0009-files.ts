/**
 * `files`: what agents and people gave as it is, bytes and all, in a folder of its own. `file_names`: who
 * names a file: a stream, by its name, or a content, by its digest; written with the events that name it,
 * so that nobody has to read the log to know whether a file is still wanted.
 *
 * `loose.looked`: up to where the log was looked through for who still names a content.
 */
export const FILES = `
create table files (
  digest text primary key,
  bytes integer not null,
  name text not null,
  person text not null,
  at integer not null
) strict, without rowid;
create index files_by_age on files (at);

create table file_names (
  digest text not null,
  owner text not null,
  primary key (digest, owner)
) strict, without rowid;
create index file_names_by_owner on file_names (owner);

alter table loose add column looked integer not null default 0;
`;
