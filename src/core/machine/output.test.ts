import { describe, expect, test } from "vitest";
import { type Given, given } from "../../../test/given/run.ts";
import type { Json } from "../json.ts";

const step = (type: string): Given =>
  given(`steps: [{ id: a, agent: maker, outputs: { it: "${type}" } }]`, {
    agents: { maker: "pure" },
  }).start();

/** What a step that promises a type gives, of what its agent answered; or why it failed. */
function taken(type: string, value: Json): unknown {
  const run = step(type);
  run.does("a", { it: value });
  return run.status() === "completed"
    ? (run.output("a") as { it: Json }).it
    : run.run().error?.message;
}

describe("what a step gives", () => {
  test("M13 is converted to what it promises, on the way in", () => {
    for (const [type, answered, expected] of [
      ["number", "12.5", 12.5],
      ["boolean", "yes", true],
      ["date", "2026-11-20", "2026-11-20"],
      ["duration", "90s", 90],
      ["number[]", "7", [7]],
      ["string[]", "one", ["one"]],
      ["object[]", "id,name\n1,Ana\n", [{ id: "1", name: "Ana" }]],
      ["any", { as: "it is" }, { as: "it is" }],
    ] as const) {
      expect([type, taken(type, answered)]).toEqual([type, expected]);
    }
  });

  test("M13 has only what it was given: no name of the language itself counts as one", () => {
    const run = given(`steps: [{ id: a, agent: maker, outputs: { toString: any } }]`, {
      agents: { maker: "pure" },
    }).start();
    run.does("a", {});
    expect(run.run().error?.message).toContain('The output "toString" (any) is missing.');
  });

  test("M13 is refused where converting would lose something, with the name, the type and why", () => {
    for (const [type, answered] of [
      ["number", "twelve"],
      ["integer", 1.5],
      ["UUID", "no uuid"],
      ["boolean", "perhaps"],
    ] as const) {
      expect(taken(type, answered)).toContain(`maker: The output "it" is no ${type}:`);
    }
  });

  test("M13 must hold everything it promises, and says what it held instead", () => {
    const run = step("number");
    run.does("a", { that: 1 });
    expect(run.run().error).toMatchObject({
      class: "permanent",
      kind: "invalid_output",
      message: 'maker: The output "it" (number) is missing. Given: that.',
    });
  });

  test("M13 of what writes is in doubt when it is not what was promised: the work may be done", () => {
    const run = given("steps: [{ id: a, agent: keeper, outputs: { it: number } }]").start();
    run.does("a", { it: "none" });
    expect(run.exception("a").why).toBe("unknown");
    run.tell({
      type: "give",
      key: run.exception("a").key,
      output: { value: { it: "3" } },
      why: "read off it",
    });
    expect(run.output("a")).toEqual({ it: 3 });
  });

  test("may hold more than it promises, and keeps it", () => {
    const run = step("number");
    run.does("a", { it: 1, more: "kept" });
    expect(run.output("a")).toEqual({ it: 1, more: "kept" });
  });
});
