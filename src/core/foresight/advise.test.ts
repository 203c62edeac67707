/** Each piece of advice, where it is given and where it is not. */
import { describe, expect, test } from "vitest";
import { digestOf, workflow } from "../../../test/given/workflow.ts";
import {
  type AdviceId,
  type AgentDefinition,
  ANTI_PATTERNS,
  PRACTICES,
  readAgent,
} from "../definition/index.ts";
import { advise } from "./index.ts";

const AGENTS: Readonly<Record<string, string>> = {
  clerk: "{ kind: function, module: clerk.ts, effects: idempotent }",
  reader: "{ kind: function, module: reader.ts, effects: pure, usage_estimate: { tokens: 900 } }",
  mailer: "{ kind: function, module: mailer.ts, effects: ask }",
  service: "{ kind: http, url: https://example.com/ask, effects: pure }",
};

const THREE = "steps: [{id: a, agent: clerk}, {id: b, agent: clerk}, {id: c, agent: clerk}]";

/** By advice: a workflow that is given it, and one that is not. */
const CASES: Readonly<Record<AdviceId, readonly [given: string, not: string]>> = {
  "untyped-params": [
    "parameters: { order: { required: true } }\nsteps: [{agent: clerk}]",
    "parameters: { order: { type: string, required: true } }\nsteps: [{agent: clerk}]",
  ],
  "no-checkpoints": [
    "execution_config: { checkpoint_strategy: { enabled: false } }\nsteps: [{agent: clerk}]",
    "execution_config: { checkpoint_strategy: { interval: per_step } }\nsteps: [{agent: clerk}]",
  ],
  "endless-retries": [
    "steps: [{agent: clerk, retry: { max_attempts: 50 }}]",
    "steps: [{agent: clerk, retry: { max_attempts: 3 }}]",
  ],
  "no-concurrency-limit": [
    "parameters: { ids: [1, 2] }\nsteps: [{each: $params.ids, agent: clerk}]",
    "parameters: { ids: [1, 2] }\nsteps: [{each: $params.ids, max_concurrency: 2, agent: clerk}]",
  ],
  "no-budget": [
    "steps: [{id: a, agent: service}]",
    "resource_limits: { token_budget: 1000 }\nsteps: [{id: a, agent: service}]",
  ],
  "one-at-a-time": [
    "steps: [{id: a, agent: clerk, outputs: {x: string}}, {id: b, agent: clerk}]",
    "steps: [{id: a, agent: clerk, outputs: {x: string}}, {id: b, agent: clerk, inputs: {x: $a.x}}]".replaceAll(
      "$a.x",
      "$steps.a.x",
    ),
  ],
  "no-escalation": [
    THREE,
    `${THREE}\nerror_handling: { escalation_rules: [{condition: critical_step_failure, action: pause_workflow}] }`,
  ],
  "untyped-data": [
    "steps: [{id: a, agent: clerk}, {id: b, agent: clerk, inputs: {x: $steps.a.x}}]",
    "steps: [{id: a, agent: clerk, outputs: {x: string}}, {id: b, agent: clerk, inputs: {x: $steps.a.x}}]",
  ],
  "no-monitoring": [
    THREE,
    `${THREE}\nmonitoring: { progress_webhook: "https://example.com/told" }`,
  ],
  "too-much-in-one-step": [
    `steps: [{agent: clerk, task: "${"Do this. ".repeat(300)}"}]`,
    "steps: [{agent: clerk, task: Do this.}]",
  ],
  "not-repeatable": [
    "steps: [{agent: mailer, error_strategy: retry_with_backoff}]",
    "steps: [{agent: clerk, error_strategy: retry_with_backoff}]",
  ],
  "no-error-boundaries": [
    "steps: [{agent: clerk}, {agent: clerk}, {agent: clerk}, {agent: clerk}, {agent: clerk}]",
    "steps: [{agent: clerk}, {agent: clerk}, {agent: clerk}, {agent: clerk}, {agent: clerk, optional: true}]",
  ],
  "no-time-limit": [THREE, `${THREE}\nresource_limits: { total_timeout: 1h }`],
  "no-fallback": [
    "steps: [{id: a, agent: service, outputs: {x: string}}, {agent: clerk, inputs: {x: $steps.a.x}}]",
    "steps: [{id: a, agent: service, fallback: clerk, outputs: {x: string}}, {agent: clerk, inputs: {x: $steps.a.x}}]",
  ],
  "too-many-notices": [
    "monitoring: { notifications: [{type: slack, webhook: https://example.com/s, events: [started, progress, failed]}] }\nsteps: [{agent: clerk}]",
    "monitoring: { notifications: [{type: slack, webhook: https://example.com/s, events: [failed]}] }\nsteps: [{agent: clerk}]",
  ],
  "no-way-back": [
    "steps: [{id: a, agent: clerk, compensate: {agent: clerk}}, {id: b, agent: mailer}]",
    "steps: [{id: a, agent: clerk, compensate: {agent: clerk}}, {id: b, agent: reader}]",
  ],
  "limit-above-agent": [
    "parameters: { ids: [1, 2] }\nsteps: [{each: $params.ids, max_concurrency: 20, agent: clerk}]",
    "parameters: { ids: [1, 2] }\nsteps: [{each: $params.ids, max_concurrency: 5, agent: clerk}]",
  ],
  "not-cached": ["steps: [{agent: reader}]", "steps: [{agent: clerk}]"],
};

describe.each(Object.keys({ ...ANTI_PATTERNS, ...PRACTICES }) as AdviceId[])(
  "advice on %s",
  (id) => {
    const [given, not] = CASES[id];

    test("is given where it helps, with its place and the mend", () => {
      const found = adviceOn(given).filter((one) => one.id === id);
      expect(found).not.toEqual([]);
      for (const { message, mend, where } of found) {
        expect(message).toMatch(/\.$/);
        expect(mend).toMatch(/\.$/);
        expect(where.line).toBeGreaterThan(0);
      }
    });

    test("is not given where it was followed", () => {
      expect(adviceOn(not).map((one) => one.id)).not.toContain(id);
    });

    test("is silenced with a reason", () => {
      const silenced = adviceOn(`${given}\nsilence: { ${id}: we know }`);
      expect(silenced.map((one) => one.id)).not.toContain(id);
    });
  },
);

test("what is silenced must be advice, and has a reason", () => {
  expect(() => workflow("steps: [{agent: clerk}]\nsilence: { no-budgets: we know }")).toThrow(
    "no-budget",
  );
});

test("the mend of a missing escalation, as it is typed, puts every failure for good before a person", () => {
  const mend = adviceOn(THREE).find(({ id }) => id === "no-escalation")?.mend ?? "";
  const typed = /^Write (.*)\.$/.exec(mend)?.[1] ?? "";
  const { strategies, rules = [] } = workflow(`${THREE}\n${typed}`);
  expect(strategies).toMatchObject({ permanent: "halt_and_escalate" });
  expect(rules).toMatchObject([{ condition: "retry_exhausted", action: "pause_workflow" }]);
});

test("the agents of a lone file are not known, and nothing is said of them", () => {
  const lone = advise(workflow(CASES["no-budget"][0]), null);
  expect(lone.map(({ id }) => id)).not.toContain("no-budget");
});

function adviceOn(text: string) {
  return advise(workflow(text), agents());
}

function agents(): readonly AgentDefinition[] {
  return Object.entries(AGENTS).map(([name, text]) => {
    const read = readAgent({ file: `agents/${name}.yaml`, text }, { digest: digestOf });
    if (read.agent === null) throw new Error(JSON.stringify(read.problems));
    return read.agent;
  });
}
