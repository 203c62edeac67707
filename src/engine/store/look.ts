import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { MusterError } from "../../core/problem.ts";
import { openArtifacts } from "../artifacts/index.ts";
import { STATE_FOLDER } from "./folder.ts";
import type { Log } from "./log.ts";
import { openReader } from "./reader.ts";
import { refusal } from "./refusal.ts";

/**
 * The log of a company to look at: nothing is locked, made or written, and another process may be
 * writing it.
 *
 * @param company the company's folder
 * @returns null when it has no log
 * @throws MusterError "corrupt" or "io" where the log is there and cannot be read
 */
export function lookIntoSqlite(company: string): Log | null {
  const state = join(company, STATE_FOLDER);
  const path = join(state, "log.db");
  if (!existsSync(path)) return null;
  let database: DatabaseSync | null = null;
  try {
    database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MOST_MS });
    const tenant = database.prepare("select value from about where name = 'tenant'").get();
    const opened = database;
    return {
      ...openReader(database, {
        tenant: String(tenant?.["value"] ?? "local"),
        artifacts: openArtifacts(join(state, "artifacts")),
      }),
      append: () => Promise.reject(lookedAt()),
      publish: () => Promise.reject(lookedAt()),
      close: async () => {
        if (opened.isOpen) opened.close();
      },
    };
  } catch (error) {
    database?.close();
    throw refusal(error, `The log ${path} could not be opened`);
  }
}

/** The process that writes holds it for a moment when it makes its file shorter. */
const BUSY_MOST_MS = 5_000;

function lookedAt(): MusterError {
  return new MusterError({
    code: "bug",
    message: "This log was opened only to look at; nothing can be written to it.",
    mend: "Open the folder to perform.",
  });
}
