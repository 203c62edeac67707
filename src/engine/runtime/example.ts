import type {
  Block,
  Common,
  Gate,
  Step,
  SubRun,
  Task,
  Wait,
  Workflow,
} from "../../core/definition/index.ts";
import { type Digest, parseRunId, type RunId } from "../../core/id.ts";
import type { Answer, Call, EffectClass, Signal } from "../../core/machine/index.ts";
import { digestOf } from "./contents.ts";
import type { Definitions, Performance, Performer } from "./runtime.ts";

/** Small workflows and a scripted performer, for the tests of this folder. */
export function workflowOf(steps: readonly Step[], more: Partial<Workflow> = {}): Workflow {
  const name = more.name ?? "example";
  const before = steps.map((_, slot) =>
    steps.flatMap((step, at) => (step.after.includes(slot) ? [at] : [])),
  );
  const root: Block = {
    ...common("", 0),
    kind: "block",
    execution: "mixed",
    concurrencyMost: null,
    phase: false,
    timeoutMs: null,
    steps: steps.map((step, slot) => ({ ...step, slot, before: before[slot] ?? [] })),
  };
  return {
    name,
    version: "1",
    description: "",
    digest: digestOf(name),
    params: {},
    types: {},
    limits: { concurrencyMost: 5, totalTimeoutMs: null },
    resources: {},
    root,
    outputs: {},
    monitoring: {},
    owner: "",
    strategies: {},
    ...more,
  };
}

export function task(id: string, more: Partial<Task> = {}): Task {
  return {
    ...common(id, 0),
    kind: "task",
    agent: { kind: "named", agent: "worker" },
    instructions: "",
    inputs: {},
    outputs: { open: true, fields: {} },
    timeoutMs: null,
    retry: {
      attemptsMost: 3,
      backoff: "fixed",
      firstMs: 1_000,
      mostMs: 1_000,
      jitter: false,
      on: [],
    },
    strategy: "retry_with_backoff",
    fallback: null,
    approve: null,
    compensate: null,
    uses: [],
    ...more,
  };
}

export function wait(id: string, ms: number): Wait {
  return {
    ...common(id, 0),
    kind: "wait",
    until: { kind: "time", ms: { kind: "plain", value: ms } },
    outputs: { open: true, fields: {} },
  };
}

export function gate(id: string): Gate {
  return {
    ...common(id, 0),
    kind: "gate",
    ask: { kind: "plain", value: "Go on?" },
    show: {},
    approval: { chain: "", from: [], need: 1, dueMs: null, onTimeout: "reject" },
    rejected: "fail",
  };
}

/** Steps one after another. */
export function inOrder(steps: readonly Step[]): readonly Step[] {
  return steps.map((step, slot) => ({ ...step, after: slot === 0 ? [] : [slot - 1] }));
}

function common(id: string, slot: number): Common {
  const where = { file: "example.yaml", line: 1, column: 1 };
  return {
    id,
    name: id,
    path: id,
    slot,
    where,
    when: null,
    after: [],
    before: [],
    optional: false,
    impact: "",
    warning: "",
  };
}

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

export function subRun(id: string, workflow: string): SubRun {
  const { retry, strategy, outputs, timeoutMs, ...rest } = task(id);
  return {
    ...common(id, 0),
    kind: "workflow",
    workflow,
    params: {},
    retry: { ...retry, attemptsMost: 1 },
    strategy,
    outputs,
    timeoutMs,
    where: rest.where,
  };
}
