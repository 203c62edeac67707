import { resolve } from "node:path";
import type { FunctionDefinition } from "../../../core/definition/index.ts";
import type { EffectClass } from "../../../core/machine/index.ts";
import type { Agent, AgentAnswer, AgentTask } from "../agent.ts";
import { checkAnswer, type Origin } from "../answer.ts";
import { digestOfAgent } from "../definition-digest.ts";
import { whatIsUnset } from "../environment.ts";
import { isOutOfTime, stopped } from "../failed.ts";
import type { Setting } from "../setting.ts";
import { threw } from "../thrown.ts";
import { deepFreeze } from "./deep-freeze.ts";
import { healthOf, loadModule } from "./load-module.ts";

/**
 * A function of a TypeScript or JavaScript module, in this process. It answers at once where the
 * function is synchronous. Its digest is of the definition and the module's text; modules that it
 * imports are not followed.
 *
 * What cannot be kept from here: a function that ignores `abort` goes on after its answer was given
 * for it, one that never returns stops the whole process, and there is no limit on its memory.
 * `isolate: true` is for those.
 */
export async function openFunction(
  definition: FunctionDefinition,
  setting: Setting,
): Promise<Agent> {
  const file = resolve(setting.folder, definition.module);
  const digest = digestOfAgent(definition.digest, file);
  const origin: Origin = { name: definition.name, classOf: setting.classOf };
  const loaded = await loadModule(file);
  return {
    name: definition.name,
    digest,
    effects: effectsOf(definition.effects, loaded.effects),
    capabilities: capabilitiesOf(definition.capabilities, loaded.capabilities),
    concurrency: definition.concurrency,
    timeoutMs: definition.timeoutMs,
    ...(loaded.fault === null ? {} : { broken: loaded.fault }),
    health: async () => whatIsUnset(definition, setting) ?? healthOf(loaded),
    attempt: (task, tools, abort) => {
      if (abort.aborted) return stopped(definition.name, abort, true);
      try {
        const given: unknown = loaded.attempt(frozen(task), tools, abort);
        return isPromise(given) ? settled(given, origin, abort) : checkAnswer(given, origin);
      } catch (thrown) {
        return threw(thrown, origin.name);
      }
    },
    close: async () => {},
  };
}

export function capabilitiesOf(
  definition: readonly string[],
  module: readonly string[],
): readonly string[] {
  return module.length === 0 ? definition : [...new Set([...definition, ...module])];
}

/** The definition's `ask` is also its silence: then the module's word applies. Else the stricter. */
export function effectsOf(definition: EffectClass, module: EffectClass | null): EffectClass {
  if (module === null) return definition;
  if (definition === "ask" || module === "ask") return module;
  return definition === "idempotent" ? definition : module;
}

/** The task is made for this attempt; what it shares with the run are its inputs and its context. */
function frozen(task: AgentTask): AgentTask {
  deepFreeze(task.inputs);
  deepFreeze(task.context);
  return task;
}

const ONCE = { once: true } as const;
/**
 * One that is told to stop, because the run is cancelled or the process closes, may end by itself:
 * then its own answer is the truth, and nobody has to look what it did. Who is out of time may not.
 */
const ENDS_ITSELF_MS_MOST = 2_000;

/** The answer, or soon after `abort` the answer that is given for it. */
function settled(
  given: PromiseLike<unknown>,
  origin: Origin,
  abort: AbortSignal,
): Promise<AgentAnswer> {
  return new Promise((tell) => {
    let timer: NodeJS.Timeout | undefined;
    const stop = (): void => {
      const giveUp = (): void => tell(stopped(origin.name, abort));
      if (isOutOfTime(abort)) giveUp();
      else timer = setTimeout(giveUp, ENDS_ITSELF_MS_MOST);
    };
    abort.addEventListener("abort", stop, ONCE);
    const end = (answer: AgentAnswer): void => {
      abort.removeEventListener("abort", stop);
      clearTimeout(timer);
      tell(answer);
    };
    given.then(
      (answer) => end(checkAnswer(answer, origin)),
      (thrown: unknown) =>
        end(abort.aborted ? stopped(origin.name, abort) : threw(thrown, origin.name)),
    );
  });
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    "then" in value &&
    typeof value.then === "function"
  );
}
