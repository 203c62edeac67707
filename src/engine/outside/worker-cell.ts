import { setImmediate } from "node:timers/promises";
import type { FromWorker, ToWorker } from "../serve-worker.ts";
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

/** What passes between us and one kind of worker. */
export type Trade = {
  readonly ready: unknown;
  readonly ask: unknown;
  readonly reply: unknown;
  /** What it asks in between, and what it is given for it. */
  readonly aside: unknown;
  readonly back: unknown;
};

/** One worker, which is asked one thing at a time, and replaced when it has ended. */
export type Cell<T extends Trade> = {
  /** What the module said of itself, or why the worker ended instead. */
  readonly ready: Promise<Ready<T> | Died>;
  isIdle(): boolean;
  isAlive(): boolean;
  /** The reply; at `abort` the worker is told, and ended where it does not reply in time. Never rejects. */
  ask(question: CellQuestion<T>): Promise<Replied<T> | Died>;
  end(): Promise<void>;
};

type From<T extends Trade> = FromWorker<T["ready"], T["reply"], T["aside"]>;
type To<T extends Trade> = ToWorker<T["ask"], T["back"]>;
type Ready<T extends Trade> = { readonly type: "ready"; readonly ready: T["ready"] };
export type Replied<T extends Trade> = { readonly type: "reply"; readonly reply: T["reply"] };

/** `before`: it ended, or was stopped, before it was asked, so nothing was done. */
export type Died = Cause & { readonly type: "died"; readonly before: boolean };

type CellQuestion<T extends Trade> = {
  readonly ask: T["ask"];
  /** Less than its own limits, for this question. */
  readonly limits?: Limits;
  readonly log: (line: string) => void;
  /** Answers what is asked in between; rejects when whoever works is to end. */
  readonly aside: (aside: T["aside"]) => Promise<T["back"]>;
  readonly abort: AbortSignal;
};

const STOPPED: Cause = { kind: "stopped", why: "was stopped" };

type Asked<T extends Trade> = Pick<CellQuestion<T>, "log" | "aside"> & {
  readonly reply: (reply: Replied<T> | Died) => void;
  readonly turn: number;
  isBegun: boolean;
  isAnswered: boolean;
};

export function openCell<T extends Trade>(setting: WorkerSetting): Cell<T> {
  const ready = Promise.withResolvers<Ready<T> | Died>();
  let asked: Asked<T> | null = null;
  let turns = 0;
  const worker = openWorker<To<T>, From<T>>(setting, {
    onMessage: (message) => {
      if (message.type === "ready") ready.resolve(message);
      else if (message.type === "log") asked?.log(message.line);
      else if (message.type === "aside") void giveBack(message, asked, worker);
      else if (message.type === "reply") void replyHeard(message, asked);
    },
    onWriting: (text) => asked?.log(text),
    onEnd: (cause) => {
      ready.resolve({ type: "died", before: true, ...cause });
      if (asked?.isAnswered === false) asked.reply(diedOf(cause, asked));
    },
  });
  void limitStart(ready.promise, worker, () => asked === null);
  return {
    ready: ready.promise,
    isIdle: () => asked === null,
    isAlive: () => !worker.isEnding(),
    end: () => worker.end(STOPPED),
    ask: async ({ ask, log, aside, abort, limits }) => {
      const { promise, resolve } = Promise.withResolvers<Replied<T> | Died>();
      turns += 1;
      const one: Asked<T> = { log, aside, reply: resolve, turn: turns, ...UNBEGUN };
      asked = one;
      worker.hold(true, limits);
      const forget = stopAt(abort, one, worker);
      try {
        const first = await Promise.race([ready.promise, promise]);
        if (first.type !== "ready") return first;
        one.isBegun = true;
        worker.tell({ type: "ask", ask, turn: one.turn });
        return await promise;
      } finally {
        forget();
        asked = null;
        worker.hold(false);
      }
    },
  };
}

const UNBEGUN = { isBegun: false, isAnswered: false };

function diedOf(cause: Cause, { isBegun }: { readonly isBegun: boolean }): Died {
  return { type: "died", before: !isBegun, ...cause };
}

/**
 * What it wrote to its console before it replied is in its pipe by then, which is another one than that of the reply: both
 * are read in one turn of the event loop, or the next.
 */
async function replyHeard<T extends Trade>(
  reply: Replied<T>,
  asked: Asked<T> | null,
): Promise<void> {
  if (asked === null) return;
  asked.isAnswered = true;
  await setImmediate();
  await setImmediate();
  asked.reply(reply);
}

/** In the name of what the worker has in hand now. */
async function giveBack<T extends Trade>(
  { id, turn, aside }: Extract<From<T>, { readonly type: "aside" }>,
  asked: Asked<T> | null,
  worker: WorkerProcess<To<T>>,
): Promise<void> {
  const isHis = asked !== null && asked.turn === turn;
  const back: T["back"] | null = isHis ? await asked.aside(aside).catch(() => null) : null;
  worker.tell({ type: "back", id, back });
}

/** While its module loads it keeps our process alive, afterwards only while it works. */
async function limitStart<T extends Trade>(
  ready: Promise<unknown>,
  worker: WorkerProcess<To<T>>,
  isIdle: () => boolean,
): Promise<void> {
  const late: Cause = {
    kind: "unavailable",
    why: `was not loaded within ${START_MS_MOST / 1_000} seconds`,
  };
  const timer = setTimeout(() => void worker.end(late), START_MS_MOST);
  await ready;
  clearTimeout(timer);
  // One that was asked while it still loaded is watched until it has answered.
  if (isIdle()) worker.hold(false);
}

/** Where it was not begun, it is answered for at once; else it is told, and ended after the grace. */
function stopAt<T extends Trade>(
  abort: AbortSignal,
  asked: Asked<T>,
  worker: WorkerProcess<To<T>>,
): () => void {
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
