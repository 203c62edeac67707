import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { StreamId } from "../../../core/id.ts";
import { MusterError } from "../../../core/problem.ts";
import type { Append, Log } from "../log.ts";
import { answersFrom, handOver } from "./hand-over.ts";
import type { Publisher } from "./publisher.ts";
import type { ThreadUse } from "./thread-use.ts";
import type { Writer } from "./writer.ts";
import type { Order, Reply, ThreadSetting } from "./writer-thread.ts";

/**
 * Who writes: this thread, or one that seals, writes and flushes beside it while the next turn is
 * decided here. A small batch is written here: to hand it over and be told would take longer than
 * writing it. Only one of the two writes at a time, so that neither ever waits for the other's
 * transaction; whoever comes back to it looks up what the other changed.
 */
export type Clerk = Pick<Log, "append" | "publish" | "close"> & {
  /** Does something here while neither writes; whoever writes next looks up what it changed. */
  readonly alone: <Answer>(work: () => Answer) => Promise<Answer>;
};

/** Appends in a batch, from which on it is written by the other thread. */
export const HANDED_OVER_LEAST = 32;

type Own = Writer & { readonly publish: Publisher };

type Waiting = {
  readonly resolve: (reply: Extract<Reply, { readonly done: true }>) => void;
  readonly reject: (error: Error) => void;
};

type State = {
  readonly own: Own;
  readonly setting: ThreadSetting;
  readonly use: ThreadUse;
  thread: Worker | null;
  isReady: boolean;
  /** It could not be begun, or ended by itself: this thread writes all. */
  isLost: boolean;
  /** Who was handed something and was not answered, in order. */
  readonly waiting: Waiting[];
  /** The other thread has written since this one did. */
  isOwnStale: boolean;
  /** Streams that this thread wrote to since the other one did; null: too many to name. */
  stale: Set<StreamId> | null;
};

/** Streams written to here whose names are kept for the other thread; with more it forgets all. */
const STALE_MOST = 10_000;

export function openClerk(own: Own, { setting, use }: Pick<State, "setting" | "use">): Clerk {
  const state: State = {
    own,
    setting,
    use,
    thread: null,
    isReady: false,
    isLost: false,
    waiting: [],
    isOwnStale: false,
    stale: new Set(),
  };
  if (use.from === 0) begin(state);
  return {
    append: (batch) => append(state, batch),
    publish: async (batch) => {
      if (!isHandedOver(state, 1)) return state.own.publish(batch);
      return (await ask(state, { type: "publish", batch })).published;
    },
    alone: (work) => alone(state, work),
    close: () => close(state),
  };
}

/** What the other thread has in hand is waited for, however much more comes meanwhile. */
async function alone<Answer>(state: State, work: () => Answer): Promise<Answer> {
  while (state.waiting.length > 0) await ask(state, { type: "publish", batch: [] });
  state.own.forget(null);
  state.stale = null;
  try {
    return work();
  } finally {
    state.own.forget(null);
  }
}

async function append(state: State, batch: readonly Append[]): ReturnType<Log["append"]> {
  if (!isHandedOver(state, batch.length)) return writeHere(state, batch);
  const stale = state.stale === null ? null : [...state.stale];
  const text = handOver(batch);
  state.stale = new Set();
  state.isOwnStale = true;
  return answersFrom((await ask(state, { type: "append", text, stale })).appended);
}

/** While the other thread writes, all goes there: here it would wait for the end of its transaction. */
function isHandedOver(state: State, count: number): boolean {
  const isLarge = count >= state.use.from;
  if (isLarge && state.thread === null && !state.isLost) begin(state);
  return state.isReady && (isLarge || state.waiting.length > 0);
}

function writeHere(state: State, batch: readonly Append[]): ReturnType<Writer["write"]> {
  if (state.isOwnStale) state.own.forget(null);
  state.isOwnStale = false;
  if (state.thread !== null) for (const { stream } of batch) state.stale?.add(stream);
  if (state.stale !== null && state.stale.size > STALE_MOST) state.stale = null;
  return state.own.write(batch);
}

function ask(state: State, order: Order): Promise<Extract<Reply, { readonly done: true }>> {
  return new Promise((resolve, reject) => {
    state.thread?.ref();
    state.waiting.push({ resolve, reject });
    state.thread?.postMessage(order);
  });
}

/** The thread's file has our own file's ending: `.ts` as it is written, `.js` where it was built. */
function begin(state: State): void {
  const own = extname(fileURLToPath(import.meta.url));
  const thread = new Worker(new URL(`./writer-thread${own}`, import.meta.url), {
    workerData: state.setting,
    execArgv: [],
    // It says nothing. Were its output our own's, ours would no longer wait for a slow reader.
    stdout: true,
    stderr: true,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MOST_MB },
  });
  state.thread = thread;
  // What it knows begins with what is written after it was begun.
  state.stale = new Set();
  thread.unref();
  thread.on("message", (reply: Reply | "ready") => {
    if (reply !== "ready") return heard(state, reply);
    state.isReady = true;
    state.use.ready?.();
  });
  thread.on("error", (error) => lose(state, error));
  thread.on("exit", () => lose(state, null));
}

/** Memory for what the thread makes and drops at once. */
const YOUNG_MOST_MB = 48;

function heard(state: State, reply: Reply): void {
  const waiting = state.waiting.shift();
  if (state.waiting.length === 0) state.thread?.unref();
  if (reply.done) waiting?.resolve(reply);
  else waiting?.reject(new MusterError(reply.problem));
}

/** What it had in its hands may be on disk or not: it is decided again, and the fence tells. */
function lose(state: State, cause: Error | null): void {
  state.isReady = false;
  state.isLost = true;
  state.thread = null;
  const why = cause === null ? "" : `: ${cause.message}`;
  const error = new MusterError({ code: "io", message: `${LOST}${why}` }, cause ?? undefined);
  for (const { reject } of state.waiting.splice(0)) reject(error);
}

const LOST = "The thread that writes the log has ended";

/** What was handed over is answered first. */
async function close(state: State): Promise<void> {
  const { thread } = state;
  if (thread === null) return;
  thread.ref();
  const ended = new Promise((resolve) => thread.once("exit", resolve));
  thread.postMessage({ type: "close" } satisfies Order);
  await ended;
}
