import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import {
  ALONE,
  EVERY_KIND,
  EXAMPLES,
  FLAT,
  PARALLEL,
  PRODUCTION,
} from "../../../test/given/examples.ts";
import type { Json } from "../json.ts";
import { readWorkflow } from "./read-workflow.ts";
import { madeFiles } from "./schema-file.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Step, Workflow } from "./workflow.ts";

function read(text: string, file = "workflows/example.yaml"): Workflow {
  const { workflow, problems } = readWorkflow({ file, text }, ALONE);
  if (workflow === null) throw new Error(JSON.stringify(problems, null, 2));
  return workflow;
}

/** The step with this id, anywhere. */
function find(workflow: Workflow, id: string): Step {
  const inside = (step: Step): readonly Step[] => [
    step,
    ...(step.kind === "block" ? step.steps.flatMap(inside) : []),
    ...(step.kind === "each" || step.kind === "repeat" ? inside(step.body) : []),
    ...(step.kind === "choose" ? step.branches.flatMap(({ step: branch }) => inside(branch)) : []),
  ];
  const found = inside(workflow.root).find((step) => step.id === id);
  if (found === undefined) throw new Error(`no step ${id}`);
  return found;
}

function of<Kind extends Step["kind"]>(step: Step, kind: Kind): Extract<Step, { kind: Kind }> {
  if (step.kind !== kind) throw new Error(`${step.id} is ${step.kind}`);
  return step as Extract<Step, { kind: Kind }>;
}

describe("the production example", () => {
  const workflow = read(PRODUCTION);

  test("keeps its head, its limits and its monitoring", () => {
    expect(workflow).toMatchObject({
      name: "customer-onboarding-automation",
      version: "2.1.0",
      limits: { concurrencyMost: 10, totalTimeoutMs: 7_200_000 },
      monitoring: {
        notices: [
          { type: "webhook", url: "https://company.com/webhooks/onboarding" },
          { type: "slack", room: "#customer-success" },
        ],
      },
    });
    expect(Object.entries(workflow.params).map(([name, param]) => [name, param.default])).toEqual([
      ["batch_size", 50],
      ["company_tier", "enterprise"],
      ["compliance_required", ["HIPAA", "SOC2"]],
    ]);
  });

  test("has four phases, one after another, with steps by number", () => {
    expect(workflow.root.steps.map(({ path, after, before }) => [path, after, before])).toEqual([
      ["preparation", [], [1]],
      ["account-setup", [0], [2]],
      ["documentation", [1], [3]],
      ["validation", [2], []],
    ]);
    expect(workflow.root.steps.every((step) => step.kind === "block" && step.phase)).toBe(true);
    const setup = of(find(workflow, "account-setup"), "block");
    expect([setup.execution, setup.concurrencyMost]).toEqual(["parallel", 10]);
    expect(setup.steps.map(({ id, path, slot }) => [id, path, slot])).toEqual([
      ["2", "account-setup/2", 0],
      ["3", "account-setup/3", 1],
    ]);
  });

  test("gives every step its agent, strategy, retry and outputs", () => {
    const load = of(find(workflow, "1"), "task");
    expect(load).toMatchObject({
      name: "Load customer data",
      agent: { kind: "named", agent: "data-engineering" },
      strategy: "fail_immediately",
      retry: {
        attemptsMost: 3,
        backoff: "exponential",
        firstMs: 5_000,
        mostMs: 60_000,
        jitter: true,
      },
      where: { file: "workflows/example.yaml", line: 14, column: 9 },
    });
    expect(Object.values(load.outputs.fields).map(({ text }) => text)).toEqual([
      "Customer[]",
      "ValidationReport",
    ]);
    const create = of(find(workflow, "2"), "task");
    const { customers } = create.inputs;
    expect(customers?.kind === "expression" && customers.expression.reads).toEqual([
      ["steps", "1", "customer_list"],
    ]);
  });

  test("warns of unknown agents and types, and of nothing else but the missing fallback", () => {
    const { problems } = readWorkflow({ file: "a.yaml", text: PRODUCTION }, ALONE);
    const codes = problems.map(({ code }) => code).toSorted();
    expect(codes).toEqual([
      "advice",
      ...Array.from({ length: 5 }, () => "unknown-agent"),
      ...Array.from({ length: 4 }, () => "unknown-type"),
    ]);
    expect(problems.every(({ severity }) => severity === "warning")).toBe(true);
  });
});

