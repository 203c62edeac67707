/** In a backup, beside the log: files that are restored with it. */
export const KEPT_TABLE = `
create table if not exists kept_files (
  name text primary key,
  data blob not null
) strict`;

/** Files, and whether anything in the log names them. */
export const FILES_IN = `select digest, exists
  (select 1 from file_names n where n.digest = f.digest) as isNamed from files f`;
