import type {
  Block,
  Choose,
  Common,
  Each,
  Gate,
  Repeat,
  Step,
  Task,
  Workflow,
} from "../../src/core/definition/index.ts";
import type { RunId } from "../../src/core/id.ts";
import type { Body, Event } from "../../src/core/machine/index.ts";

/** Workflows in their checked form and logs, made by hand for tests that need no file. */
export function exampleWorkflow(phases: readonly Step[]): Workflow {
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
  };
}

export function task(path: string): Task {
  return {
    ...common(path),
    kind: "task",
    agent: { kind: "named", agent: "worker" },
    instructions: "",
    inputs: {},
    outputs: { open: true, fields: {} },
    timeoutMs: null,
    retry: { attemptsMost: 3, backoff: "fixed", firstMs: 0, mostMs: 0, jitter: false, on: [] },
    strategy: "retry_with_backoff",
    fallback: null,
    approve: null,
    compensate: null,
    uses: [],
  };
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

export function gate(path: string): Gate {
  const approval = { chain: "", from: ["ana"], need: 1, dueMs: null, onTimeout: "reject" } as const;
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
