/** This process as the program: its streams, its signals, and what is said of a fault. */
import { writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { MusterError, type Problem } from "../core/problem.ts";
import { keepAgentsApart } from "./agents-apart.ts";
import { EXIT, exitOfProblem } from "./exit.ts";
import { openKeys } from "./keys.ts";
import { whereThePersonStands } from "./npm-start.ts";
import { onlyLooks } from "./only-looks.ts";
import { complain } from "./output/index.ts";
import { program, terminalFor } from "./program.ts";
import { strayOf } from "./stray.ts";
import type { OpenCompany, Surroundings } from "./surroundings.ts";

/** How often a process under npm looks whether npm is still there. */
const PARENT_LOOK_MS = 500;
/** How long what an agent left running may hold the process when all is done. */
const LINGER_MS_MOST = 500;
/** What writing to a reader or a terminal that is gone meets. */
const GONE: ReadonlySet<string> = new Set(["EPIPE", "EIO", "ERR_STREAM_DESTROYED"]);

const openCompany: OpenCompany = async (folder, options) => {
  const { openCompany: open } = await import("../server/index.ts");
  return await open(folder, options);
};

const own = keepAgentsApart();
const interruption = onInterrupt();
const surroundings: Surroundings = {
  cwd: whereThePersonStands(process.env, process.cwd()),
  env: process.env,
  person: personName(),
  stdout: own.stdout,
  stderr: own.stderr,
  now: Date.now,
  openCompany,
  onInterrupt: interruption,
  keys: () => openKeys(process.stdin, own.stderr),
  packs: fileURLToPath(new URL("../../packs", import.meta.url)),
};

const answer = followAnswer();
sayWhatStraysOut();
const code = await main(process.argv.slice(2));
process.exitCode = answer.isLost() && code === EXIT.done ? EXIT.failed : code;
setTimeout(leave, LINGER_MS_MOST).unref();

async function main(words: readonly string[]): Promise<number> {
  try {
    return await program(words, surroundings);
  } catch (error) {
    const terminal = terminalFor(words, surroundings);
    if (error instanceof MusterError && error.code !== "bug") {
      const { code, message, where, mend } = error;
      const problem = { code, message, ...(where ? { where } : {}), ...(mend ? { mend } : {}) };
      complain(terminal, [problem], surroundings.cwd);
      return exitOfProblem(code);
    }
    complain(terminal, [faultOf(error)], surroundings.cwd);
    return EXIT.failed;
  }
}

function faultOf(error: unknown): Problem {
  const message = `Muster met a fault of its own: ${error instanceof Error ? error.message : String(error)}`;
  return { code: "bug", message, mend: `Report it with ${details(error)}.` };
}

/** An agent of this process that ignores `abort` would hold it; what it was asked for is over. */
function leave(): void {
  if (unwritten(own.stdout) + unwritten(own.stderr) === 0) own.exit();
  setTimeout(leave, LINGER_MS_MOST);
}

function unwritten(stream: NodeJS.WriteStream): number {
  return stream.destroyed ? 0 : stream.writableLength;
}

/** Writes the whole of an unexpected error where a person finds it. @returns the file's path */
function details(error: unknown): string {
  const path = join(tmpdir(), `muster-fault-${process.pid}.txt`);
  const stack = inspect(error);
  const about = `node ${process.version}, ${process.platform}\n${process.argv.join(" ")}\n`;
  writeFileSync(path, `${about}${stack}\n`, { mode: 0o600 });
  return path;
}

/**
 * The first Ctrl-C, a terminal or an npm that is gone, asks the verb to close cleanly; the second ends the
 * process at once. Either loses nothing: what is on disk goes on later.
 */
function onInterrupt(): Surroundings["onInterrupt"] {
  const calls = new Set<() => void>();
  let asked = false;
  const ask = (): void => {
    if (asked || calls.size === 0) own.exit(EXIT.interrupted);
    asked = true;
    for (const call of calls) call();
  };
  process.on("SIGINT", ask);
  process.on("SIGTERM", ask);
  process.on("SIGHUP", ask);
  if (process.env["npm_lifecycle_event"] !== undefined) {
    const parent = process.ppid;
    const look = (): void => {
      if (process.ppid !== parent && !asked) ask();
    };
    setInterval(look, PARENT_LOOK_MS).unref();
  }
  return (call) => {
    calls.add(call);
    return () => void calls.delete(call);
  };
}

/**
 * `muster runs events last | head` ends when head has read enough. What does work goes on without a
 * reader, and ends with its own exit code: `muster run … | head` is not done because head is. An answer that
 * a full disk did not take is said once; where that is so of standard error, nobody can be told.
 */
function followAnswer(): { readonly isLost: () => boolean } {
  let isLost = false;
  const heed = (error: NodeJS.ErrnoException): boolean => {
    if (GONE.has(error.code ?? "") && onlyLooks(process.argv.slice(2))) own.exit(EXIT.done);
    return GONE.has(error.code ?? "");
  };
  own.stderr.on("error", heed);
  own.stdout.on("error", (error) => {
    if (heed(error) || isLost) return;
    isLost = true;
    process.exitCode = EXIT.failed;
    const message = `The answer could not be written to standard output: ${error.message}.`;
    const mend = "Make room where it goes, and ask again: muster runs list says what was done.";
    const terminal = terminalFor(process.argv.slice(2), surroundings);
    complain(terminal, [{ code: "io", message, mend }], surroundings.cwd);
  });
  return { isLost: () => isLost };
}

/** A run is not ended by what an agent's code throws after its answer; a fault of our own ends the process, the log is safe. */
function sayWhatStraysOut(): void {
  const say = (error: unknown): void => {
    const terminal = terminalFor(process.argv.slice(2), surroundings);
    const stray = strayOf(error);
    if (stray !== null) return complain(terminal, [stray], surroundings.cwd);
    complain(terminal, [faultOf(error)], surroundings.cwd);
    own.exit(EXIT.failed);
  };
  process.on("uncaughtException", say);
  process.on("unhandledRejection", say);
}

/** The log keeps "muster", "timer" and "agent:…" for what no person did. */
function personName(): string {
  const name = process.env["MUSTER_PERSON"] ?? userName();
  return name === "muster" || name === "timer" || name.startsWith("agent:") ? `user ${name}` : name;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return "somebody";
  }
}
