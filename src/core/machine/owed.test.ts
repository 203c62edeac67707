import { expect, test } from "vitest";
import { given } from "../../../test/given/run.ts";
import { evolve } from "./evolve.ts";
import { owed, owedBy } from "./owed.ts";

test("what one decision both opened and stopped is owed once, as it is now", () => {
  const run = given("steps: [{ id: a, agent: maker }]", { agents: { maker: "pure" } }).start();
  const opened = run.log();
  const { seq: key } = opened.find((event) => event.type === "step.started" && event.path === "a")!;
  const stopping = {
    type: "attempt.stopping",
    why: "no longer wanted",
    key,
    seq: run.run().seq + 1,
    at: run.at(),
    by: "muster",
  } as const;
  const after = evolve(run.run(), stopping);
  expect(owedBy(after, [...opened, stopping]).filter((effect) => "key" in effect)).toEqual([
    { type: "abort", key },
  ]);
  expect(owed(after)).toEqual([{ type: "abort", key }]);
});
