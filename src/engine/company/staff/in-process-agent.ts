import { FAILURE_KINDS, failure } from "../../../core/machine/index.ts";
import { ownOf } from "../../../core/own.ts";
import { type Agent, checkAnswer, type FunctionAgent, messageOf } from "../../agents/index.ts";
import { type Clock, digestOf } from "../../runtime/index.ts";

/** Attempts at once, and the time of one: an agent of this process is for tests and embedding. */
const CONCURRENCY = 1_000;
const TIMEOUT_MS = 300_000;
/** Whoever does not answer by then is not healthy. */
const HEALTH_MS_MOST = 10_000;
const HEALTH_CHARACTERS_MOST = 2_000;

/** A function that was handed in, as an agent: no file, no module. Undeclared effects are `ask`. */
export function inProcessAgent(name: string, given: FunctionAgent, clock: Clock): Agent {
  const origin = { name, classOf: (kind: string) => ownOf(FAILURE_KINDS, kind)?.class ?? null };
  const threw = (thrown: unknown) => ({
    error: {
      ...failure("crashed", `The agent "${name}" threw ${messageOf(thrown)}`),
      certain: false,
    },
  });
  return {
    name,
    digest: digestOf(`in-process ${name}`),
    effects: given.effects ?? "ask",
    capabilities: given.capabilities ?? [],
    concurrency: CONCURRENCY,
    timeoutMs: TIMEOUT_MS,
    ...(given.estimate === undefined ? {} : { estimate: given.estimate }),
    health: () => healthOf(given, clock),
    attempt: (task, tools, abort) => {
      try {
        const answer: unknown = given.attempt(task, tools, abort);
        return isPromise(answer)
          ? Promise.resolve(answer).then((one: unknown) => checkAnswer(one, origin), threw)
          : checkAnswer(answer, origin);
      } catch (thrown) {
        return threw(thrown);
      }
    },
    close: async () => {},
  };
}

/** What it says of its health; a check that throws, or never answers, says it that way. */
async function healthOf(given: FunctionAgent, clock: Clock): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const late = `It did not say how it is within ${HEALTH_MS_MOST / 1_000} seconds.`;
  const answered = clock.after(HEALTH_MS_MOST, () => resolve(late));
  try {
    const said: unknown = await Promise.race([given.health?.(), promise]);
    return typeof said === "string" ? said.slice(0, HEALTH_CHARACTERS_MOST) : null;
  } catch (thrown) {
    return `Its health check threw ${messageOf(thrown)}`;
  } finally {
    answered();
  }
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    "then" in value &&
    typeof value.then === "function"
  );
}
