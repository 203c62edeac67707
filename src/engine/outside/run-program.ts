import { isUtf8 } from "node:buffer";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { limitCpu } from "./cpu-limit.ts";
import { watchMemory } from "./memory-watch.ts";
import { readProcess } from "./process-list.ts";
import { endTree, type Root } from "./process-tree.ts";

/** From SIGTERM to SIGKILL. */
const STOP_GRACE_MS = 2_000;
/** What a program may write to its standard error; of it the last is kept. */
export const STDERR_BYTES_MOST: number = 64 * 1024 * 1024;
const STDERR_BYTES_KEPT: number = 16 * 1024;
/** After the program has ended and all that came of it, its output is waited for this long. */
const OUTPUT_GRACE_MS = 1_000;
/** A program that has not ended this long after SIGKILL is left to the system. */
const LINGER_MS_MOST = 2_000;

export type Program = {
  readonly file: string;
  readonly words: readonly string[];
  /** All it finds in its environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** A folder that is this run's alone; null where it works in one that is not. */
  readonly own: string | null;
  readonly input: string;
  readonly stdoutBytesMost: number;
  readonly memoryBytesMost: number | null;
  readonly coresMost: number | null;
  /** Told once, when it would use more of the processor and is slowed. */
  readonly onSlowed: () => void;
  /** Told once, before anything else is; what it returns is done when all has ended. */
  readonly onStart: (root: Root) => () => Promise<void>;
};

export type Ended =
  /** It was never begun. */
  | { readonly kind: "unstarted"; readonly why: string }
  | {
      readonly kind: "ended";
      /** null where a signal ended it, or it could not be ended. */
      readonly code: number | null;
      readonly signal: string | null;
      readonly stdout: string;
      /** What it wrote there is text in UTF-8; where it is not, odd bytes of it were replaced. */
      readonly isText: boolean;
      /** The last of it. */
      readonly stderr: string;
      /** Why it was told to end, null where it ended by itself. */
      readonly stopped: Stop | null;
      /** All that came of it has ended too. */
      readonly isClean: boolean;
    };

type Stop = "abort" | "memory" | "stdout" | "stderr";

/**
 * Runs a program without a shell, in a session of its own, until it and everything that came of it
 * has ended: by itself, or with its whole tree at `abort` or above a limit. Never rejects.
 */
export async function runProgram(program: Program, abort: AbortSignal): Promise<Ended> {
  let child: ChildProcessWithoutNullStreams;
  try {
    const { cwd, env } = program;
    child = spawn(program.file, program.words, { cwd, env, detached: true, windowsHide: true });
  } catch (thrown) {
    return { kind: "unstarted", why: thrown instanceof Error ? thrown.message : String(thrown) };
  }
  const failure = Promise.withResolvers<Ended>();
  child.on("error", ({ message }) => failure.resolve({ kind: "unstarted", why: message }));
  child.stdin.on("error", () => {}); // it need not read what it is told
  const { pid } = child;
  if (pid === undefined) return failure.promise;
  const root: Root = { pid, started: readProcess(pid)?.started ?? null, folder: program.own };
  const finish = program.onStart(root);
  const ended = await attend(child, root, { program, abort });
  await finish();
  return ended;
}

type Given = { readonly program: Program; readonly abort: AbortSignal };

async function attend(
  child: ChildProcessWithoutNullStreams,
  root: Root,
  { program, abort }: Given,
): Promise<Ended> {
  const exit = Promise.withResolvers<{ code: number | null; signal: string | null }>();
  child.once("exit", (code, signal) => exit.resolve({ code, signal }));
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));

  let stopped: Stop | null = null;
  let ending: Promise<boolean> | null = null;
  const stopWatching: (() => void)[] = [];
  const stop = (why: Stop, graceMs: number): void => {
    if (stopped !== null) return;
    stopped = why;
    for (const end of stopWatching) end(); // what stands still would not hear that it is to end
    ending = endTree(root, graceMs);
    // What cannot be ended must not hold up the answer.
    void ending
      .then(() => sleep(LINGER_MS_MOST, null, { ref: false }))
      .then(() => exit.resolve({ code: null, signal: null }));
  };
  const stopAtAbort = (): void => stop("abort", STOP_GRACE_MS);
  const stdout = collect(child.stdout, program.stdoutBytesMost, () => stop("stdout", 0));
  const stderr = tailOf(child.stderr, () => stop("stderr", 0));
  const { memoryBytesMost, coresMost } = program;
  if (memoryBytesMost !== null)
    stopWatching.push(watchMemory(root, memoryBytesMost, () => stop("memory", 0)));
  if (coresMost !== null) stopWatching.push(limitCpu(root, coresMost, program.onSlowed));
  if (abort.aborted) stopAtAbort();
  else abort.addEventListener("abort", stopAtAbort, { once: true });
  child.stdin.end(program.input);

  const { code, signal } = await exit.promise;
  abort.removeEventListener("abort", stopAtAbort);
  for (const end of stopWatching) end();
  const isClean = await (ending ?? endTree(root, 0));
  await Promise.race([closed, sleep(OUTPUT_GRACE_MS, null, { ref: false })]);
  for (const stream of child.stdio) stream?.destroy();
  return { kind: "ended", code, signal, ...stdout(), stderr: stderr(), stopped, isClean };
}

type Source = ChildProcessWithoutNullStreams["stdout"];

type Written = { readonly stdout: string; readonly isText: boolean };

/** All of it, as text without a mark of its order of bytes; of what is more than the limit nothing is kept. */
function collect(source: Source, bytesMost: number, tooMuch: () => void): () => Written {
  const chunks: Buffer[] = [];
  let bytes = 0;
  source.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= bytesMost) chunks.push(chunk);
    else tooMuch();
  });
  return () => {
    const whole = Buffer.concat(chunks);
    return { stdout: new TextDecoder().decode(whole), isText: isUtf8(whole) };
  };
}

/** The last of it, as text. */
function tailOf(source: Source, tooMuch: () => void): () => string {
  let kept: Buffer = Buffer.alloc(0);
  let bytes = 0;
  source.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    kept = Buffer.concat([kept, chunk]).subarray(-STDERR_BYTES_KEPT);
    if (bytes > STDERR_BYTES_MOST) tooMuch();
  });
  return () => kept.toString("utf8");
}
