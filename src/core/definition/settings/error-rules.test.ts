import { describe, expect, test } from "vitest";
import { digestOf } from "../../../../test/given/workflow.ts";
import { readWorkflow } from "../read-workflow.ts";
import type { Workflow } from "../workflow.ts";

const STEPS = "steps: [{ agent: loader, fallback: manual_research }]\n";

function read(text: string): ReturnType<typeof readWorkflow> {
  const agents = { loader: { capabilities: [] } };
  const input = { file: "a.yaml", text: text + STEPS };
  return readWorkflow(input, { agents, workflows: {}, digest: digestOf });
}

function workflow(text: string): Workflow {
  const found = read(text);
  if (found.workflow === null) throw new Error(JSON.stringify(found.problems));
  return found.workflow;
}

/** "line:column message mend" of every error. */
function errors(text: string): readonly string[] {
  return read(text)
    .problems.filter(({ severity }) => severity !== "warning")
    .map(({ message, mend, where }) => `${where?.line}:${where?.column} ${message} ${mend}`);
}

describe("error_types", () => {
  const ALL = {
    kinds: {
      network_timeout: "transient",
      api_rate_limit: "transient",
      invalid_input_data: "permanent",
      optional_step_failure: "degradable",
      security_violation: "critical",
    },
    strategies: {
      transient: "retry_with_backoff",
      permanent: "fail_immediately",
      degradable: "degradable",
      critical: "halt_and_escalate",
    },
  };

  test("are a bare list of kinds for each class, with strategy beside it", () => {
    const text = `error_types:
  transient:
    - network_timeout
    - api_rate_limit
  strategy: retry_with_backoff

  permanent:
    - invalid_input_data
  strategy: fail_immediately

  degradable:
    - optional_step_failure
  strategy: continue_with_warning

  critical:
    - security_violation
  strategy: halt_and_escalate
`;
    expect(workflow(text)).toMatchObject(ALL);
  });

  test("are a map with kinds and strategy, at the top or under error_handling", () => {
    const text = `
  transient: { kinds: [network_timeout, api_rate_limit], strategy: retry_with_backoff }
  permanent: { kinds: [invalid_input_data], strategy: fail_immediately }
  degradable: { kinds: [optional_step_failure], strategy: continue_with_warning }
  critical: { kinds: [security_violation], strategy: halt_and_escalate }
`;
    expect(workflow(`error_types:${text}`)).toMatchObject(ALL);
    const under = `error_handling:\n  error_types:${text.replaceAll("\n  ", "\n    ")}`;
    expect(workflow(under)).toMatchObject(ALL);
  });

  test("are wrong at their place", () => {
    expect(errors("error_types:\n  transient: [late, later]\n  permanent: [later]\n")).toEqual([
      expect.stringMatching(/^3:15 The kind "later" is transient already/),
    ]);
    expect(errors("error_types:\n  critical: degradable\n")).toEqual([
      expect.stringMatching(/^2:13 A critical error halts .*never be heeded.*escalation rule/),
    ]);
    expect(errors("error_types:\n  transient: [late]\n  strategy: hope\n")).toEqual([
      expect.stringMatching(/^3:13 /),
    ]);
    expect(errors("error_types:\n  strategy: degradable\n")).toEqual([
      expect.stringMatching(/^2:3 There is no key "strategy" here/),
    ]);
    expect(
      errors(
        "error_types: {transient: degradable}\nerror_handling: {error_types: {transient: degradable}}\n",
      ),
    ).toEqual([expect.stringMatching(/^2:32 .*stands under error_types and under error_handling/)]);
  });
});

describe("escalation_rules", () => {
  const rules = (...list: readonly string[]): string =>
    `error_handling:\n  escalation_rules:\n${list.map((rule) => `    - ${rule}\n`).join("")}`;

  test("take the conditions and actions that there are, and pause_workflow unsaid", () => {
    const { rules: found } = workflow(
      rules(
        "{ condition: critical_step_failure, action: pause_workflow, notification: user_email }",
        "{ condition: retry_exhausted, action: mark_step_failed, notification: slack_alert }",
        "{ condition: stalled, after: 10m }",
      ),
    );
    expect(found).toMatchObject([
      { condition: "critical_step_failure", action: "pause_workflow", notify: ["user_email"] },
      { condition: "retry_exhausted", action: "mark_step_failed", notify: ["slack_alert"] },
      { condition: "stalled", action: "pause_workflow", afterMs: 600_000 },
    ]);
  });

  test("that could never act, or say what nobody heeds, are refused", () => {
    expect(errors(rules("{ condition: bad_weather }"))).toEqual([
      expect.stringMatching(/^3:20 .*one of critical_step_failure, retry_exhausted/),
    ]);
    expect(errors(rules("{ condition: timeout, action: hope }"))).toHaveLength(1);
    expect(errors(rules("{ condition: timeout }", "{ condition: timeout }"))).toEqual([
      expect.stringMatching(/^4:20 A rule above has the condition/),
    ]);
    expect(errors(rules("{ condition: timeout, after: 5m }"))).toEqual([
      expect.stringMatching(/^3:29 "after" means nothing/),
    ]);
    expect(errors(rules("{ condition: stalled }"))).toEqual([
      expect.stringMatching(/^3:7 This rule does not say how long/),
    ]);
  });
});

describe("a fallback that no agent has", () => {
  test("is a person's task, and a misspelt one is told of", () => {
    const { problems, workflow: found } = read("name: x\n");
    expect(found?.root.steps[0]).toMatchObject({ fallback: { agent: "manual_research" } });
    expect(problems).toMatchObject([
      {
        severity: "warning",
        message: expect.stringContaining("as a fallback it is a person's task"),
        where: { line: 2, column: 36 },
      },
    ]);
  });
});
