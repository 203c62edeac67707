import { resolve } from "node:path";
import type { FunctionDefinition } from "../../core/definition/index.ts";
import { keepTrack, openScratch } from "../outside/index.ts";
import type { Agent, AgentAnswer, AgentTask, Tools } from "./agent.ts";
import { checkAnswer, type Origin } from "./answer.ts";
import { digestOfAgent } from "./definition-digest.ts";
import { environmentOf, whatIsUnset } from "./environment.ts";
import { failed, stopped } from "./failed.ts";
import { capabilitiesOf, effectsOf } from "./function.ts";
import type { InstanceView } from "./instances.ts";
import type { Setting } from "./setting.ts";
import { type Cell, openCell, type Reply } from "./worker-cell.ts";

/** Of one worker, where the agent's definition names none. */
const ISOLATE_MEMORY_BYTES: number = 512 * 1024 * 1024;
const HEALTH_MS_MOST = 5_000;
/** What one attempt may tell people. */
const LOG_LINES_MOST = 1_000;
const LOG_CHARACTERS_MOST = 2_000;

/**
 * A function in a worker process of its own, with a real end: an endless loop is killed, and memory
 * above the limit ends the worker alone. As many workers as the agent takes attempts at once are
 * kept warm, and one that ended is replaced when it is needed. What a function writes to its console
 * is its log.
 *
 * Its memory is all that the worker holds, some 50 MB of it Node's own, looked at four times a
 * second; V8 keeps the same limit for the heap in between. On other systems than Linux V8's is the
 * only one, and does not count buffers. Its environment holds what its definition names; it has our
 * files all the same: it isolates faults, not malice.
 */
export async function openIsolate(
  definition: FunctionDefinition,
  setting: Setting,
): Promise<Agent> {
  const file = resolve(setting.folder, definition.module);
  const digest = digestOfAgent(definition.digest, file);
  const origin: Origin = { name: definition.name, classOf: setting.classOf };
  const concurrency = definition.concurrency;
  // One more than attempts, so that a question of health takes no attempt's place.
  const open = (): Cell =>
    openCell({
      file,
      name: definition.name,
      memoryBytesMost: definition.memoryBytesMost ?? ISOLATE_MEMORY_BYTES,
      coresMost: definition.coresMost ?? null,
      environment: environmentOf(definition, setting),
      onStart: (root) => {
        const scratch = openScratch(setting.scratch);
        const forget = keepTrack(root, setting.warden, scratch);
        return async () => {
          await forget();
          await scratch.then((one) => one.remove()).catch(() => {});
        };
      },
    });
  // One more than attempts, so that a question of health takes no attempt's place.
  const pool = openPool(concurrency + 1, open);
  const first = await pool.take()?.ready;
  if (first?.type === "ready") pool.warm(definition.instances);
  const said = first?.type === "ready" ? first : { effects: null, capabilities: [] };
  return {
    name: definition.name,
    digest,
    effects: effectsOf(definition.effects, said.effects),
    capabilities: capabilitiesOf(definition.capabilities, said.capabilities),
    concurrency,
    timeoutMs: definition.timeoutMs,
    health: async () => whatIsUnset(definition, setting) ?? healthIn(pool, definition.name),
    attempt: async (task, tools, abort) => {
      const answer = await attemptIn(pool, origin, { task, tools, abort });
      // One that fell is replaced before it is needed.
      pool.warm(definition.instances);
      return answer;
    },
    instances: () => pool.view(),
    renew: async () => {
      await pool.renew();
      pool.warm(definition.instances);
    },
    close: () => pool.close(),
  };
}

type Pool = {
  /** One that is idle, or a new one; null where all are busy or the pool is closed. */
  take(): Cell | null;
  /** Begins as many as are missing to so many that live. */
  warm(cells: number): void;
  /** Ends those that have nothing in hand. */
  renew(): Promise<void>;
  view(): readonly InstanceView[];
  close(): Promise<void>;
};

function openPool(cellsMost: number, open: () => Cell): Pool {
  const cells = new Set<Cell>();
  let isClosed = false;
  const begin = (): Cell => {
    const cell = open();
    cells.add(cell);
    return cell;
  };
  const bury = (): void => {
    for (const cell of cells) if (!cell.isAlive()) cells.delete(cell);
  };
  return {
    take: () => {
      if (isClosed) return null;
      bury();
      for (const cell of cells) if (cell.isIdle()) return cell;
      return cells.size >= cellsMost ? null : begin();
    },
    warm: (least) => {
      bury();
      while (!isClosed && cells.size < Math.min(least, cellsMost)) begin();
    },
    renew: async () => {
      const idle = [...cells].filter((cell) => cell.isIdle());
      await Promise.all(idle.map((cell) => cell.end()));
      bury();
    },
    view: () => {
      bury();
      return [...cells].map((cell, at) => ({
        name: `worker ${at + 1}`,
        busy: cell.isIdle() ? 0 : 1,
        fault: null,
      }));
    },
    close: async () => {
      isClosed = true;
      await Promise.all([...cells].map((cell) => cell.end()));
    },
  };
}

type Asked = { readonly task: AgentTask; readonly tools: Tools; readonly abort: AbortSignal };

async function attemptIn(pool: Pool, origin: Origin, asked: Asked): Promise<AgentAnswer> {
  const { task, tools, abort } = asked;
  const { name } = origin;
  if (abort.aborted) return stopped(name, abort, true);
  const cell = pool.take();
  if (cell === null) {
    return failed(
      "agent_temporarily_unavailable",
      `All workers of the agent "${name}" are busy. Raise its concurrency, or lower that of the run.`,
      true,
    );
  }
  const log = boundedLog(tools.log);
  const { use } = tools;
  const message = { type: "attempt", task } as const;
  const reply = await cell.ask({ message, log, use, abort, limits: tools });
  return answerOf(reply, origin, abort);
}

function answerOf(reply: Reply, origin: Origin, abort: AbortSignal): AgentAnswer {
  if (reply.type === "answer") return checkAnswer(reply.given, origin);
  if (reply.type === "died" && reply.kind !== "stopped") {
    return failed(reply.kind, `The agent "${origin.name}" ${reply.why}.`, reply.before);
  }
  return stopped(origin.name, abort, reply.type === "died" && reply.before);
}

/** What is busy is not asked: it works. */
async function healthIn(pool: Pool, name: string): Promise<string | null> {
  const cell = pool.take();
  if (cell === null) return null;
  const ready = await cell.ready;
  if (ready.type === "died") return `The agent "${name}" ${ready.why}.`;
  if (ready.fault !== null) return ready.fault;
  if (!cell.isIdle() || !cell.isAlive()) return null;
  const reply = await cell.ask({
    message: { type: "health" },
    log: () => {},
    use: () => Promise.reject(new Error("Nobody is at work.")),
    abort: AbortSignal.timeout(HEALTH_MS_MOST),
  });
  if (reply.type === "health") return reply.said;
  return `The health check of the agent "${name}" gave no answer within ${HEALTH_MS_MOST / 1_000} seconds.`;
}

function boundedLog(log: (line: string) => void): (line: string) => void {
  let lines = 0;
  return (line) => {
    lines += 1;
    if (lines <= LOG_LINES_MOST) log(line.slice(0, LOG_CHARACTERS_MOST));
    else if (lines === LOG_LINES_MOST + 1)
      log(`More than ${LOG_LINES_MOST} lines; the rest is left out.`);
  };
}
