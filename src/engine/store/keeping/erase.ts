import type { DatabaseSync } from "node:sqlite";
import type { Digest, StreamId, SubjectId } from "../../../core/id.ts";
import type { Artifacts, Files } from "../../artifacts/index.ts";
import type { ErasedInLog } from "../log.ts";
import { ERASED_CONTENT } from "../writing/sealed.ts";
import { inTransaction } from "../writing/transaction.ts";

/**
 * Deletes what nobody can open any more and what stands open beside the events: contents (their names
 * stay), files, snapshots, names by which a stream is found, and events from outside that these streams have taken, or that are for them. The events
 * themselves stay. Twice is once.
 */
export function eraseIn(
  database: DatabaseSync,
  { artifacts, files }: { readonly artifacts: Artifacts; readonly files: Files },
  subjects: readonly SubjectId[],
): ErasedInLog {
  return inTransaction(database, () => {
    let contents = 0;
    for (const subject of subjects) {
      for (const row of database.prepare(LARGE).all(subject))
        artifacts.remove(String(row["digest"]) as Digest);
      contents += Number(database.prepare(CONTENTS).run(subject).changes);
      for (const sql of BESIDE) database.prepare(sql).run(subject);
    }
    const streams = streamsOf(database, subjects);
    return { streams, contents: contents + eraseFiles(database, files, { streams, subjects }) };
  });
}

/** Files are kept as they are, bytes and all: those that nobody else names go. */
function eraseFiles(
  database: DatabaseSync,
  files: Files,
  of: { readonly streams: readonly StreamId[]; readonly subjects: readonly SubjectId[] },
): number {
  const contents = of.subjects.flatMap((subject) =>
    database.prepare("select digest from contents where subject = ?").all(subject),
  );
  const named = new Set<string>();
  for (const owner of [...of.streams, ...contents.map(({ digest }) => String(digest))])
    for (const { digest } of database.prepare(UNNAMED).all(owner)) named.add(String(digest));
  let count = 0;
  for (const digest of named) {
    if (database.prepare("select 1 from file_names where digest = ?").get(digest)) continue;
    files.remove(digest as Digest);
    count += Number(database.prepare("delete from files where digest = ?").run(digest).changes);
  }
  return count;
}

const UNNAMED = "delete from file_names where owner = ? returning digest";

/** In the log, and in the archive. */
export function streamsOf(
  database: DatabaseSync,
  subjects: readonly SubjectId[],
): readonly StreamId[] {
  return subjects.flatMap((subject) =>
    database
      .prepare(STREAMS)
      .all(subject, subject)
      .map(({ name }) => String(name) as StreamId),
  );
}

const STREAMS = `select name from streams where subject = ?
  union select stream as name from archived where subject = ? order by name`;
const LARGE = "select digest from contents where subject = ? and text is null";
/** Whoever reads it is told that it was erased. */
const CONTENTS = `update contents set text = '${ERASED_CONTENT}' where subject = ?
  and text is not '${ERASED_CONTENT}'`;
const OF = "(select id from streams where subject = ?)";
const BESIDE: readonly string[] = [
  `delete from snapshots where stream in ${OF}`,
  `delete from names where stream in ${OF}`,
  "delete from published where match in (select name from streams where subject = ?)",
  `delete from published where position in (
    select e.data ->> '$.position' from events e join streams s on s.name = e.stream
    where s.subject = ? and e.type in ('listen.ended', 'listen.refused'))`,
];
