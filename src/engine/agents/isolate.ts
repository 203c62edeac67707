import { resolve } from "node:path";
import type { FunctionDefinition } from "../../core/definition/index.ts";
import type { Agent, AgentAnswer, AgentTask, Tools } from "./agent.ts";
import { checkAnswer, type Origin } from "./answer.ts";
import { digestOfAgent } from "./definition-digest.ts";
import { failed, stopped } from "./failed.ts";
import { capabilitiesOf, effectsOf } from "./function.ts";
import type { Setting } from "./setting.ts";
import { type Cell, openCell, type Reply } from "./worker-cell.ts";

/** Of one worker, where the agent's definition names none. */
export const ISOLATE_MEMORY_BYTES: number = 512 * 1024 * 1024;
const HEALTH_MS_MOST = 5_000;
/** What one attempt may tell people. */
const LOG_LINES_MOST = 1_000;
const LOG_CHARACTERS_MOST = 2_000;

/**
 * A function in a worker of its own: an endless loop is really ended, and memory above the limit
 * ends the worker and not the process. As many workers as the agent takes attempts at once are kept
 * warm, and one that ended is replaced when it is needed. What a function writes to its console is
 * its log.
 *
 * What cannot be kept: the limit is V8's own for the heap, and for buffers beside it a look four
 * times a second; a single allocation that V8 gives up on altogether ends the whole process. A
 * worker shares the process's files and environment: it isolates faults, not malice.
 */
export async function openIsolate(
  definition: FunctionDefinition,
  setting: Setting,
): Promise<Agent> {
  const file = resolve(setting.folder, definition.module);
  const digest = digestOfAgent(definition.digest, file);
  const origin: Origin = { name: definition.name, classOf: setting.classOf };
  const concurrency = definition.instances * definition.concurrency;
  // One more than attempts, so that a question of health takes no attempt's place.
  const pool = openPool(concurrency + 1, () =>
    openCell({ file, name: definition.name }, definition.memoryBytesMost ?? ISOLATE_MEMORY_BYTES),
  );
  const first = await pool.take()?.ready;
  const said = first?.type === "ready" ? first : { effects: null, capabilities: [] };
  return {
    name: definition.name,
    digest,
    effects: effectsOf(definition.effects, said.effects),
    capabilities: capabilitiesOf(definition.capabilities, said.capabilities),
    concurrency,
    timeoutMs: definition.timeoutMs,
    health: () => healthIn(pool, definition.name),
    attempt: (task, tools, abort) => attemptIn(pool, origin, { task, tools, abort }),
    close: () => pool.close(),
  };
}

type Pool = {
  /** One that is idle, or a new one; null where all are busy or the pool is closed. */
  take(): Cell | null;
  close(): Promise<void>;
};

function openPool(cellsMost: number, open: () => Cell): Pool {
  const cells = new Set<Cell>();
  let isClosed = false;
  return {
    take: () => {
      if (isClosed) return null;
      for (const cell of cells) {
        if (!cell.isAlive()) cells.delete(cell);
        else if (cell.isIdle()) return cell;
      }
      if (cells.size >= cellsMost) return null;
      const cell = open();
      cells.add(cell);
      return cell;
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
  try {
    const log = boundedLog(tools.log);
    return answerOf(
      await cell.ask({ message: { type: "attempt", task }, log, abort }),
      origin,
      abort,
    );
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    return failed("agent_failed", `The agent "${name}" could not be asked: ${why}`);
  }
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
  if (!cell.isIdle()) return null;
  const reply = await cell.ask({
    message: { type: "health" },
    log: () => {},
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