describe("the flat list", () => {
  const workflow = read(FLAT, "flows/document-code.yaml");

  test("is named as its file, and runs in its order", () => {
    expect(workflow.name).toBe("document-code");
    expect(workflow.root.execution).toBe("sequential");
    expect(workflow.root.steps.map(({ id, after, before }) => [id, after, before])).toEqual([
      ["1", [], [1]],
      ["2", [0], [2]],
      ["3", [1], []],
    ]);
  });

  test("has outputs as names, of any type", () => {
    const { outputs } = of(find(workflow, "1"), "task");
    expect(outputs.open).toBe(false);
    expect(Object.keys(outputs.fields)).toEqual(["architecture_summary", "file_inventory"]);
  });
});

describe("the parallel example", () => {
  const workflow = read(PARALLEL, "research.yaml");

  test("is one phase of five steps that wait for nobody", () => {
    expect(workflow.name).toBe("research");
    expect(workflow.limits.concurrencyMost).toBe(5);
    expect(workflow.root.steps).toHaveLength(1);
    const phase = of(find(workflow, "data-collection"), "block");
    expect([phase.name, phase.phase, phase.execution]).toEqual([
      "Data Collection",
      true,
      "parallel",
    ]);
    expect(phase.steps.map(({ after }) => after)).toEqual([[], [], [], [], []]);
  });

  test("hands its agents the task as their instruction, and names steps by it", () => {
    const first = of(find(workflow, "1"), "task");
    expect([first.instructions, first.name]).toEqual([
      "Research competitor A",
      "Research competitor A",
    ]);
  });
});

describe("a workflow with every kind of step", () => {
  const workflow = read(EVERY_KIND);

  test("has no problem but the agents that a lone file cannot know", () => {
    const { problems } = readWorkflow({ file: "a.yaml", text: EVERY_KIND }, ALONE);
    expect(new Set(problems.map(({ code }) => code))).toEqual(new Set(["unknown-agent"]));
  });

  test("takes the least of all limits, and a step's own timeout over the general one", () => {
    expect(workflow.limits).toEqual({ concurrencyMost: 8, totalTimeoutMs: 3_600_000 });
    // The agents' own limit of four minutes wins over the ten the step asks for.
    expect(of(find(workflow, "load"), "task").timeoutMs).toBe(240_000);
    expect(of(find(workflow, "child"), "workflow").timeoutMs).toBe(300_000);
    expect(workflow).toMatchObject({ version: "2.10", owner: "operations" });
  });

  test("fills in retry and fallback where the step says nothing", () => {
    expect(of(find(workflow, "load"), "task").retry).toMatchObject({
      attemptsMost: 2,
      firstMs: 1_000,
      mostMs: 10_000,
      jitter: false,
      backoff: "linear",
    });
    expect(of(find(workflow, "draft"), "task")).toMatchObject({
      retry: {
        attemptsMost: 4,
        backoff: "linear",
        on: ["transient", "agent_unavailable", "agent_temporarily_unavailable"],
      },
      fallback: { agent: "senior", reason: "", on: [] },
      strategy: null,
    });
    expect(of(find(workflow, "load"), "task").fallback).toEqual({
      agent: "senior",
      reason: "Knows the files too.",
      on: ["agent_unavailable", "agent_temporarily_unavailable"],
    });
    expect(workflow.strategies).toEqual({ permanent: "halt_and_escalate" });
  });

  test("each goes around its body, which keeps what is said of one item", () => {
    const each = of(find(workflow, "welcome"), "each");
    expect(each).toMatchObject({
      path: "work/welcome",
      concurrencyMost: 3,
      tolerate: { kind: "share", most: 0.1 },
      optional: true,
      when: null,
      impact: "Some customers get no letter.",
    });
    const body = of(each.body, "task");
    expect(body).toMatchObject({
      id: "welcome[]",
      path: "work/welcome[]",
      slot: 0,
      optional: false,
    });
    expect(body.when?.text).toBe("item.amount > 0");
    expect(body.compensate?.agent).toBe("mailer");
  });

  test("choose has its branches in order, and otherwise last", () => {
    const choose = of(find(workflow, "route"), "choose");
    expect(
      choose.branches.map(({ when, step }) => [when?.text ?? null, step.path, step.kind]),
    ).toEqual([
      ["size($load.rows) > 10", "work/route/big", "task"],
      ['params.tier == "gold"', "work/route/route-2", "block"],
      [null, "work/route/route-otherwise", "block"],
    ]);
    expect(of(find(workflow, "first"), "task")).toMatchObject({
      agent: { kind: "capable", needs: ["plan"] },
      approve: { from: ["ana"], need: 1, onTimeout: "escalate" },
    });
  });

  test("repeat, gate, wait and a sub-run say what they were told", () => {
    const repeat = of(find(workflow, "refine"), "repeat");
    expect([repeat.roundsMost, repeat.body.path, repeat.body.kind]).toEqual([
      5,
      "work/refine{}",
      "block",
    ]);
    expect(of(find(workflow, "judge"), "task").path).toBe("work/refine{}/judge");
    expect(of(find(workflow, "check"), "gate")).toMatchObject({
      rejected: "continue",
      approval: { from: ["ana", "bo"], need: 2, dueMs: 14_400_000, onTimeout: "reject" },
    });
    expect(of(find(workflow, "pause"), "wait").until).toEqual({
      kind: "time",
      ms: { kind: "plain", value: 600_000 },
    });
    expect(of(find(workflow, "paid"), "wait").until).toMatchObject({
      kind: "event",
      event: "payment",
      timeoutMs: 172_800_000,
    });
    expect(of(find(workflow, "child"), "workflow").workflow).toBe("onboarding");
  });

  test("data decides who waits in a mixed block, and `after` beside it", () => {
    const work = of(find(workflow, "work"), "block");
    const order = work.steps.map(({ id, after, before }) => [id, after, before]);
    expect(work.execution).toBe("mixed");
    expect(order).toEqual([
      ["welcome", [], [5]],
      ["route", [], [2]],
      ["refine", [1], [5]],
      ["pause", [], [5]],
      ["paid", [], [5]],
      ["child", [0, 2, 3, 4], []],
    ]);
  });
});

