import { type ChildProcess, fork } from "node:child_process";
import { least } from "../../core/definition/index.ts";
import { limitCpu, slowedTo } from "./cpu-limit.ts";
import { keepTrack } from "./keep-track.ts";
import { watchMemory } from "./memory-watch.ts";
import { readProcess } from "./process-list.ts";
import { endTree, type Root } from "./process-tree.ts";
import { openScratch } from "./scratch.ts";
import type { Warden } from "./warden.ts";

export type WorkerProcess<To> = {
  tell(message: To): void;
  /**
   * While it is held it keeps our own process alive, and its memory and processor time are watched:
   * above its own limits, or lower ones for this while, it is ended or slowed. Begins held.
   */
  hold(isHeld: boolean, limits?: Limits): void;
  /** Ends it with everything that came of it; the first cause is the one that is told. */
  end(cause: Cause): Promise<void>;
  /** It ends or has ended: it can be asked nothing more. */
  isEnding(): boolean;
};

/** What it may hold and use; what is absent its own limits say. */
export type Limits = { readonly memoryBytesMost?: number; readonly coresMost?: number };

/** `why` follows the name of whoever it works for. */
export type Cause = {
  /** It could not be begun; it threw or exited; it held too much; it was told to stop. */
  readonly kind: "unavailable" | "failed" | "memory_limit" | "stopped";
  readonly why: string;
};

export type WorkerSetting = {
  /** What it runs: a file that serves as a worker, and its words. */
  readonly program: URL;
  readonly words: readonly string[];
  readonly memoryBytesMost: number;
  readonly coresMost: number | null;
  /** All it finds in its environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** The key that sets its memory limit, as whoever reads that it was ended can write it. */
  readonly memoryKey: string;
  /** Where its processes are known by, so that whoever comes after us can end them. */
  readonly scratch: string;
  readonly warden: Warden;
};

export type WorkerListener<From> = {
  readonly onMessage: (message: From) => void;
  /** What the module writes to its console. */
  readonly onWriting: (text: string) => void;
  /** Told once, when it and everything that came of it has ended. */
  readonly onEnd: (cause: Cause) => void;
};

const MIB: number = 1024 * 1024;
/** Of what it wrote last, to find out why it ended. */
const LAST_CHARACTERS_MOST = 4_000;

/**
 * A process of our own with a module of the company in it. Not a thread: V8 cannot interrupt every loop of
 * a thread (an endless `new Array(1000).fill(1)` is one), and a thread whose heap overflows takes
 * the whole process along. A process can always be ended, and falls alone.
 */
export function openWorker<To extends object, From extends { readonly type: string }>(
  setting: WorkerSetting,
  listener: WorkerListener<From>,
): WorkerProcess<To> {
  const child = begin(setting);
  const root = rootOf(child);
  const finish = root === null ? async (): Promise<void> => {} : tracked(root, setting);
  let last = "";
  let ending: Promise<void> | null = null;

  const endAll = async (cause: Cause): Promise<void> => {
    stopWatching();
    if (root !== null) await endTree(root, 0);
    for (const stream of [child.stdout, child.stderr]) stream?.destroy();
    await finish();
    listener.onEnd(cause);
  };
  const end = (cause: Cause): Promise<void> => {
    ending ??= endAll(cause);
    return ending;
  };
  const watch = (limits: Limits): (() => void) =>
    root === null
      ? () => {}
      : watchOver(root, setting, { ...limits, end, say: listener.onWriting });
  let stopWatching = watch({});

  child.on("message", (message: From | { readonly type: "fatal"; readonly why: string }) => {
    if (isFatal(message)) void end({ kind: "failed", why: message.why });
    else listener.onMessage(message);
  });
  child.on("error", ({ message }) => {
    if (root === null) void end({ kind: "unavailable", why: `has no worker: ${message}` });
  });
  child.once("exit", (code, signal) => void end(causeOf(setting, last, signal ?? code)));
  const hear = (text: Buffer): void => {
    last = (last + text.toString("utf8")).slice(-LAST_CHARACTERS_MOST);
    listener.onWriting(text.toString("utf8").trimEnd());
  };
  child.stdout?.on("data", hear);
  child.stderr?.on("data", hear);
  return {
    tell: (message) => child.connected && child.send(message, () => {}),
    hold: (isHeld, limits = {}) => {
      hold(child, isHeld);
      stopWatching();
      if (isHeld) stopWatching = watch(limits);
    },
    end,
    isEnding: () => ending !== null,
  };
}

type Told = {
  readonly end: (cause: Cause) => Promise<void>;
  readonly say: (text: string) => void;
};

function rootOf({ pid }: ChildProcess): Root | null {
  return pid === undefined
    ? null
    : { pid, started: readProcess(pid)?.started ?? null, folder: null };
}

function isFatal(message: {
  readonly type: string;
}): message is { readonly type: "fatal"; readonly why: string } {
  return message.type === "fatal";
}

/** What it returns is done when it has ended. */
function tracked(root: Root, { scratch, warden }: WorkerSetting): () => Promise<void> {
  const own = openScratch(scratch);
  const forget = keepTrack(root, warden, own);
  return async () => {
    await forget();
    await own.then((one) => one.remove()).catch(() => {});
  };
}

/** Of its own limits and those of this while the least hold. */
function watchOver(root: Root, setting: WorkerSetting, limits: Limits & Told): () => void {
  const bytes = Math.min(setting.memoryBytesMost, limits.memoryBytesMost ?? Infinity);
  const ends = [
    watchMemory(root, bytes, () => void limits.end(outOfMemory(bytes, setting.memoryKey))),
  ];
  const cores = least([setting.coresMost, limits.coresMost]);
  if (cores !== null) ends.push(limitCpu(root, cores, () => limits.say(slowedTo(cores))));
  return () => {
    for (const end of ends) end();
  };
}

function begin({ program, words, memoryBytesMost, environment }: WorkerSetting): ChildProcess {
  return fork(program, [...words], {
    execArgv: [`--max-old-space-size=${Math.max(1, Math.floor(memoryBytesMost / MIB))}`],
    env: { ...environment },
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
}

function causeOf(setting: WorkerSetting, last: string, how: string | number | null): Cause {
  if (last.includes("JavaScript heap out of memory"))
    return outOfMemory(setting.memoryBytesMost, setting.memoryKey);
  return typeof how === "number"
    ? { kind: "failed", why: `ended its worker with exit code ${how}` }
    : { kind: "failed", why: `had its worker ended by ${how}` };
}

function outOfMemory(memoryBytesMost: number, key: string): Cause {
  const limit = `${Math.floor(memoryBytesMost / MIB)} MiB`;
  return {
    kind: "memory_limit",
    why: `needed more than its memory limit of ${limit} and was ended. Raise ${key}, or give it less at a time`,
  };
}

function hold(child: ChildProcess, isHeld: boolean): void {
  const held = [child, child.channel, child.stdout, child.stderr];
  for (const one of held) {
    if (one === null || one === undefined) continue;
    if (isHeld && "ref" in one && typeof one.ref === "function") one.ref();
    if (!isHeld && "unref" in one && typeof one.unref === "function") one.unref();
  }
}
