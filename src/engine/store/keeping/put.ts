import type { DatabaseSync } from "node:sqlite";
import type { Artifacts } from "../../artifacts/index.ts";
import type { NewPut } from "../log.ts";
import { inTransaction } from "../writing/transaction.ts";
import { CONTENT_INLINE_BYTES_MOST } from "../writing/writer.ts";

/** Those whose time has come are let go so many at once; the others wait for the next time. */
const EXPIRED_MOST = 1_000;

/** Put again, it is kept from then on. A large content is on disk before the transaction that names it. */
export function keepPut(
  database: DatabaseSync,
  artifacts: Artifacts,
  { digest, text, name, by, at }: NewPut,
): void {
  inTransaction(database, () => {
    const bytes = Buffer.byteLength(text);
    const isLarge = bytes > CONTENT_INLINE_BYTES_MOST;
    if (isLarge) artifacts.write(digest, text);
    database
      .prepare("insert into contents (digest, bytes, text) values (?, ?, ?) on conflict do nothing")
      .run(digest, bytes, isLarge ? null : text);
    database
      .prepare("insert or replace into puts (digest, name, person, at) values (?, ?, ?, ?)")
      .run(digest, name, by, at);
  });
}

/** What was put before is kept no longer for that; whether others name it is looked at by the sweep. */
export function expirePuts(database: DatabaseSync, before: number): void {
  const old = database
    .prepare("select digest from puts where at < ? order by at limit ?")
    .all(before, EXPIRED_MOST);
  if (old.length === 0) return;
  inTransaction(database, () => {
    const loosen = database.prepare("insert into loose (digest) values (?) on conflict do nothing");
    const end = database.prepare("delete from puts where digest = ?");
    for (const { digest } of old) {
      loosen.run(String(digest));
      end.run(String(digest));
    }
  });
}
