import { describe, expect, test } from "vitest";
import { fold, given } from "../../../test/given/run.ts";
import { digestOf } from "../../../test/given/workflow.ts";
import { readWorkflow } from "../definition/index.ts";
import type { RunId } from "../id.ts";
import { contextOf, freeze, thaw } from "./index.ts";
import { CONTEXT_BYTES_MOST } from "./publish.ts";

const agents = { reader: "pure", writer: "idempotent", asker: "ask" } as const;
const TEXT = `
  execution: parallel
  steps:
    - { id: read, agent: reader, outputs: { summary: string, files: "string[]" }, publish: { summary: $outputs.summary, count: $outputs.files.size() } }
    - { id: more, agent: reader, publish: [note] }
    - { id: write, agent: writer, inputs: { about: $context.summary, many: $context.count }, after: [more] }
`;

const problemsOf = (text: string): readonly string[] =>
  readWorkflow(
    { file: "a.yaml", text },
    { agents: null, workflows: null, digest: digestOf },
  ).problems.map(({ message }) => message);

describe("Context accumulation across workflow", () => {
  test("what steps publish is read by later steps, and given to every attempt", () => {
    const run = given(TEXT, { agents }).start();
    expect(run.asked("read").context).toEqual({});
    run.does("read", { summary: "Two files.", files: ["a", "b"] });
    expect(run.asked("more").context).toEqual({ summary: "Two files.", count: 2 });
    run.does("more", { note: "Careful." });
    expect(run.asked("write")).toMatchObject({
      inputs: { about: "Two files.", many: 2 },
      context: { summary: "Two files.", count: 2, note: "Careful." },
    });
  });

  test("who reads a published value waits for who publishes it, in a parallel block too", () => {
    const run = given(
      "{ execution: parallel, steps: [{ id: b, agent: reader, inputs: { x: $context.x } }, { id: a, agent: reader, publish: x }] }",
      { agents },
    ).start();
    expect(run.inFlight()).toEqual(["a"]);
    run.does("a", { x: 1 });
    expect(run.asked("b").inputs).toEqual({ x: 1 });
  });

  test("is in the order of the steps, whoever ended first", () => {
    const run = given(TEXT, { agents }).start();
    run.does("more", { note: "n" });
    run.does("read", { summary: "s", files: [] });
    expect(Object.keys(run.asked("write").context)).toEqual(["summary", "count", "note"]);
  });

  test("M4 survives a crash, and a snapshot", () => {
    const run = given(TEXT, { agents }).start();
    run.does("read", { summary: "s".repeat(9_000), files: [] });
    run.does("more", { note: "n" });
    const before = contextOf(run.run(), run.facts.read);
    const again = fold(run.run().workflow, run.log());
    expect(contextOf(again, run.facts.read)).toEqual(before);
    const text = freeze(run.run(), (one) => digestOf(one));
    const thawed = thaw(
      text,
      { id: "wf_example" as RunId, workflow: run.run().workflow },
      () => "[]",
    );
    expect(thawed === null ? null : contextOf(thawed, run.facts.read)).toEqual(before);
    run.crashes();
    expect(run.asked("write").context).toEqual(before);
  });

  test("what a skipped or degraded step would have published is missing", () => {
    const run = given(
      "steps: [{ id: a, agent: reader, when: false, publish: x }, { id: b, agent: reader, when: $context.x > 1 }, { id: c, agent: reader }]",
      { agents },
    ).start();
    expect(run.ended("b")).toBe("skipped");
    expect(run.asked("c").context).toEqual({});
  });

  test("an each publishes what it gathers, a choose what its branch gave, a repeat its last round", () => {
    const run = given(
      `
      steps:
        - { id: all, each: [1, 2], agent: reader, publish: { rows: $outputs.row } }
        - { id: again, repeat: { until: outputs.done, at_most: 3 }, agent: reader, outputs: { done: boolean, n: number }, publish: n }
        - id: way
          publish: [m]
          choose: [{ id: yes, when: true, agent: reader, outputs: { m: string } }]
        - { id: end, agent: reader }
    `,
      { agents },
    ).start();
    run.does("all[0]", { row: 1 });
    run.does("all[1]", { row: 2 });
    run.does("again{1}", { done: false, n: 1 });
    run.does("again{2}", { done: true, n: 2 });
    run.does("way/yes", { m: "yes" });
    expect(run.asked("end").context).toEqual({ rows: [1, 2], n: 2, m: "yes" });
  });

  test("two branches of a choose may publish the same name: one of them is done", () => {
    const run = given(
      `
      steps:
        - id: way
          choose: [{ id: yes, when: false, agent: reader, publish: x }]
          otherwise: { id: no, agent: reader, publish: x }
        - { id: end, agent: reader, inputs: { x: $context.x } }
    `,
      { agents },
    ).start();
    run.does("way/no", { x: 5 });
    expect(run.asked("end").inputs).toEqual({ x: 5 });
  });

  test(`of more than ${CONTEXT_BYTES_MOST} bytes is refused: the step that would publish it fails`, () => {
    const text =
      "steps: [{ id: a, agent: reader, publish: x }, { id: b, agent: asker, publish: y }]";
    const run = given(text, { agents }).start();
    run.does("a", { x: "x".repeat(CONTEXT_BYTES_MOST - 100) });
    run.does("b", { y: "y".repeat(200) });
    expect(run.events("attempt.ended")[0]?.error).toMatchObject({
      kind: "context_limit",
      class: "permanent",
    });
    // It has written something: a person looks.
    expect(run.exception("b").error).toContain("Publish less");
    const small = given(text, { agents }).start();
    small.does("a", { x: "x".repeat(CONTEXT_BYTES_MOST) });
    expect(small.ended("a")).toBe("failed");
  });
});

describe("a context that cannot be", () => {
  test.each<[string, string, string]>([
    [
      "reads what nobody publishes",
      "steps: [{ id: a, agent: r, inputs: { x: $context.x } }]",
      'context has no published value "x"',
    ],
    [
      "reads what comes later",
      "steps: [{ id: a, agent: r, inputs: { x: $context.x } }, { id: b, agent: r, publish: x }]",
      "which comes later",
    ],
    [
      "reads what it publishes itself",
      "steps: [{ id: a, agent: r, inputs: { x: $context.x }, publish: x }]",
      "reads itself",
    ],
    [
      "is published twice",
      "steps: [{ id: a, agent: r, publish: x }, { id: b, agent: r, publish: x }]",
      'publishes "x", and so does',
    ],
    [
      "is published by an item",
      "steps: [{ id: a, each: [1], steps: [{ id: b, agent: r, publish: x }] }]",
      "done many times",
    ],
    [
      "is published by a block",
      "steps: [{ id: a, steps: [{ id: b, agent: r }], publish: x }]",
      "no outputs of its own to publish",
    ],
    [
      "publishes what the step does not give",
      "steps: [{ id: a, agent: r, outputs: { y: string }, publish: x }]",
      'no output "x"',
    ],
    [
      "is read as a whole",
      "steps: [{ id: b, agent: r, publish: x }, { id: a, agent: r, inputs: { x: $context } }]",
      "All of the context at once",
    ],
    [
      "is read by what is published",
      "steps: [{ id: b, agent: r, publish: x }, { id: a, agent: r, publish: { y: $context.x } }]",
      "context",
    ],
  ])("%s", (_what, text, message) => {
    expect(problemsOf(text).join("\n")).toContain(message);
  });
});
