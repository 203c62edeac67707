import { describe, expect, test } from "vitest";
import { digestOf } from "../../../../test/given/workflow.ts";
import { sentence } from "../../problem.ts";
import { readWorkflow } from "../index.ts";

function read(text: string) {
  const surroundings = { agents: { desk: { capabilities: [] } }, workflows: {}, digest: digestOf };
  return readWorkflow({ file: "w.yaml", text }, surroundings);
}

const problemsOf = (text: string): readonly string[] => read(text).problems.map(sentence);

describe("a step that uses a tool", () => {
  test("is a task that asks nobody, in the name of an agent, which need not be one of the company", () => {
    const { workflow, problems } = read(
      "steps: [{ id: look, tool: order.read, as: support, inputs: { id: 7 }, retry: 2, timeout: 30s }]",
    );
    expect(problems.map(sentence)).toEqual([]);
    expect(workflow?.root.steps[0]).toMatchObject({
      kind: "task",
      name: "order.read (look)",
      tool: "order.read",
      agent: { kind: "named", agent: "support" },
      timeoutMs: 30_000,
      fallback: null,
      outputs: { open: true },
    });
  });

  test("may be done for every item, wait for an approval, and be left out", () => {
    const text = `
steps:
  - id: all
    each: [1, 2]
    when: params.go
    tool: note.write
    as: desk
    inputs: { text: $item }
    approve: true
parameters: { go: true }
`;
    expect(problemsOf(text)).toEqual([]);
  });

  test("names the agent whose grant it uses", () => {
    expect(problemsOf("steps: [{ id: look, tool: order.read }]").join("\n")).toContain('"as"');
  });

  test("asks no agent beside it, and takes no fallback", () => {
    expect(problemsOf("steps: [{ tool: a.b, as: desk, agent: desk }]").join("\n")).toContain(
      'A step has "tool" or "agent", not both.',
    );
    expect(problemsOf("steps: [{ tool: a.b, as: desk, fallback: desk }]").join("\n")).toContain(
      'A tool step takes no "fallback"; it belongs to: task.',
    );
  });
});
