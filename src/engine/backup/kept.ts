/** In a backup, beside the log: files that are restored with it. */
export const KEPT_TABLE = `
create table if not exists kept_files (
  name text primary key,
  data blob not null
) strict`;
