import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import type { UseTool } from "../tools/index.ts";
import type { FromWorker, ToWorker } from "./isolate-worker.ts";
import {
  type Cause,
  type Limits,
  openWorker,
  type WorkerProcess,
  type WorkerSetting,
} from "./worker-process.ts";

/** A module that is not loaded by then is ended. */
const START_MS_MOST = 15_000;
/** From the word to stop until the worker is ended, so that a function that listens can clean up. */
const STOP_GRACE_MS = 250;

/** One worker, which is asked one thing at a time, and replaced when it has ended. */
export type Cell = {
  /** What the module said of itself, or why the worker ended instead. */
  readonly ready: Promise<Ready | Died>;
  isIdle(): boolean;
  isAlive(): boolean;
  /** The reply; at `abort` the worker is told, and ended where it does not reply in time. Never rejects. */
  ask(question: Question): Promise<Reply>;
  end(): Promise<void>;
};

type Ready = Extract<FromWorker, { readonly type: "ready" }>;
export type Reply = Extract<FromWorker, { readonly type: "answer" | "health" }> | Died;

/** `before`: it ended, or was stopped, before it was asked, so nothing was done. */
type Died = Cause & { readonly type: "died"; readonly before: boolean };

type Message =
  | Omit<Extract<ToWorker, { readonly type: "attempt" }>, "turn">
  | Extract<ToWorker, { readonly type: "health" }>;

type Question = {
  /** Less than its own limits, for this question. */
  readonly limits?: Limits;
  readonly message: Message;
  readonly log: (line: string) => void;
  readonly use: UseTool;
  readonly abort: AbortSignal;
};

const STOPPED: Cause = { kind: "stopped", why: "was stopped" };

type Asked = {
  readonly log: (line: string) => void;
  readonly use: UseTool;
  readonly reply: (reply: Reply) => void;
  readonly turn: number;
  isBegun: boolean;
};

export function openCell(setting: WorkerSetting): Cell {
  const ready = Promise.withResolvers<Ready | Died>();
  let asked: Asked | null = null;
  let turns = 0;
  const worker = openWorker(setting, {
    onMessage: (message) => {
      if (message.type === "ready") ready.resolve(message);
      else if (message.type === "log") asked?.log(message.line);
      else if (message.type === "use") void answerUse(message, asked, worker);
      else if (message.type !== "fatal") asked?.reply(message);
    },
    onWriting: (text) => asked?.log(text),
    onEnd: (cause) => {
      ready.resolve({ type: "died", before: true, ...cause });
      asked?.reply({ type: "died", before: !asked.isBegun, ...cause });
    },
  });
  void limitStart(ready.promise, worker);
  return {
    ready: ready.promise,
    isIdle: () => asked === null,
    isAlive: () => !worker.isEnding(),
    end: () => worker.end(STOPPED),
    ask: async ({ message, log, use, abort, limits }) => {
      const { promise, resolve } = Promise.withResolvers<Reply>();
      turns += 1;
      const one: Asked = { log, use, reply: resolve, turn: turns, isBegun: false };
      asked = one;
      worker.hold(true, limits);
      const forget = stopAt(abort, one, worker);
      try {
        const first = await Promise.race([ready.promise, promise]);
        if (first.type !== "ready") return first;
        one.isBegun = true;
        worker.tell(message.type === "attempt" ? { ...message, turn: one.turn } : message);
        return await promise;
      } finally {
        forget();
        asked = null;
        worker.hold(false);
      }
    },
  };
}

/** In the name of the attempt that the worker has now. */
async function answerUse(
  { id, turn, tool, args, as }: Extract<FromWorker, { readonly type: "use" }>,
  asked: Asked | null,
  worker: WorkerProcess,
): Promise<void> {
  const isHis = asked !== null && asked.turn === turn && isObject(args as Json);
  const reply = isHis ? await asked.use(tool, args as JsonObject, as).catch(() => null) : null;
  worker.tell({ type: "used", id, reply });
}

/** While its module loads it keeps our process alive, afterwards only while it works. */
async function limitStart(ready: Promise<Ready | Died>, worker: WorkerProcess): Promise<void> {
  const late: Cause = {
    kind: "agent_unavailable",
    why: `was not loaded within ${START_MS_MOST / 1_000} seconds`,
  };
  const timer = setTimeout(() => void worker.end(late), START_MS_MOST);
  await ready;
  clearTimeout(timer);
  worker.hold(false);
}

/** Where it was not begun, it is answered for at once; else it is told, and ended after the grace. */
function stopAt(abort: AbortSignal, asked: Asked, worker: WorkerProcess): () => void {
  let ending: NodeJS.Timeout | undefined;
  const stop = (): void => {
    if (!asked.isBegun) return asked.reply({ type: "died", before: true, ...STOPPED });
    worker.tell({ type: "abort" });
    ending = setTimeout(() => void worker.end(STOPPED), STOP_GRACE_MS);
  };
  abort.addEventListener("abort", stop, { once: true });
  return () => {
    abort.removeEventListener("abort", stop);
    clearTimeout(ending);
  };
}
