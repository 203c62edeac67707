import { describe, expect, test } from "vitest";
import { given } from "../../../test/given/run.ts";
import { emptyHistory, readEvent, stateDocument } from "./index.ts";
import { whatHappened } from "./what-happened.ts";

describe("what became of what was in flight", () => {
  test("an attempt that was suspended, since people are asked, goes on no more and is no retry", () => {
    const run = given("steps: [{ id: serve, agent: support }]", {
      agents: { support: "pure" },
      tools: { "refund.pay": { effects: "ask", verdict: "ask" } },
    }).start();
    run.uses("serve", "refund.pay");
    const since = run.log().length;
    run.tell({ type: "pause", why: "" });
    expect(whatHappened(run.log(), since)).toMatchObject({ goOn: 0, isPaused: true });
    run.tell({ type: "resume" });
    run.vote("serve", "ana");
    run.does("serve");
    const history = run.log().reduce(readEvent, emptyHistory(run.run().workflow));
    expect(history.counts).toMatchObject({ inFlight: 0, retried: 0 });
    expect(history.tools).toMatchObject({ judged: 1, asked: 1, written: 0 });
    expect(stateDocument(history)).toMatchObject({
      tool_usage: { judged: 1, denied: 0, asked: 1, written: 0, unknown: 0 },
    });
    expect(stateDocument(emptyHistory(run.run().workflow))).not.toHaveProperty("tool_usage");
  });
});