test("a wait on an expression takes a duration as it may be written: a number is seconds", () => {
  const waits = (written: string, delay: Json): unknown => {
    const workflow = read(
      `parameters: { delay: null }\nsteps: [{ id: later, wait: "${written}" }]`,
    );
    const { until } = of(find(workflow, "later"), "wait");
    return until.kind === "time" && until.ms.kind === "expression"
      ? until.ms.expression.evaluate({
          name: (name) => (name === "params" ? { delay } : undefined),
          step: () => undefined,
        })
      : null;
  };
  const given = (delay: Json): unknown => waits("$params.delay", delay);
  expect(waits("${params.delay}m", 2)).toEqual({ kind: "value", value: 120_000 });
  expect(given(90)).toEqual({ kind: "value", value: 90_000 });
  expect(given("2 hours")).toEqual({ kind: "value", value: 7_200_000 });
  expect(given("soon")).toMatchObject({ kind: "fault" });
  expect(given([])).toMatchObject({ kind: "fault" });
});

describe("the same text", () => {
  test("R1 gives the same workflow in any surroundings", () => {
    const company: Surroundings = { ...ALONE, agents: {}, workflows: {} };
    const { workflow, problems } = readWorkflow({ file: "a.yaml", text: FLAT }, company);
    expect(workflow).toBeNull();
    expect(problems.every(({ code }) => code === "unknown-agent")).toBe(true);
    const known = Object.fromEntries(
      ["codebase-analyzer", "codi-documentation-writer", "code-reviewer"].map((name) => [
        name,
        { capabilities: [] },
      ]),
    );
    const inside = readWorkflow({ file: "a.yaml", text: FLAT }, { ...company, agents: known });
    expect(JSON.stringify(inside.workflow)).toBe(JSON.stringify(read(FLAT, "a.yaml")));
  });
});

describe("the schema that editors read", () => {
  const schema = madeFiles().find(({ path }) => path === "schema/workflow.schema.json");
  const validate = new Ajv2020({ strict: false }).compile(
    JSON.parse(schema?.text ?? "{}") as object,
  );

  test("accepts every example", () => {
    for (const text of EXAMPLES) {
      validate(parse(text));
      expect(validate.errors).toBeNull();
    }
  });

  test("refuses what the reader refuses", () => {
    for (const text of [
      "nmae: x",
      "max_concurrency: 21",
      "steps: [{agnt: x}]",
      "steps: [{gate: Go?, retry: 2}]",
    ]) {
      expect([text, validate(parse(text))]).toEqual([text, false]);
    }
  });
});
