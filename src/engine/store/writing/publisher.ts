import type { DatabaseSync } from "node:sqlite";
import { refusal } from "../../refusal.ts";
import { type Retention, SWEPT_MOST } from "../keeping/retention.ts";
import type { NewPublished, PublishedAt } from "../log.ts";

export type Publisher = (batch: readonly NewPublished[]) => PublishedAt[];

/** Keeps published events, each batch one transaction, and sweeps what was kept long enough. */
export function openPublisher(database: DatabaseSync, retention: Retention): Publisher {
  const known = database.prepare(KNOWN);
  const insert = database.prepare(INSERT);
  const sweep = database.prepare(SWEEP);

  function keep({ id, event, match, payload, source, at }: NewPublished): PublishedAt {
    const before = id === null ? undefined : known.get(event, match, id);
    if (before !== undefined) return { position: Number(before["position"]), again: true };
    const { lastInsertRowid } = insert.run(id, event, match, payload, source, at);
    return { position: Number(lastInsertRowid), again: false };
  }

  return (batch) => {
    const newest = batch.at(-1);
    if (newest === undefined) return [];
    try {
      database.exec("begin immediate");
      const kept = batch.map(keep);
      sweep.run(SWEPT_MOST + batch.length, newest.at - retention.ageMs, retention.most);
      database.exec("commit");
      return kept;
    } catch (error) {
      if (database.isTransaction) database.exec("rollback");
      throw refusal(error, "The log could not be written");
    }
  };
}

const KNOWN = "select position from published where event = ? and match = ? and id = ?";
const INSERT =
  "insert into published (id, event, match, payload, source, at) values (?, ?, ?, ?, ?, ?)";
/** Looks at the oldest only, so that it costs the same however many there are. */
const SWEEP = `delete from published where position in (
  select position from (select position, at from published order by position limit ?)
  where at < ? or position <= (select max(position) from published) - ?)`;
