import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { cases } from "../../../test/given/cases.ts";
import { parseDigest } from "../id.ts";
import type { Json } from "../json.ts";
import { readWorkflow } from "./read-workflow.ts";
import { madeFiles } from "./schema-file.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Step, Workflow } from "./workflow.ts";

/** The production example: phases, numeric ids, parameters, monitoring, resource limits. */
const PRODUCTION = `name: customer-onboarding-automation
description: Automated enterprise customer onboarding with compliance
version: 2.1.0

parameters:
  batch_size: 50
  company_tier: enterprise
  compliance_required: [HIPAA, SOC2]

phases:
  - name: Preparation
    execution: sequential
    steps:
      - id: 1
        name: Load customer data
        agent: data-engineering
        inputs:
          source: customers.csv
          validate_schema: true
        outputs:
          customer_list: Customer[]
          validation_report: ValidationReport
        error_strategy: fail_immediately

  - name: Account Setup
    execution: parallel
    max_concurrency: 10
    steps:
      - id: 2
        name: Create tenant accounts
        agent: backend-development
        inputs:
          customers: $step1.customer_list
        outputs:
          tenant_ids: UUID[]
        error_strategy: retry_with_backoff

      - id: 3
        name: Configure compliance settings
        agent: compliance-checker-agent
        inputs:
          requirements: $params.compliance_required
        outputs:
          compliance_configs: Config[]
        error_strategy: fail_immediately

  - name: Documentation
    execution: sequential
    steps:
      - id: 4
        name: Generate onboarding docs
        agent: codi-documentation-writer
        inputs:
          tenant_ids: $step2.tenant_ids
          compliance: $step3.compliance_configs
        outputs:
          documentation_urls: URL[]
        error_strategy: degradable

  - name: Validation
    execution: sequential
    steps:
      - id: 5
        name: End-to-end validation
        agent: testing-specialist
        inputs:
          tenants: $step2.tenant_ids
          docs: $step4.documentation_urls
        outputs:
          validation_results: TestResults[]
        error_strategy: retry_with_fallback

monitoring:
  progress_webhook: https://company.com/webhooks/onboarding
  slack_channel: "#customer-success"

resource_limits:
  total_timeout: 2 hours
  token_budget: 120000
  max_concurrent_agents: 10
`;

/** A flat list of steps, with outputs as names. */
const FLAT = `workflow:
  - step: 1
    name: "Analyze codebase"
    agent: codebase-analyzer
    outputs:
      - architecture_summary
      - file_inventory

  - step: 2
    name: "Generate documentation"
    agent: codi-documentation-writer
    inputs:
      architecture: $step1.architecture_summary
      files: $step1.file_inventory
    outputs:
      - documentation_files

  - step: 3
    name: "Review documentation"
    agent: code-reviewer
    inputs:
      docs: $step2.documentation_files
      context: $step1.architecture_summary
`;

/** A whole file that is one phase; `task` is the instruction, and steps have no names. */
const PARALLEL = `phase: "Data Collection"
execution: parallel
max_concurrency: 5

steps:
  - {id: 1, agent: web-search-researcher, task: "Research competitor A"}
  - {id: 2, agent: web-search-researcher, task: "Research competitor B"}
  - {id: 3, agent: web-search-researcher, task: "Research competitor C"}
  - {id: 4, agent: web-search-researcher, task: "Research market trends"}
  - {id: 5, agent: web-search-researcher, task: "Research pricing data"}

# All 5 steps execute concurrently, results aggregated before next phase
`;

