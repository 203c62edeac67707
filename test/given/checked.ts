import type {
  Block,
  Choose,
  Common,
  Each,
  Gate,
  Repeat,
  Step,
  SubRun,
  Task,
  Wait,
  Workflow,
} from "../../src/core/definition/index.ts";
import type { RunId } from "../../src/core/id.ts";
import type { Body, Event } from "../../src/core/machine/index.ts";
import { digestOf } from "./workflow.ts";

/** Workflows in their checked form and logs, made by hand for tests that need no file. */
export function exampleWorkflow(phases: readonly Step[], more: Partial<Workflow> = {}): Workflow {
  return {
    name: "example",
    version: "1.0.0",
    description: "",
    owner: "",
    strategies: {},
    digest: "sha256:0" as Workflow["digest"],
    params: {},
    types: {},
    limits: { concurrencyMost: 5, totalTimeoutMs: null },
    resources: {},
    root: block("", phases),
    outputs: null,
    monitoring: {},
    ...more,
  };
}

/** Steps side by side, each when what it waits for has ended, without phases. */
export function mixedWorkflow(steps: readonly Step[], more: Partial<Workflow> = {}): Workflow {
  const before = steps.map((_, slot) =>
    steps.flatMap((step, at) => (step.after.includes(slot) ? [at] : [])),
  );
  const joined = numbered(steps).map((step, slot) => ({ ...step, before: before[slot] ?? [] }));
  const root: Block = { ...block("", joined), execution: "mixed" };
  const digest = digestOf(more.name ?? "example");
  return { ...exampleWorkflow([], { outputs: {}, root, digest }), ...more };
}

/** Steps one after another. */
export function inOrder(steps: readonly Step[]): readonly Step[] {
  return steps.map((step, slot) => ({ ...step, after: slot === 0 ? [] : [slot - 1] }));
}

/** Two phases, "load" and "send", of one task each, and an each of letters in the second. */
export function lettersWorkflow(params: Workflow["params"] = {}): Workflow {
  const loader = { agent: { kind: "named", agent: "loader" } } as const;
  const letters = each("send/letters", task("send/letters[]", { ...loader, name: "Letter" }));
  const load = block("load", [task("load/1", { ...loader, name: "Load customers" })]);
  const send = block("send", [
    task("send/2", { ...loader, name: "Write letters" }),
    { ...letters, name: "Send letters" },
  ]);
  const phases = [
    { ...load, name: "Preparation" },
    { ...send, name: "Letters" },
  ];
  return exampleWorkflow(phases, { version: "1.2.0", params });
}

export function task(path: string, more: Partial<Task> = {}): Task {
  return {
    ...common(path),
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

/** A task whose workflow is run as a run of its own. */
export function subRun(path: string, workflow: string): SubRun {
  const { retry, strategy, outputs, timeoutMs } = task(path);
  const own = { workflow, params: {}, strategy, outputs, timeoutMs } as const;
  return { ...common(path), kind: "workflow", ...own, retry: { ...retry, attemptsMost: 1 } };
}

export function wait(path: string, ms: number): Wait {
  const until = { kind: "time", ms: { kind: "plain", value: ms } } as const;
  return { ...common(path), kind: "wait", until, outputs: { open: true, fields: {} } };
}

export function block(path: string, steps: readonly Step[]): Block {
  return {
    ...common(path),
    kind: "block",
    execution: "sequential",
    concurrencyMost: null,
    steps: numbered(steps),
    phase: path !== "" && !path.includes("/"),
    timeoutMs: null,
  };
}

export function each(path: string, body: Step): Each {
  const items = { kind: "plain", value: [] } as const;
  const tolerate = { kind: "count", most: 0 } as const;
  return { ...common(path), kind: "each", items, body, concurrencyMost: null, tolerate };
}

export function repeat(path: string, body: Step): Repeat {
  const until = {
    text: "true",
    reads: [],
    evaluate: () => ({ kind: "value", value: true }) as const,
  };
  return { ...common(path), kind: "repeat", body, until, roundsMost: 10 };
}

export function choose(path: string, branches: readonly Step[]): Choose {
  const steps = numbered(branches);
  return { ...common(path), kind: "choose", branches: steps.map((step) => ({ when: null, step })) };
}

export function gate(path: string, from: readonly string[] = ["ana"]): Gate {
  const approval = { chain: "", from, need: 1, dueMs: null, onTimeout: "reject" } as const;
  const ask = { kind: "plain", value: "Go on?" } as const;
  return { ...common(path), kind: "gate", ask, show: {}, approval, rejected: "fail" };
}

/** Events of one run, numbered, a second apart. */
export function log(bodies: readonly Body[], startAt = 1_765_533_600_000): readonly Event[] {
  return bodies.map((body, at) => ({
    ...body,
    seq: at + 1,
    at: startAt + at * 1000,
    by: "muster",
  }));
}

export const accepted: Body = {
  type: "run.accepted",
  run: "wf_example" as RunId,
  definition: "sha256:0" as Workflow["digest"],
  workflow: "example",
  version: "1.0.0",
  params: {},
  parent: null,
  machine: 1,
};

export function begun(path: string, more: object = {}): Body {
  return { type: "step.started", path, slot: 0, ...more };
}

export function attempted(path: string, agent = "worker"): Body {
  return { type: "step.started", path, slot: 0, attempt: { agent, effects: "pure" } };
}

export function ended(path: string, more: object = {}): Body {
  return { type: "step.finished", path, outcome: "completed", ...more };
}

export const timedOut = {
  class: "transient",
  kind: "network_timeout",
  message: "no answer in 30 s",
} as const;

function numbered<Kind extends Step>(steps: readonly Kind[]): readonly Kind[] {
  return steps.map((step, slot) => ({ ...step, slot }));
}

function common(path: string): Common {
  const id = path.slice(path.lastIndexOf("/") + 1);
  return {
    id,
    name: `Step ${id}`,
    path,
    slot: 0,
    where: { file: "example.yaml", line: 1, column: 1 },
    when: null,
    after: [],
    before: [],
    optional: false,
    impact: "",
    warning: "",
  };
}
