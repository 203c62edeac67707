import { describe, expect, test } from "vitest";
import { type Given, given } from "../../../test/given/run.ts";
import { whatHappened } from "../../core/history/index.ts";
import type { Told } from "../../core/machine/index.ts";
import { happenedLines } from "./what-happened.ts";

const SIX = `
  max_concurrency: 6
  execution: parallel
  steps:
    - { id: r1, agent: reader }
    - { id: r2, agent: reader }
    - { id: r3, agent: reader }
    - { id: w1, agent: writer, outputs: { n: number } }
    - { id: s1, agent: sender }
    - { id: bill, workflow: billing }
`;

function six(): Given {
  const agents = { reader: "pure", writer: "idempotent", sender: "ask" } as const;
  return given(SIX, { agents, workflows: ["billing"] }).start();
}

function says(run: Given, told: Told, isAtRest = false): readonly string[] {
  const since = run.run().seq;
  run.tell(told);
  return happenedLines(whatHappened(run.log(), since), { isAtRest });
}

describe("each verb says what it did with effects in flight", () => {
  test("a pause lets them go on", () => {
    const [first, second] = says(six(), { type: "pause", why: "" });
    expect(first).toBe("5 attempts go on and are recorded; nothing new begins.");
    expect(second).toMatch(/^The sub-run wf_\w+ goes on by itself: muster runs pause wf_/);
  });

  test("where no process is at work, they were interrupted", () => {
    const [first] = says(six(), { type: "pause", why: "" }, true);
    expect(first).toBe(
      "5 attempts were interrupted and are repeated when a process is at work; nothing new begins.",
    );
  });

  test("a cancel stops writers and drops the rest", () => {
    const run = six();
    run.begins("s1");
    expect(says(run, { type: "cancel", why: "", rollback: false })).toEqual([
      "3 writers were told to stop and are awaited.",
      "3 pure attempts were dropped.",
    ]);
  });

  test("one that has not begun does not", () => {
    const run = six();
    expect(says(run, { type: "take", path: "s1", why: "" })).toContain(
      "1 attempt had not begun and does not.",
    );
  });

  test("whoever answers for an agent is told that its writer may have done its work", () => {
    const give = { type: "give", path: "w1", output: { value: { n: 1 } }, why: "" } as const;
    expect(says(six(), give)).toContain(
      "1 writer is waited for no more, and may have done its work.",
    );
  });

  test("nothing in flight is said too", () => {
    const run = given("steps: [{ id: may, gate: { ask: May it be? } }]").start();
    expect(says(run, { type: "pause", why: "" })).toEqual([
      "Nothing is in flight, and nothing new begins.",
    ]);
  });
});
