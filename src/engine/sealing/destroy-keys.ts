import type { DatabaseSync } from "node:sqlite";
import type { SubjectId } from "../../core/id.ts";
import type { Erasure } from "./keyring.ts";

/** @param database of keys, opened with secure_delete */
export function destroyKeys(
  database: DatabaseSync,
  subjects: readonly SubjectId[],
  { why, by, at }: Erasure,
): void {
  database.exec("begin immediate");
  for (const subject of subjects) {
    database.prepare(DESTROY).run(at, why, by, subject);
    database.prepare("delete from names where subject = ?").run(subject);
  }
  database.exec("commit");
  // What the write-ahead log still holds of it goes, too.
  database.exec("pragma wal_checkpoint(truncate)");
}

const DESTROY =
  "update subjects set key = null, erased_at = ?, why = ?, by = ? where id = ? and erased_at is null";
