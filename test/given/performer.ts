import type { Workflow } from "../../src/core/definition/index.ts";
import { type Digest, parseRunId, type RunId } from "../../src/core/id.ts";
import type { Answer, Call, EffectClass, Signal } from "../../src/core/machine/index.ts";
import type { Definitions, Performance, Performer } from "../../src/engine/runtime/index.ts";
import { digestOf } from "./workflow.ts";

/** What a runtime needs around it, in memory: definitions, and one agent that does what a script says. */
export function definitionsOf(workflows: readonly Workflow[]): Definitions {
  return {
    byDigest: (digest) => workflows.find((one) => one.digest === digest) ?? null,
    byName: (name) => workflows.find((one) => one.name === name) ?? null,
    contentOf: (digest) => [digest, JSON.stringify({ text: "" })],
  };
}

export type Script = (
  call: Call,
  task: Performance,
  abort: AbortSignal,
) => Promise<Answer> | Answer;

/** One agent for everything; `done` is what it was asked, in order. */
export function performerOf(
  script: Script,
  options: {
    readonly effects?: EffectClass;
    readonly concurrency?: number;
    readonly timeoutMs?: number;
  } = {},
): Performer & { readonly asked: Call[] } {
  const { effects = "idempotent", concurrency = 1_000, timeoutMs = 60_000 } = options;
  const asked: Call[] = [];
  const terms = { places: [{ place: "agent worker", capacity: concurrency }], timeoutMs };
  return {
    asked,
    perform: (call, task, abort) => {
      asked.push(call);
      return script(call, task, abort);
    },
    terms: () => terms,
    ranked: () => [
      { agent: "worker", digest: digestOf("worker"), effects, healthy: true, why: "" },
    ],
  };
}

export function ok(value: unknown = {}): Answer {
  return { kind: "ok", output: { value: value as never } };
}

export function runId(name: string): RunId {
  const id = parseRunId(`wf_${name}`);
  if (id === null) throw new Error(name);
  return id;
}

export function start(definition: Digest, at: number): Signal {
  return { type: "start", definition, params: {}, parent: null, at, by: "ana" };
}
