import { expect, test } from "vitest";
import { given } from "../../../test/given/run.ts";
import type { GivenTool } from "../../../test/given/tools.ts";
import { owedBy } from "./index.ts";

const TOOLS = {
  "order.mark": { effects: "ask" },
  "refund.create": {
    effects: "ask",
    verdict: "ask",
    chain: { from: ["dana"], need: 1, dueMs: null },
  },
} satisfies Record<string, GivenTool>;

/** One write is in flight, people have decided on another, and the next attempt waits for its place. */
function crashed() {
  const text = "steps: [{ id: serve, agent: support }]";
  const run = given(text, { agents: { support: "ask" }, tools: TOOLS }).start();
  run.tell({ type: "begin", key: run.attempt("serve").key });
  run.uses("serve", "order.mark");
  const write = run.owes("use")[0]?.key ?? 0;
  run.uses("serve", "refund.create");
  run.vote("serve", "dana");
  return { run, write };
}

test("M9 an `ask` that was to stop before it was begun ends when nobody is left to say so", () => {
  const { run, write } = crashed();
  const { key } = run.attempt("serve");
  expect(run.owes("prepare")).toMatchObject([{ key }]);
  run.tell({ type: "lost", key: write });
  expect(run.events("writeback.unknown")).toHaveLength(1);
  expect(run.owes("abort")).toEqual([{ type: "abort", key }]);
  run.tell({ type: "lost", key });
  expect(run.owes("abort")).toEqual([]);
  expect(run.exception("serve")).toMatchObject({ why: "unknown" });
});

test("what starts an approved write is told once", () => {
  const { run, write } = crashed();
  run.used("serve", { kind: "ok", result: { value: 1 } });
  expect(write).toBeGreaterThan(0);
  run.tell({ type: "begin", key: run.attempt("serve").key });
  const events = run.uses("serve", "refund.create");
  expect(events.map(({ type }) => type)).toEqual(["gate.consumed", "writeback.started"]);
  const [consumed] = events;
  expect(owedBy(run.run(), events).map((one) => ("key" in one ? one.key : 0))).toEqual([
    consumed?.type === "gate.consumed" ? consumed.use : 0,
  ]);
});
