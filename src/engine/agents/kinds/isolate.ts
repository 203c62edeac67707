import { extname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { FunctionDefinition } from "../../../core/definition/index.ts";
import { isObject, type Json, type JsonObject } from "../../../core/json.ts";
import {
  boundedLog,
  type Cell,
  type Died,
  openCell,
  openWorkerPool,
  type Replied,
  type WorkerPool,
} from "../../outside/index.ts";
import type { OneOfAll } from "../../tools/index.ts";
import type { Agent, AgentAnswer, AgentTask, Tools } from "../agent.ts";
import { checkAnswer, type Origin } from "../answer.ts";
import { digestOfAgent } from "../definition-digest.ts";
import { environmentOf, whatIsUnset } from "../environment.ts";
import { type FailureKind, failed, stopped } from "../failed.ts";
import type { Setting } from "../setting.ts";
import { capabilitiesOf, effectsOf } from "./function.ts";
import type { AgentTrade } from "./isolate-worker.ts";

/** Of one worker, where the agent's definition names none. */
const ISOLATE_MEMORY_BYTES: number = 512 * 1024 * 1024;
const HEALTH_MS_MOST = 5_000;

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
  const open = (): Cell<AgentTrade> =>
    openCell({
      program: WORKER,
      words: [file, definition.name],
      memoryKey: "memory_limit_per_agent",
      memoryBytesMost: definition.memoryBytesMost ?? ISOLATE_MEMORY_BYTES,
      coresMost: definition.coresMost ?? null,
      environment: environmentOf(definition, setting),
      scratch: setting.scratch,
      warden: setting.warden,
    });
  // One more than attempts, so that a question of health takes no attempt's place.
  const pool: Pool = openWorkerPool(concurrency + 1, open);
  const first = await pool.take()?.ready;
  if (first?.type === "ready") pool.warm(definition.instances);
  const said = first?.type === "ready" ? first.ready : { effects: null, capabilities: [] };
  const broken = first === undefined ? null : faultIn(first, definition.name);
  return {
    name: definition.name,
    digest,
    effects: effectsOf(definition.effects, said.effects),
    capabilities: capabilitiesOf(definition.capabilities, said.capabilities),
    concurrency,
    timeoutMs: definition.timeoutMs,
    ...(broken === null ? {} : { broken }),
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

type Pool = WorkerPool<AgentTrade>;
type Begun = Awaited<Cell<AgentTrade>["ready"]>;
type Reply = Replied<AgentTrade> | Died;

/** It has our own file's ending: `.ts` as it is written, `.js` where it was built. */
const WORKER = new URL(
  `./isolate-worker${extname(fileURLToPath(import.meta.url))}`,
  import.meta.url,
);

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
  const ask = { type: "attempt", task, offered: tools.offered?.() ?? null } as const;
  const aside = (one: AgentTrade["aside"]): Promise<AgentTrade["back"]> => {
    if ("all" in one) return tools.useAll(one.all as readonly OneOfAll[]);
    const { tool, args, as } = one;
    return isObject(args as Json)
      ? tools.use(tool, args as JsonObject, as)
      : Promise.reject(NO_ARGS);
  };
  const reply = await cell.ask({ ask, log, aside, abort, limits: tools });
  return answerOf(reply, origin, abort);
}

const NO_ARGS = new TypeError("The arguments of a use are an object.");

const KINDS: Readonly<Record<Exclude<Died["kind"], "stopped">, FailureKind>> = {
  unavailable: "agent_unavailable",
  failed: "agent_failed",
  memory_limit: "memory_limit",
};

function answerOf(said: Reply, origin: Origin, abort: AbortSignal): AgentAnswer {
  if (said.type === "reply")
    return said.reply.type === "answer"
      ? checkAnswer(said.reply.given, origin)
      : stopped(origin.name, abort);
  if (said.kind === "stopped") return stopped(origin.name, abort, said.before);
  return failed(KINDS[said.kind], `The agent "${origin.name}" ${said.why}.`, said.before);
}

/** What kept it from beginning. */
function faultIn(begun: Begun, name: string): string | null {
  return begun.type === "died" ? `The agent "${name}" ${begun.why}.` : begun.ready.fault;
}

/** What is busy is not asked: it works. */
async function healthIn(pool: Pool, name: string): Promise<string | null> {
  const cell = pool.take();
  if (cell === null) return null;
  const ready = await cell.ready;
  const fault = faultIn(ready, name);
  if (fault !== null) return fault;
  if (!cell.isIdle() || !cell.isAlive()) return null;
  const said = await cell.ask({
    ask: { type: "health" },
    log: () => {},
    aside: () => Promise.reject(new Error("Nobody is at work.")),
    abort: AbortSignal.timeout(HEALTH_MS_MOST),
  });
  if (said.type === "reply" && said.reply.type === "health") return said.reply.said;
  return `The health check of the agent "${name}" gave no answer within ${HEALTH_MS_MOST / 1_000} seconds.`;
}
