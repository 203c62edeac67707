import type { DatabaseSync } from "node:sqlite";
import { refusal } from "../../refusal.ts";

/** All of it or nothing. @throws MusterError where the disk refuses */
export function inTransaction<Answer>(database: DatabaseSync, work: () => Answer): Answer {
  try {
    database.exec("begin immediate");
    const answer = work();
    database.exec("commit");
    return answer;
  } catch (error) {
    if (database.isTransaction) database.exec("rollback");
    throw refusal(error, "The log could not be written");
  }
}
