/** This process as the program: its streams, its signals, and what is said of a fault. */
import { Console } from "node:console";
import { writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { MusterError, type Problem } from "../core/problem.ts";
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

const openCompany: OpenCompany = async (folder, options) => {
  const { openCompany: open } = await import("../server/index.ts");
  return await open(folder, options);
};

const interruption = onInterrupt();
const surroundings: Surroundings = {
  cwd: whereThePersonStands(process.env, process.cwd()),
  env: process.env,
  person: personName(),
  stdout: process.stdout,
  stderr: process.stderr,
  now: Date.now,
  openCompany,
  onInterrupt: interruption,
  keys: () => openKeys(process.stdin, process.stderr),
  packs: fileURLToPath(new URL("../../packs", import.meta.url)),
};

keepAnswersApart();
leaveQuietlyWhenNobodyReads();
sayWhatStraysOut();
process.exitCode = await main(process.argv.slice(2));
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
  if (unwritten(process.stdout) + unwritten(process.stderr) === 0) process.exit();
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
 * The first Ctrl-C, or an npm that is gone, asks the verb to close cleanly; the second ends the
 * process at once. Either loses nothing: what is on disk goes on later.
 */
function onInterrupt(): Surroundings["onInterrupt"] {
  const calls = new Set<() => void>();
  let asked = false;
  const ask = (): void => {
    if (asked || calls.size === 0) process.exit(EXIT.interrupted);
    asked = true;
    for (const call of calls) call();
  };
  process.on("SIGINT", ask);
  process.on("SIGTERM", ask);
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

/** Standard output is the answer and nothing else: what an agent's code writes to its console goes to standard error. */
function keepAnswersApart(): void {
  Object.assign(console, new Console(process.stderr, process.stderr));
}

/**
 * `muster runs events last | head` ends when head has read enough. What does work goes on without a
 * reader, and ends with its own exit code: `muster run … | head` is not done because head is.
 */
function leaveQuietlyWhenNobodyReads(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE" && error.code !== "ERR_STREAM_DESTROYED") throw error;
      if (onlyLooks(process.argv.slice(2))) process.exit(EXIT.done);
    });
}

/** A run is not ended by what an agent's code throws after its answer; a fault of our own ends the process, the log is safe. */
function sayWhatStraysOut(): void {
  const say = (error: unknown): void => {
    const terminal = terminalFor(process.argv.slice(2), surroundings);
    const stray = strayOf(error);
    if (stray !== null) return complain(terminal, [stray], surroundings.cwd);
    complain(terminal, [faultOf(error)], surroundings.cwd);
    process.exit(EXIT.failed);
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
