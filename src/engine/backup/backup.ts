import { existsSync, renameSync, rmSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { MusterError, type Problem } from "../../core/problem.ts";
import { refusal } from "../refusal.ts";
import { makeOwnFile } from "../store/index.ts";
import type { Order, Reply } from "./backup-thread.ts";
import type { Counted } from "./verified.ts";

export type BackedUp =
  | (Counted & { readonly file: string; readonly bytes: number })
  | { readonly file: null; readonly problem: Problem };

/**
 * Copies a company's log, with all that belongs to it, into one file, while runs go on: as it was at
 * one moment, every hash chain and content verified in the copy. The file is there whole, or not at all.
 *
 * @param state the company's `.muster`
 * @param file  absolute; one that is there already is not touched
 */
export async function backUp(state: string, file: string): Promise<BackedUp> {
  if (existsSync(file)) return { file: null, problem: isThere(file) };
  if (!existsSync(join(state, "log.db"))) return { file: null, problem: noLog(state) };
  const draft = `${file}.${process.pid}.draft`;
  try {
    rmSync(draft, { force: true });
    makeOwnFile(draft);
    const reply = await asked({ state, file: draft });
    if (!reply.done) return { file: null, problem: reply.problem };
    renameSync(draft, file);
    return { file, ...reply.backup };
  } catch (error) {
    const { code, message, mend } = refusal(error, `The backup ${file} could not be made`);
    return { file: null, problem: { code, message, ...(mend ? { mend } : {}) } };
  } finally {
    rmSync(draft, { force: true });
  }
}

/** The thread's file has our own file's ending: `.ts` as it is written, `.js` where it was built. */
function asked(order: Order): Promise<Reply> {
  const own = extname(fileURLToPath(import.meta.url));
  const thread = new Worker(new URL(`./backup-thread${own}`, import.meta.url), {
    workerData: order,
    execArgv: [],
  });
  return new Promise((resolve, reject) => {
    thread.once("message", resolve);
    thread.once("error", reject);
    thread.once("exit", () =>
      reject(
        new MusterError({ code: "io", message: "The thread that makes the backup has ended." }),
      ),
    );
  });
}

function isThere(file: string): Problem {
  return {
    code: "conflict",
    message: `${file} is there already.`,
    mend: "Name another file, or move that one away.",
  };
}

function noLog(state: string): Problem {
  return {
    code: "not-found",
    message: `There is no log in ${state}: nothing was run there yet.`,
    mend: "Name another company: --folder DIR.",
  };
}
