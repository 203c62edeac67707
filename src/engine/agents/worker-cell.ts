import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { FailureKind } from "./failed.ts";
import type { FromWorker, ToWorker, WorkerSetting } from "./isolate-worker.ts";

/** A module that is not loaded by then is ended. */
export const START_MS_MOST = 15_000;
/** From the word to stop until the worker is ended, so that a function that listens can clean up. */
export const STOP_GRACE_MS = 250;
/** How often the memory of a busy worker is looked at, besides the limit that V8 itself keeps. */
const MEMORY_POLL_MS = 250;

const MIB: number = 1024 * 1024;

/** One worker with an agent's module in it. It does one thing at a time, and can really be ended. */
export type Cell = {
  /** What the module said of itself, or why the worker ended instead. Waits at most `START_MS_MOST`. */
  readonly ready: Promise<Ready | Died>;
  isIdle(): boolean;
  isAlive(): boolean;
  /**
   * The reply; at `abort` the worker is told, and ended where it does not reply within
   * `STOP_GRACE_MS`.
   */
  ask(question: Question): Promise<Reply>;
  end(): Promise<void>;
};

export type Ready = Extract<FromWorker, { readonly type: "ready" }>;
export type Reply = Exclude<FromWorker, { readonly type: "ready" | "log" }> | Died;

/** `before`: it ended before it was asked, so nothing was done. */
export type Died = {
  readonly type: "died";
  readonly kind: FailureKind;
  readonly why: string;
  readonly before: boolean;
};

export type Question = {
  readonly message: ToWorker;
  readonly log: (line: string) => void;
  readonly abort: AbortSignal;
};

export function openCell(setting: WorkerSetting, memoryBytesMost: number): Cell {
  const worker = workerOf(setting, memoryBytesMost);
  const ready = Promise.withResolvers<Ready | Died>();
  let asked: { readonly reply: (reply: Reply) => void; readonly log: Question["log"] } | null =
    null;
  let died: Died | null = null;
  let isReady = false;

  const die = (kind: FailureKind, why: string): void => {
    if (died !== null) return;
    died = { type: "died", kind, why, before: true };
    ready.resolve(died);
    asked?.reply({ ...died, before: false });
    void worker.terminate();
  };
  const starting = setTimeout(
    () => die("agent_unavailable", `was not loaded within ${START_MS_MOST / 1_000} seconds`),
    START_MS_MOST,
  );
  void ready.promise.then(() => clearTimeout(starting));
  worker.on("message", (message: FromWorker) => {
    if (message.type === "ready") {
      isReady = true;
      worker.unref();
      ready.resolve(message);
    } else if (message.type === "log") asked?.log(message.line);
    else asked?.reply(message);
  });
  worker.on("error", (thrown) => die(...causeOf(thrown, memoryBytesMost)));
  worker.on("messageerror", () => die("agent_failed", "gave what cannot be read"));
  worker.on("exit", (code) => die("agent_failed", `ended its worker with exit code ${code}`));
  const hear = (text: Buffer): void => asked?.log(text.toString("utf8").trimEnd());
  worker.stdout.on("data", hear);
  worker.stderr.on("data", hear);

  const ask = async ({ message, log, abort }: Question): Promise<Reply> => {
    const { promise, resolve } = Promise.withResolvers<Reply>();
    asked = { reply: resolve, log };
    worker.ref();
    const stopWatching = watchMemory(worker, memoryBytesMost, die);
    let ending: NodeJS.Timeout | undefined;
    const stop = (): void => {
      if (!isReady)
        return resolve({ type: "died", kind: "stopped", why: "was stopped", before: true });
      worker.postMessage({ type: "abort" });
      ending = setTimeout(() => die("stopped", "was stopped"), STOP_GRACE_MS);
    };
    abort.addEventListener("abort", stop, { once: true });
    try {
      await Promise.race([ready.promise, promise]);
      if (died !== null) return died;
      if (!abort.aborted) worker.postMessage(message);
      const reply = await promise;
      if (reply.type === "died") await worker.terminate();
      return reply;
    } finally {
      abort.removeEventListener("abort", stop);
      clearTimeout(ending);
      stopWatching();
      asked = null;
      worker.unref();
    }
  };
  return {
    ready: ready.promise,
    isIdle: () => asked === null,
    isAlive: () => died === null,
    ask,
    end: async () => {
      die("stopped", "was stopped");
      await worker.terminate();
    },
  };
}

/** The worker's file has our own file's ending: `.ts` as it is written, `.js` where it was built. */
function workerOf(setting: WorkerSetting, memoryBytesMost: number): Worker {
  const ending = extname(fileURLToPath(import.meta.url));
  return new Worker(new URL(`./isolate-worker${ending}`, import.meta.url), {
    workerData: setting,
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: Math.max(1, Math.floor(memoryBytesMost / MIB)) },
  });
}

function causeOf(thrown: unknown, memoryBytesMost: number): [FailureKind, string] {
  if (thrown instanceof Error && "code" in thrown && thrown.code === "ERR_WORKER_OUT_OF_MEMORY") {
    return ["memory_limit", outOfMemory(memoryBytesMost)];
  }
  const said = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return ["agent_failed", `ended its worker with ${said}`];
}

function outOfMemory(bytesMost: number): string {
  return `needed more than its memory limit of ${Math.floor(bytesMost / MIB)} MiB and was ended. Raise memory_limit, or give it less at a time`;
}

/** V8's limit is on the heap alone; buffers lie beside it and are counted here. */
function watchMemory(
  worker: Worker,
  bytesMost: number,
  die: (kind: FailureKind, why: string) => void,
): () => void {
  const look = async (): Promise<void> => {
    const heap = await worker.getHeapStatistics().catch(() => null);
    if (heap === null || heap.used_heap_size + heap.external_memory <= bytesMost) return;
    die("memory_limit", outOfMemory(bytesMost));
  };
  const timer = setInterval(() => void look(), MEMORY_POLL_MS).unref();
  return () => clearInterval(timer);
}
