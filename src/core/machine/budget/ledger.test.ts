import { describe, expect, test } from "vitest";
import { begun, failed, TOKENS } from "../../../../test/given/budget.ts";
import { fold } from "../../../../test/given/run.ts";
import type { RunId } from "../../id.ts";
import { freeze, thaw } from "../index.ts";

describe("a run's ledger", () => {
  test("is not there while nothing limits it and nobody says what was used", () => {
    const run = begun("steps: [{ id: a, agent: writer }, { id: b, agent: writer }]");
    run.does("a");
    expect(run.run().ledger).toBeNull();
    expect(run.events("step.started")[0]?.attempt).toEqual({
      agent: "writer",
      agentDigest: run.events("step.started")[0]?.attempt?.agentDigest,
      effects: "pure",
    });
  });

  test("M4 is what the log says, also through a snapshot", () => {
    const run = begun(
      TOKENS.replace("resource_config: {", "resource_config: { on_budget_exceeded: wait,"),
    );
    run.tell({ type: "raise", amounts: { tokens: 30 }, why: "" });
    run.crashes();
    run.answers("a", failed("network_timeout", { tokens: 3 }));
    expect(run.waits().map(({ what }) => what.kind)).toContain("budget");
    expect(fold(run.run().workflow, run.log()).ledger).toEqual(run.run().ledger);
    const page = new Map<string, string>();
    const text = freeze(run.run(), (one) => (page.set(one, one), one as never));
    const thawed = thaw(
      text,
      { id: "wf_example" as RunId, workflow: run.run().workflow },
      (one) => page.get(one) ?? "",
    );
    expect(thawed?.ledger).toEqual(run.run().ledger);
    expect(thawed?.open).toEqual(run.run().open);
  });
});
