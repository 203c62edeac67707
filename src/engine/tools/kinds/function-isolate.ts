import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseBytes } from "../../../core/definition/index.ts";
import type { JsonObject } from "../../../core/json.ts";
import {
  boundedLog,
  type Cell,
  type Died,
  openCell,
  openWorkerPool,
  type Secrets,
} from "../../outside/index.ts";
import { type Answer, doubtful, refused } from "../kind.ts";
import type { ToolSetting } from "../setting.ts";
import { isOutOfTime, stopped } from "../using/within-time.ts";
import type { FunctionTrade } from "./function-worker.ts";

/** Of one worker, where its system names none. */
const MEMORY_BYTES: number = 512 * 1024 * 1024;
/** Calls of one system at once, each in a worker of its own, and those that wait for one. */
const WORKERS_MOST = 4;
const WAITING_MOST = 200;

type Ask = FunctionTrade["ask"];

/** Where the functions of a system are called. */
export type FunctionRoom = {
  readonly call: (ask: Ask, abort: AbortSignal) => Promise<Answer>;
  /** null is: its module is loaded. */
  readonly fault: () => Promise<string | null>;
  readonly close: () => Promise<void>;
};

type IsolateSetting = Pick<ToolSetting, "scratch" | "warden"> & {
  readonly env: Ask["env"];
  readonly secrets: Secrets;
};

/**
 * Functions in worker processes of their own, as `isolate: true` gives them to agents: an endless loop
 * is killed when the tool's time is up, and memory above the limit ends the worker alone. What a
 * function writes to its console there comes to our standard error, as that of one in this process
 * does, with the system's name and without what its variables hold. It isolates faults, not malice.
 */
export function openIsolated(
  {
    name,
    file,
    settings,
  }: { readonly name: string; readonly file: string; readonly settings: JsonObject },
  { scratch, warden, env, secrets }: IsolateSetting,
): FunctionRoom {
  const limit = settings["memory_limit"];
  const said = typeof limit === "string" || typeof limit === "number" ? parseBytes(limit) : null;
  const pool = openWorkerPool<FunctionTrade>(WORKERS_MOST, () =>
    openCell({
      program: WORKER,
      words: [file],
      memoryBytesMost: said ?? MEMORY_BYTES,
      memoryKey: "memory_limit",
      coresMost: null,
      environment: env,
      scratch,
      warden,
    }),
  );
  const waiting = new Set<() => void>();
  const say = (text: string): void => void process.stderr.write(`${name}: ${secrets.hide(text)}\n`);
  /** Whoever takes one asks it in the same breath: else another would find it idle. */
  const asked = (ask: Ask, abort: AbortSignal): ReturnType<Cell<FunctionTrade>["ask"]> | null =>
    pool.take()?.ask({ ask, log: boundedLog(say), aside: nothing, abort }) ?? null;
  const call: FunctionRoom["call"] = async (ask, abort) => {
    for (;;) {
      if (abort.aborted) return tooLate(abort);
      const asking = asked(ask, abort);
      if (asking !== null) {
        const reply = await asking;
        const [next] = waiting;
        next?.();
        return reply.type === "reply" ? reply.reply : answerFor(reply, name, abort);
      }
      if (waiting.size >= WAITING_MOST) return refused("tool_busy", BUSY);
      await nextOf(waiting, abort);
    }
  };
  return {
    call,
    fault: async () => {
      const ready = await pool.take()?.ready;
      // All are busy: they work.
      if (ready === undefined) return null;
      return ready.type === "ready" ? ready.ready.fault : `The module of "${name}" ${ready.why}.`;
    },
    close: () => pool.close(),
  };
}

/** It has our own file's ending: `.ts` as it is written, `.js` where it was built. */
const WORKER = new URL(
  `./function-worker${extname(fileURLToPath(import.meta.url))}`,
  import.meta.url,
);

const BUSY = `Its ${WORKERS_MOST} workers are busy, and ${WAITING_MOST} calls wait for them.`;

const nothing = (): Promise<never> => Promise.reject(new Error("Nobody answers this."));

function nextOf(waiting: Set<() => void>, abort: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      waiting.delete(go);
      abort.removeEventListener("abort", go);
      resolve();
    };
    waiting.add(go);
    abort.addEventListener("abort", go, { once: true });
  });
}

/** Its time was up, or it was stopped, while it waited for a worker. */
function tooLate(abort: AbortSignal): Answer {
  return isOutOfTime(abort)
    ? refused("timeout", "Its time was up before a worker was free.")
    : refused("stopped", "It was stopped before a worker was free.");
}

function answerFor({ kind, why, before }: Died, name: string, abort: AbortSignal): Answer {
  if (kind === "stopped") return before ? tooLate(abort) : stopped(abort);
  const message = `The module of "${name}" ${why}.`;
  if (kind === "unavailable") return refused("tool_unavailable", message);
  const failure = kind === "memory_limit" ? "memory_limit" : "tool_failed";
  return before ? refused(failure, message) : doubtful(failure, message);
}
