import { mkdirSync, renameSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as wait } from "node:timers/promises";
import { type Answer, invalidInput, type Task, type Tools } from "./parts/protocol.ts";

const OUTPUT = resolve(import.meta.dirname, "..", "output");
const DATABASE = join(OUTPUT, "onboarding.db");
const BACKUP = join(OUTPUT, "backup", "onboarding.db");
const LOCK_WAIT_MS = 1_000;
const WINDOW_MOST_MS = 30_000;
/** Of SQLite: the database is locked by somebody else. */
const BUSY = 5;

/**
 * The maintenance window: copies the database to output/backup/, then locks it, checks its pages and
 * its references, and keeps it locked until the window (`window_ms`) ends. Whoever writes meanwhile
 * is refused by SQLite itself.
 */
export async function attempt(task: Task, tools: Tools, abort: AbortSignal): Promise<Answer> {
  const windowMs = Number(task.inputs["window_ms"] ?? 0);
  if (!(windowMs >= 0 && windowMs <= WINDOW_MOST_MS)) {
    return invalidInput(`window_ms is ${windowMs}; give 0 to ${WINDOW_MOST_MS} milliseconds.`);
  }
  mkdirSync(join(OUTPUT, "backup"), { recursive: true });
  const database = new DatabaseSync(DATABASE, { timeout: LOCK_WAIT_MS });
  try {
    const tenants = backUp(database);
    database.exec("BEGIN EXCLUSIVE");
    tools.log(`onboarding.db is locked for maintenance, ${windowMs} ms`);
    const faults = check(database);
    await wait(windowMs, undefined, { signal: abort });
    database.exec("ROLLBACK");
    if (faults.length > 0) return damaged(faults);
    return { outputs: { backup: "output/backup/onboarding.db", tenants_before: tenants } };
  } catch (error) {
    if (isBusy(error)) return busy();
    throw error;
  } finally {
    database.close();
  }
}

/** A consistent copy, whole or not there at all. @returns how many tenants it holds */
function backUp(database: DatabaseSync): number {
  const unfinished = `${BACKUP}.unfinished`;
  rmSync(unfinished, { force: true });
  database.prepare("VACUUM INTO ?").run(unfinished);
  renameSync(unfinished, BACKUP);
  const table = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'tenants'").get();
  if (!table) return 0;
  return Number(database.prepare("SELECT count(*) AS count FROM tenants").get()?.["count"]);
}

function check(database: DatabaseSync): readonly string[] {
  const pages = database.prepare("PRAGMA integrity_check").all();
  const references = database.prepare("PRAGMA foreign_key_check").all();
  return [
    ...pages.map((row) => String(row["integrity_check"])).filter((line) => line !== "ok"),
    ...references.map((row) => `table ${String(row["table"])} names a row that is not there`),
  ];
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && (Number(error.errcode) & 0xff) === BUSY;
}

function busy(): Answer {
  const message = `output/onboarding.db is locked by another writer (SQLITE_BUSY after ${LOCK_WAIT_MS} ms). It is free again when that one has ended.`;
  return { error: { class: "transient", kind: "agent_temporarily_unavailable", message } };
}

function damaged(faults: readonly string[]): Answer {
  const message = `output/onboarding.db is damaged: ${faults.slice(0, 3).join("; ")}. Put back an older copy, or remove the file to begin anew.`;
  return { error: { class: "critical", kind: "data_corruption", message, certain: true } };
}
