import { type ChildProcess, fork } from "node:child_process";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { least } from "../../core/definition/index.ts";
import {
  endTree,
  limitCpu,
  type Root,
  readProcess,
  slowedTo,
  watchMemory,
} from "../outside/index.ts";
import type { FailureKind } from "./failed.ts";
import type { FromWorker, ToWorker } from "./isolate-worker.ts";

export type WorkerProcess = {
  tell(message: ToWorker): void;
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

/** `why` follows the agent's name. */
export type Cause = { readonly kind: FailureKind; readonly why: string };

export type WorkerSetting = {
  /** The agent's module, absolute. */
  readonly file: string;
  readonly name: string;
  readonly memoryBytesMost: number;
  readonly coresMost: number | null;
  /** All it finds in its environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Told when it has begun; what it returns is done when it has ended. */
  readonly onStart: (root: Root) => () => Promise<void>;
};

export type WorkerListener = {
  readonly onMessage: (message: FromWorker) => void;
  /** What the module writes to its console. */
  readonly onWriting: (text: string) => void;
  /** Told once, when it and everything that came of it has ended. */
  readonly onEnd: (cause: Cause) => void;
};

const MIB: number = 1024 * 1024;
/** Of what it wrote last, to find out why it ended. */
const LAST_CHARACTERS_MOST = 4_000;

/**
 * A process of our own with an agent's module in it. Not a thread: V8 cannot interrupt every loop of
 * a thread (an endless `new Array(1000).fill(1)` is one), and a thread whose heap overflows takes
 * the whole process along. A process can always be ended, and falls alone.
 */
export function openWorker(setting: WorkerSetting, listener: WorkerListener): WorkerProcess {
  const child = begin(setting);
  const { pid } = child;
  const root: Root | null =
    pid === undefined ? null : { pid, started: readProcess(pid)?.started ?? null, folder: null };
  const finish = root === null ? async (): Promise<void> => {} : setting.onStart(root);
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

  child.on("message", (message: FromWorker) => {
    if (message.type === "fatal") void end({ kind: "agent_failed", why: message.why });
    else listener.onMessage(message);
  });
  child.on("error", ({ message }) => {
    if (root === null) void end({ kind: "agent_unavailable", why: `has no worker: ${message}` });
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

/** Of its own limits and those of this while the least hold. */
function watchOver(root: Root, setting: WorkerSetting, limits: Limits & Told): () => void {
  const bytes = Math.min(setting.memoryBytesMost, limits.memoryBytesMost ?? Infinity);
  const ends = [watchMemory(root, bytes, () => void limits.end(outOfMemory(bytes)))];
  const cores = least([setting.coresMost, limits.coresMost]);
  if (cores !== null) ends.push(limitCpu(root, cores, () => limits.say(slowedTo(cores))));
  return () => {
    for (const end of ends) end();
  };
}

/** The worker's file has our own file's ending: `.ts` as it is written, `.js` where it was built. */
function begin({ file, name, memoryBytesMost, environment }: WorkerSetting): ChildProcess {
  const program = new URL(
    `./isolate-worker${extname(fileURLToPath(import.meta.url))}`,
    import.meta.url,
  );
  return fork(program, [file, name], {
    execArgv: [`--max-old-space-size=${Math.max(1, Math.floor(memoryBytesMost / MIB))}`],
    env: { ...environment },
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
}

function causeOf(setting: WorkerSetting, last: string, how: string | number | null): Cause {
  if (last.includes("JavaScript heap out of memory")) return outOfMemory(setting.memoryBytesMost);
  return typeof how === "number"
    ? { kind: "agent_failed", why: `ended its worker with exit code ${how}` }
    : { kind: "agent_failed", why: `had its worker ended by ${how}` };
}

function outOfMemory(memoryBytesMost: number): Cause {
  const limit = `${Math.floor(memoryBytesMost / MIB)} MiB`;
  return {
    kind: "memory_limit",
    why: `needed more than its memory limit of ${limit} and was ended. Raise memory_limit_per_agent, or give it less at a time`,
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
