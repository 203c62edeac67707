/** `puts`: contents that people gave, kept for a time though no event names them. */
export const PUTS = `
create table puts (
  digest text primary key,
  name text not null,
  person text not null,
  at integer not null
) strict, without rowid;
create index puts_by_age on puts (at);
`;
