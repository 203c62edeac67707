import { describe, expect, test } from "vitest";
import type { Digest } from "../../id.ts";
import { problemsOf, WORKFLOWS, withTool, workflowOf } from "../changed-example.ts";
import { HARBOUR } from "../example-map.ts";
import { readWorkMap } from "../index.ts";

describe("a table", () => {
  test("that no tool asks is told of", () => {
    const text =
      "table: spare\nhit: first\ninputs: { tier: case.tier }\noutputs: [share]\nrows:\n  - { id: gold, tier: gold, share: 5 }\n  - { id: else, share: 0 }\n";
    const { problems } = readWorkMap([...HARBOUR, { file: "tables/spare.yaml", text }], {
      digest: (said) => `sha256:${said.length}` as Digest,
      agents: null,
      workflows: null,
    });
    expect(problems).toMatchObject([
      {
        severity: "warning",
        message: 'No tool asks the table "spare".',
        where: { file: "tables/spare.yaml" },
      },
    ]);
  });
});

describe("what workflows do with tools", () => {
  test("is told where a step uses a tool that is not there, that its agent may not use, or with other arguments", () => {
    const step = "{ id: a, agent: support, inputs: { amount: 5, colour: red } }";
    const refund = workflowOf("refund", step);
    const said = (tool: string): readonly string[] =>
      problemsOf([], { ...WORKFLOWS, refund: withTool(refund, tool) });
    expect(said("refund.give")).toEqual([
      'workflows/refund.yaml:3:5 There is no tool "refund.give" in this map.',
    ]);
    expect(said("refund.pay")).toEqual([
      'workflows/refund.yaml:3:5 "support" may not use the tool "refund.pay": this step would be refused.',
      'workflows/refund.yaml:3:5 The tool "refund.pay" has no argument "colour".',
    ]);
    expect(said("reply.send")).toContain(
      'workflows/refund.yaml:3:5 The tool "reply.send" needs to and text, and this step does not give it.',
    );
  });

  test("is told where an agent may use none of its tools for the type of request", () => {
    const refund = workflowOf("refund", "{ id: a, agent: finance }");
    const narrow = [["requests: [refund]", "requests: [delivery-delay]"]] as const;
    const said = problemsOf(narrow, { ...WORKFLOWS, refund });
    expect(said.at(-1)).toBe(
      'workflows/refund.yaml:3:5 warning "finance" may use none of its tools for requests of the type "refund", which this workflow does.',
    );
  });

  test("is told where a gate names a chain that is not in the map, and a chain that one names is used", () => {
    const gate = (chain: string): readonly string[] =>
      problemsOf([["approvals:\n", "approvals:\n  board: { from: ana, not: [] }\n"]], {
        ...WORKFLOWS,
        more: workflowOf("more", `{ id: g, gate: { ask: Is it so?, chain: ${chain} } }`),
      });
    expect(gate("board")).toEqual([]);
    expect(gate("bord").at(-1)).toBe(
      'workflows/more.yaml:3:5 The step "g" of "more" names the chain "bord", which is not in the map.',
    );
  });
});
