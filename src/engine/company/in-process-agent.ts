import { FAILURE_KINDS, failure } from "../../core/machine/index.ts";
import { type Agent, checkAnswer, type FunctionAgent } from "../agents/index.ts";
import { digestOf } from "../runtime/index.ts";

/** Attempts at once, and the time of one: an agent of this process is for tests and embedding. */
const CONCURRENCY = 1_000;
const TIMEOUT_MS = 300_000;

/** A function that was handed in, as an agent: no file, no module. Undeclared effects are `ask`. */
export function inProcessAgent(name: string, given: FunctionAgent): Agent {
  const origin = { name, classOf: (kind: string) => FAILURE_KINDS[kind]?.class ?? null };
  const threw = (thrown: unknown) => {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    return {
      error: { ...failure("crashed", `The agent "${name}" threw: ${why}`), certain: false },
    };
  };
  return {
    name,
    digest: digestOf(`in-process ${name}`),
    effects: given.effects ?? "ask",
    capabilities: given.capabilities ?? [],
    concurrency: CONCURRENCY,
    timeoutMs: TIMEOUT_MS,
    health: async () => (await given.health?.()) ?? null,
    attempt: (task, tools, abort) => {
      try {
        const answer = given.attempt(task, tools, abort);
        return answer instanceof Promise
          ? answer.then((one: unknown) => checkAnswer(one, origin), threw)
          : checkAnswer(answer, origin);
      } catch (thrown) {
        return threw(thrown);
      }
    },
    close: async () => {},
  };
}