const EVERY_KIND = `muster: 1
name: every-kind
version: 2.10
owner: operations
description: One step of every kind.
parameters:
  size: 50
  tier: { type: string, enum: [gold, silver], default: gold }
  region: { type: string, required: true, description: Where it runs. }
types:
  Row: { type: object, required: [id], properties: { id: { type: string }, amount: { type: number } } }
resources: { crm: 2 }
execution_config:
  mode: mixed
  timeout_per_step: 300s
  timeout_total: 3600s
  checkpoint_strategy: { enabled: true, interval: per_step, storage: file }
  retry_config: { enabled: true, max_attempts: 4, backoff: linear, retry_on: [transient_error, agent_unavailable] }
  fallback_config: { enabled: true, fallback_map: { writer: senior } }
error_handling:
  error_types: { permanent: halt_and_escalate }
  fallback_strategy:
    - { primary_agent: loader, fallback: senior, trigger: agent_unavailable, reason: Knows the files too. }
  escalation_rules:
    - { condition: critical_step_failure, action: pause_workflow, notification: user_email }
resource_config:
  token_budget: { total: 160000, per_step_max: 30000, reserved_for_error_handling: 10000 }
  api_limits: { max_calls_per_minute: 60, rate_limit_strategy: wait }
  compute: { max_agents_concurrent: 8, agent_timeout: 4m, memory_limit_per_agent: 4GB }
monitoring_config:
  progress_updates: { enabled: true, interval: 30s, format: json }
  notifications:
    - { type: slack, webhook: "https://hooks.example.com/x", channel: "#workflows", events: [failed, completed] }
outputs:
  letters: $steps.welcome.message
  total: \${ $load.rows[0].amount } of $$5
phases:
  - name: Preparation
    execution: sequential
    steps:
      - id: load
        name: Load the rows
        agent: loader
        inputs: { source: rows.csv, region: $params.region }
        outputs: { rows: "Row[]" }
        uses: crm
        retry: { max_attempts: 2, initial_delay: 1s, max_delay: 10s, jitter: false }
        timeout: 10m
      - id: check
        gate:
          ask: "Go on with \${ size($load.rows) } rows?"
          show: { rows: $load.rows }
          from: [ana, bo]
          need: 2
          due: 4h
          on_timeout: reject
          rejected: continue
  - name: Work
    when: steps.check.allowed
    max_concurrency: 4
    steps:
      - id: welcome
        each: $load.rows
        when: item.amount > 0
        agent: mailer
        inputs: { customer: $item.id, number: $index }
        outputs: [message]
        max_concurrency: 3
        tolerate: 10%
        optional: true
        impact: Some customers get no letter.
        warning: Write to them by hand.
        compensate: { agent: mailer, inputs: { withdraw: $outputs.message } }
      - id: route
        choose:
          - { id: big, when: "size($load.rows) > 10", agent: planner, outputs: [plan] }
          - when: params.tier == "gold"
            steps:
              - { id: first, needs: [plan], outputs: [plan], approve: [ana] }
        otherwise:
          - { id: small, agent: planner, outputs: [plan] }
      - id: refine
        repeat: { until: "outputs.good && round > 1", at_most: 5 }
        steps:
          - { id: draft, agent: writer, inputs: { plan: $route.plan, round: $round }, outputs: { text: string } }
          - { id: judge, agent: critic, inputs: { text: $draft.text }, outputs: { good: boolean } }
      - { id: pause, wait: 10m }
      - id: paid
        wait: { event: payment, key: "$load.rows[0].id", timeout: 2d }
        outputs: { amount: number }
      - id: child
        workflow: onboarding
        inputs: { text: $refine.text, letters: $welcome.items }
        outputs: { done: boolean }
        after: [pause, paid]
`;

const EXAMPLES = [PRODUCTION, FLAT, PARALLEL, EVERY_KIND];

const ALONE: Surroundings = {
  agents: null,
  workflows: null,
  digest: () => {
    const made = parseDigest(`sha256:${"0".repeat(64)}`);
    if (made === null) throw new Error("no digest");
    return made;
  },
};

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

describe("any definition", () => {
  /** One blind change of a definition. */
  const change = fc.record({
    kind: fc.constantFrom("delete", "double", "rename", "value", "cut", "splice"),
    where: fc.nat(),
    value: fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom<Json>(
        "$step1.x",
        "$",
        "${",
        "$item",
        "wf_",
        "-1s",
        "__proto__",
        "constructor",
        null,
        -1,
        1e300,
      ),
    ),
  });

  test("R2 R3 however it is broken, ends in a workflow or in problems with their place and mend", () => {
    const broken = fc.record({
      text: fc.constantFrom(...EXAMPLES),
      changes: fc.array(change, { minLength: 1, maxLength: 5 }),
    });
    fc.assert(
      fc.property(broken, ({ text, changes }) => {
        const mutated = changes.reduce(
          (now, { kind, where, value }) => changed(now, { kind, where, value: value as Json }),
          text,
        );
        const { workflow, problems } = readWorkflow({ file: "a.yaml", text: mutated }, ALONE);
        const errors = problems.filter(({ severity }) => severity !== "warning");
        expect(workflow === null).toBe(errors.length > 0);
        for (const { message, mend, where } of problems) {
          expect([message, mend ?? ""]).not.toContain("");
          expect(where?.line).toBeGreaterThan(0);
        }
      }),
      { numRuns: cases(300) },
    );
  }, 60_000);
});

/** Applies one change to the text, or to its values set down again. */
function changed(
  text: string,
  { kind, where, value }: { kind: string; where: number; value: Json },
): string {
  const at = where % (text.length + 1);
  if (kind === "cut") return text.slice(0, at);
  if (kind === "splice") return text.slice(0, at) + JSON.stringify(value) + text.slice(at + 3);
  let tree: Json;
  try {
    tree = parse(text) as Json;
  } catch {
    return text;
  }
  const spots = spotsOf(tree);
  const spot = spots[where % Math.max(1, spots.length)];
  if (spot === undefined) return text;
  const { holder, key } = spot;
  if (Array.isArray(holder)) {
    if (kind === "delete") holder.splice(Number(key), 1);
    else if (kind === "double") holder.push(holder[Number(key)] ?? null);
    else holder[Number(key)] = value;
  } else {
    const old = holder[key] ?? null;
    if (kind === "delete" || kind === "rename") delete holder[key];
    if (kind === "rename") holder[`${key}${where % 10}`] = old;
    if (kind === "double") holder[typeof value === "string" ? value : `${key}${where % 10}`] = old;
    if (kind === "value") holder[key] = value;
  }
  return stringify(tree);
}

type Spot =
  | { readonly holder: Json[]; readonly key: string }
  | { readonly holder: { [key: string]: Json }; readonly key: string };

function spotsOf(value: Json): readonly Spot[] {
  if (typeof value !== "object" || value === null) return [];
  const holder = value as { [key: string]: Json };
  return Object.keys(value).flatMap((key) => [{ holder, key }, ...spotsOf(holder[key] ?? null)]);
}
