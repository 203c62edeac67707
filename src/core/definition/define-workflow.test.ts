import { describe, expect, test } from "vitest";
import { parseDigest } from "../id.ts";
import { defineWorkflow, readWorkflowValue, textOfValue } from "./define-workflow.ts";
import { readWorkflow } from "./read-workflow.ts";
import type { Surroundings } from "./surroundings.ts";

const ALONE: Surroundings = {
  agents: null,
  workflows: null,
  digest: (text) => {
    const made = parseDigest(`sha256:${String(text.length).padStart(64, "0")}`);
    if (made === null) throw new Error("no digest");
    return made;
  },
};

const source = defineWorkflow({
  name: "greetings",
  version: "1.0.0",
  steps: [
    { id: "load", agent: "loader", outputs: { rows: "string[]" } },
    { id: "greet", each: "$load.rows", agent: "mailer", inputs: { to: "$item" }, timeout: "5m" },
  ],
});

describe("a workflow in TypeScript", () => {
  test("is the same as in YAML", () => {
    const { workflow } = readWorkflowValue(source, { file: "greetings.ts" }, ALONE);
    expect(workflow?.name).toBe("greetings");
    expect(workflow?.root.steps.map(({ kind, after }) => [kind, after])).toEqual([
      ["task", []],
      ["each", [0]],
    ]);
  });

  test("is stored as a text that gives the same workflow again", () => {
    const { text } = textOfValue(source, { file: "greetings.ts" });
    const again = readWorkflow({ file: "greetings.ts", text: text ?? "" }, ALONE);
    const { workflow } = readWorkflowValue(source, { file: "greetings.ts" }, ALONE);
    expect(again.workflow?.digest).toBe(workflow?.digest);
    const places = /"where":\{[^}]*\}/g;
    expect(JSON.stringify(again.workflow).replaceAll(places, "")).toBe(
      JSON.stringify(workflow).replaceAll(places, ""),
    );
    const turned = textOfValue({ version: "1", name: "x" }, { file: "x.ts" });
    expect(turned.text).toBe(textOfValue({ name: "x", version: "1" }, { file: "x.ts" }).text);
  });

  test("with problems names the path to each", () => {
    const wrong = { ...source, steps: [{ agent: "loader", timeout: 0 }] };
    const errors = readWorkflowValue(wrong, { file: "greetings.ts" }, ALONE).problems.filter(
      ({ severity }) => severity !== "warning",
    );
    expect(errors.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^steps\[0\]\.timeout: /),
    ]);
  });

  test("with problems says the line of the module where it is sure", () => {
    const written = `export const workflow = defineWorkflow({
  steps: [
    { id: "load", agent: "loader", timeout: 0 },
    { id: "greet", agent: "mailer", after: ["laod"] },
  ],
});
`;
    const wrong = {
      steps: [
        { id: "load", agent: "loader", timeout: 0 },
        { id: "greet", agent: "mailer", after: ["laod"] },
      ],
    };
    const { problems } = readWorkflowValue(wrong, { file: "greetings.ts", written }, ALONE);
    const errors = problems.filter(({ severity }) => severity !== "warning");
    expect(errors.map(({ message, where }) => [message.split(":")[0], where])).toEqual([
      ["steps[0].timeout", { file: "greetings.ts", line: 3, column: 36 }],
      ["steps[1].after[0]", { file: "greetings.ts", line: 4, column: 45 }],
    ]);
    const set = textOfValue({ steps: [{ id: "load", at: new Map() }] }, { file: "x.ts", written });
    expect(set.problem?.where).toEqual({ file: "x.ts", line: 3, column: 7 });
  });

  test("holds data only", () => {
    const circle: { inner?: unknown } = {};
    circle.inner = circle;
    for (const value of [{ steps: () => [] }, { at: new Map() }, { n: Number.NaN }, circle]) {
      const { workflow, problems } = readWorkflowValue(value, { file: "x.ts" }, ALONE);
      expect(workflow).toBeNull();
      expect(problems[0]?.message).toMatch(/which JSON does not have/);
    }
  });

  test("that cannot be read, or stands in itself in many places, is a problem", () => {
    const throwing = Object.defineProperty({}, "steps", {
      enumerable: true,
      get: () => {
        throw new Error("no steps today");
      },
    });
    const many: Record<string, unknown> = {};
    for (const name of "abcdefgh") many[name] = many;
    for (const [value, message] of [
      [throwing, "The workflow cannot be read: no steps today."],
      [many, "inside itself"],
    ] as const) {
      const { workflow, problems } = readWorkflowValue(value, { file: "x.ts" }, ALONE);
      expect(workflow).toBeNull();
      expect(problems.map((problem) => problem.message)).toContainEqual(
        expect.stringContaining(message),
      );
    }
  });
});
