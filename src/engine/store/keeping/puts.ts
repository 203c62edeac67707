import type { DatabaseSync } from "node:sqlite";
import type { Digest } from "../../../core/id.ts";
import type { Put } from "../log.ts";

/** Those that are listed, newest first. */
const PUTS_LISTED_MOST = 1_000;

/** A log that an older Muster wrote and that is only looked at has none. */
export function putsIn(database: DatabaseSync): readonly Put[] {
  if (database.prepare(HAS_PUTS).get() === undefined) return [];
  return database
    .prepare(LISTED)
    .all(PUTS_LISTED_MOST)
    .map((row) => ({
      digest: String(row["digest"]) as Digest,
      name: String(row["name"]),
      by: String(row["person"]),
      at: Number(row["at"]),
      bytes: Number(row["bytes"]),
    }));
}

const HAS_PUTS = "select 1 from sqlite_master where type = 'table' and name = 'puts'";
const LISTED = `select p.digest, p.name, p.person, p.at, c.bytes from puts p
  join contents c on c.digest = p.digest order by p.at desc, p.digest limit ?`;
