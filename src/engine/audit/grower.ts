import { dirname, extname } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { Frontier } from "../../core/audit/index.ts";
import { MusterError } from "../../core/problem.ts";
import type { Log } from "../store/index.ts";
import { type Growth, growing } from "./growth.ts";
import type { GrowthReply, GrowthSetting } from "./growth-thread.ts";

/** Between one part of the work and the next. */
export type Turn = () => Promise<void>;

/**
 * Grows the tree of the log by what came since: a little of it here, in turns; more by a thread of its
 * own, so that runs never wait for it.
 */
export type Grower = {
  /** @throws MusterError "corrupt" where an event is not there, "io" where the log cannot be read */
  readonly grow: (from: Frontier, turn: Turn) => Promise<Growth>;
  readonly close: () => Promise<void>;
};

/** Events that are read here: to begin a thread takes as long as reading so many. */
export const GROWN_HERE_MOST = 5_000;

type GrowerShell = {
  /** The state folder. */
  readonly state: string;
  readonly log: Pick<Log, "rows" | "gone" | "end">;
};

type State = GrowerShell & { thread: Worker | null };

export function openGrower(shell: GrowerShell): Grower {
  const state: State = { ...shell, thread: null };
  return {
    grow: (from, turn) => {
      const count = state.log.end() - from.size;
      return count > GROWN_HERE_MOST ? grownBeside(state, from) : grownHere(state, { from, turn });
    },
    close: async () => {
      await state.thread?.terminate();
    },
  };
}

async function grownHere(
  { log }: State,
  { from, turn }: { readonly from: Frontier; readonly turn: Turn },
): Promise<Growth> {
  const reading = growing(log, from);
  for (let next = reading.next(); ; next = reading.next()) {
    if (next.done === true) return next.value;
    await turn();
  }
}

/** One at a time: who signs waits for its answer before it asks again. */
async function grownBeside(state: State, from: Frontier): Promise<Growth> {
  const thread = state.thread ?? begin(state);
  thread.ref();
  try {
    const reply = await answerOf(thread, from);
    if (reply.done) return reply.growth;
    throw new MusterError(reply.problem);
  } finally {
    thread.unref();
  }
}

function answerOf(thread: Worker, from: Frontier): Promise<GrowthReply> {
  const { promise, resolve, reject } = Promise.withResolvers<GrowthReply>();
  const ended = (): void => reject(new MusterError(LOST));
  const failed = (error: Error): void => reject(new MusterError(LOST, error));
  thread.once("message", resolve).once("error", failed).once("exit", ended);
  thread.postMessage(from);
  return promise.finally(() => {
    thread.off("message", resolve).off("error", failed).off("exit", ended);
  });
}

const LOST = {
  code: "io",
  message: "The thread that reads the log to sign it has ended.",
} as const;

/** The thread's file has our own file's ending: `.ts` as it is written, `.js` where it was built. */
function begin(state: State): Worker {
  const own = extname(fileURLToPath(import.meta.url));
  const thread = new Worker(new URL(`./growth-thread${own}`, import.meta.url), {
    workerData: { company: dirname(state.state) } satisfies GrowthSetting,
    execArgv: [],
    // It says nothing. Were its output our own's, ours would no longer wait for a slow reader.
    stdout: true,
    stderr: true,
  });
  // One that has ended by itself is begun anew the next time.
  thread.once("exit", () => {
    state.thread = null;
  });
  thread.on("error", () => undefined);
  state.thread = thread;
  return thread;
}
