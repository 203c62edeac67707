import { resolve } from "node:path";
import type { FunctionDefinition } from "../../core/definition/index.ts";
import type { EffectClass } from "../../core/machine/index.ts";
import type { Agent, AgentAnswer, AgentTask } from "./agent.ts";
import { checkAnswer, type Origin } from "./answer.ts";
import { deepFreeze } from "./deep-freeze.ts";
import { digestOfAgent } from "./definition-digest.ts";
import { failed, stopped } from "./failed.ts";
import { type LoadedModule, loadModule, placeOf } from "./load-module.ts";
import type { Setting } from "./setting.ts";

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
    concurrency: definition.instances * definition.concurrency,
    timeoutMs: definition.timeoutMs,
    health: () => healthOf(loaded),
    attempt: (task, tools, abort) => {
      if (abort.aborted) return stopped(definition.name, abort, true);
      try {
        const given: unknown = loaded.attempt(frozen(task), tools, abort);
        return isPromise(given) ? settled(given, origin, abort) : checkAnswer(given, origin);
      } catch (thrown) {
        return threw(thrown, origin);
      }
    },
    close: async () => {},
  };
}

/** What the module says of itself; a health check that throws says it that way. */
export async function healthOf(loaded: LoadedModule): Promise<string | null> {
  try {
    const said: unknown = await loaded.health();
    return typeof said === "string" ? said.slice(0, MESSAGE_CHARACTERS_MOST) : null;
  } catch (thrown) {
    return `Its health check threw ${messageOf(thrown)}`;
  }
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

/** What a function threw: nobody knows what it had done by then. */
export function threw(thrown: unknown, from: Origin): AgentAnswer {
  return failed("agent_failed", `The agent "${from.name}" threw ${messageOf(thrown)}`);
}

/** The task is made for this attempt; what it shares with the run are its inputs and its context. */
function frozen(task: AgentTask): AgentTask {
  deepFreeze(task.inputs);
  deepFreeze(task.context);
  return task;
}

const ONCE = { once: true } as const;

/** The answer, or at `abort` the answer that is given for it. */
function settled(
  given: PromiseLike<unknown>,
  origin: Origin,
  abort: AbortSignal,
): Promise<AgentAnswer> {
  return new Promise((tell) => {
    const stop = (): void => tell(stopped(origin.name, abort));
    abort.addEventListener("abort", stop, ONCE);
    given.then(
      (answer) => {
        abort.removeEventListener("abort", stop);
        tell(checkAnswer(answer, origin));
      },
      (thrown: unknown) => {
        abort.removeEventListener("abort", stop);
        tell(threw(thrown, origin));
      },
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

const MESSAGE_CHARACTERS_MOST = 2_000;

/** "TypeError: x is not a function (/company/agents/a.ts:3:7)" */
function messageOf(thrown: unknown): string {
  try {
    if (!(thrown instanceof Error)) return bounded(`what is no error: ${textOf(thrown)}`);
    const place = typeof thrown.stack === "string" ? placeOf(thrown.stack) : null;
    return bounded(`${thrown.name}: ${thrown.message}`) + (place === null ? "" : ` (${place})`);
  } catch {
    return "what cannot be read.";
  }
}

function textOf(thrown: unknown): string {
  return typeof thrown === "string" ? thrown : (JSON.stringify(thrown) ?? typeof thrown);
}

function bounded(text: string): string {
  return text.slice(0, MESSAGE_CHARACTERS_MOST);
}
