import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { SubjectId } from "../../core/id.ts";
import { MusterError } from "../../core/problem.ts";
import { destroyKeys } from "./destroy-keys.ts";
import { addErasures, ERASURES_FILE } from "./erasure-list.ts";
import type { Erasure } from "./keyring.ts";
import { KEYS_FILE } from "./keys-in-file.ts";

/**
 * Destroys the keys of subjects in a copy of a company's folder, or of its state, and lists the erasures
 * there, so that whoever opens the copy deletes what was made of them, too. The key that wraps them is not
 * needed.
 *
 * @returns how many keys were there
 * @throws MusterError "not-found" where the folder has no keys, or what SQLite throws
 */
export function destroyInCopy(
  folder: string,
  subjects: readonly SubjectId[],
  erasure: Erasure,
): number {
  const path = [join(folder, ".muster", KEYS_FILE), join(folder, KEYS_FILE)].find(existsSync);
  if (path === undefined) throw noKeys(folder);
  const database = new DatabaseSync(path, { timeout: BUSY_MOST_MS });
  try {
    database.exec("pragma secure_delete = on");
    const count = database.prepare("select 1 from subjects where id = ? and key is not null");
    const there = subjects.filter((subject) => count.get(subject) !== undefined);
    destroyKeys(database, there, erasure);
    addErasures(
      join(dirname(path), ERASURES_FILE),
      subjects.map((subject) => ({ subject, at: erasure.at })),
    );
    return there.length;
  } finally {
    database.close();
  }
}

const BUSY_MOST_MS = 5_000;

function noKeys(folder: string): MusterError {
  return new MusterError({
    code: "not-found",
    message: `There are no keys in ${folder}: neither ${KEYS_FILE} nor .muster/${KEYS_FILE}.`,
    mend: "Name the copy of a company's folder, or of its .muster. A file that muster backup made holds no keys: give the list when it is restored, --erasures FILE.",
  });
}
