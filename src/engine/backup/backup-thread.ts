/** The thread that makes a backup, so that runs go on meanwhile: one consistent moment, whole and verified. */

import { hash } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
import { join, relative } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";
import { type Digest, parseDigest } from "../../core/id.ts";
import { MusterError, type Problem } from "../../core/problem.ts";
import { filesFolder, openArtifacts, openFiles } from "../artifacts/index.ts";
import { refusal } from "../refusal.ts";
import { FILES_IN, KEPT_TABLE } from "./kept.ts";
import { type Counted, verified } from "./verified.ts";

export type Order = {
  /** The company's state folder, and the file that is made. */
  readonly state: string;
  readonly file: string;
};

export type Reply =
  | {
      readonly done: true;
      readonly backup: Counted & { readonly bytes: number };
    }
  | { readonly done: false; readonly problem: Problem };

/** The process that writes holds the log for a moment when it makes its file shorter. */
const BUSY_MOST_MS = 5_000;

const port = parentPort;
if (port !== null) port.postMessage(answer(workerData as Order));

function answer(order: Order): Reply {
  try {
    return { done: true, backup: made(order) };
  } catch (error) {
    rmSync(order.file, { force: true });
    const { code, message, mend } = refusal(error, `The backup ${order.file} could not be made`);
    return { done: false, problem: { code, message, ...(mend ? { mend } : {}) } };
  }
}

function made({ state, file }: Order): Extract<Reply, { readonly done: true }>["backup"] {
  copied(join(state, "log.db"), file);
  const copy = new DatabaseSync(file);
  try {
    // The copy stands alone: one file, without a write-ahead log beside it.
    copy.exec("pragma journal_mode = delete; pragma synchronous = full");
    copy.exec("begin");
    inlined(copy, state);
    kept(copy, state);
    copy.exec("commit");
    const verdict = copy.prepare("pragma integrity_check(1)").get()?.["integrity_check"];
    if (verdict !== "ok") throw damaged(file, String(verdict));
  } finally {
    copy.close();
  }
  flushed(file);
  return { ...verified(file, (what) => damaged(file, what)), bytes: statSync(file).size };
}

/** All of one moment, whatever is written meanwhile. */
function copied(from: string, to: string): void {
  using source = new DatabaseSync(from, { readOnly: true, timeout: BUSY_MOST_MS });
  source.prepare("vacuum into ?").run(to);
}

/** Large contents stand in files; in the copy they stand in it. */
function inlined(copy: DatabaseSync, state: string): void {
  const artifacts = openArtifacts(join(state, "artifacts"));
  const large = copy.prepare("select digest, subject from contents where text is null").all();
  const put = copy.prepare("update contents set text = ? where digest = ?");
  for (const row of large) {
    const digest = parseDigest(String(row["digest"]));
    const isSealed = row["subject"] !== null;
    if (digest !== null) put.run(artifacts.read(digest, { isSealed }), digest);
  }
}

/** What stands beside the log and cannot be made from it: archives, and the databases of its readers. */
function kept(copy: DatabaseSync, state: string): void {
  copy.exec(KEPT_TABLE);
  const put = copy.prepare("insert into kept_files (name, data) values (?, ?)");
  for (const name of namesIn(join(state, "archive")))
    if (name.endsWith(".gz"))
      put.run(`archive/${name}`, readFileSync(join(state, "archive", name)));
  const files = openFiles(filesFolder(join(state, "artifacts")));
  for (const { digest, isNamed } of copy.prepare(FILES_IN).all()) {
    const path = files.path(String(digest) as Digest);
    // One that nobody names may have been swept meanwhile.
    if (isNamed === 0 && !existsSync(path)) continue;
    const data = readFileSync(path);
    if (`sha256:${hash("sha256", data)}` !== digest)
      throw damaged(path, "It is not what was written.");
    put.run(relative(state, path), data);
  }
  for (const name of namesIn(state)) {
    if (!name.endsWith(".db") || name === "log.db" || name === "lock.db") continue;
    const draft = join(state, `${name}.${process.pid}.draft`);
    rmSync(draft, { force: true });
    copied(join(state, name), draft);
    if (name === "notices.db") withoutSealed(copy, draft);
    put.run(name, readFileSync(draft));
    rmSync(draft);
  }
}

/** What people were told of runs with somebody's data is not sealed, and stays where it can be deleted. */
function withoutSealed(copy: DatabaseSync, path: string): void {
  const runs = copy.prepare("select name from streams where subject is not null").all();
  if (runs.length === 0) return;
  using notices = new DatabaseSync(path);
  const remove = notices.prepare("delete from notices where run = ?");
  notices.exec("pragma secure_delete = on; begin");
  for (const { name } of runs) remove.run(String(name));
  notices.exec("commit; pragma wal_checkpoint(truncate); pragma journal_mode = delete");
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function flushed(path: string): void {
  const descriptor = openSync(path, "r+");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function damaged(file: string, what: string): MusterError {
  return new MusterError({
    code: "corrupt",
    message: `The backup ${file} is not whole: ${what}`,
    mend: "Look at the log itself: muster runs verify RUN. An older backup may be whole.",
  });
}
