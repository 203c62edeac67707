import { describe, expect, test } from "vitest";
import { type Given, given, RUN } from "../../../../test/given/run.ts";
import type { Digest, RunId } from "../../id.ts";
import { childOf, depthOf, SUB_RUNS_DEEP_MOST } from "./task.ts";

const CHILD = `
  parameters: { customer: ana }
  steps:
    - { id: bill, workflow: billing, inputs: { who: $params.customer }, outputs: { number: string }, timeout: 10m, retry: { initial_delay: 1m, jitter: false } }
    - { id: tell, agent: mailer, inputs: { number: $bill.number } }
`;

const billing = (): Given => given(CHILD, { workflows: ["billing"] }).start({ customer: "ben" });

describe("a sub-run", () => {
  test("is started as a run of its own, with its params, and gives its outputs to the step", () => {
    const run = billing();
    const [child] = run.owes("child");
    expect(child?.child).toMatch(/^wf_[0-9a-f]{32}$/);
    expect(child?.definition).toBe(run.facts.workflow("billing"));
    expect(childOf(run.run(), child!.key, run.facts.read)).toEqual({ params: { who: "ben" } });
    run.does("bill", { number: "n-1" });
    expect(run.asked("tell").inputs).toEqual({ number: "n-1" });
  });

  test("pauses with the run above and goes on with it, by an effect each, also after a crash", () => {
    const run = billing();
    const [child] = run.owes("child");
    run.tell({ type: "pause", why: "lunch" });
    expect(run.owes("pause")).toEqual([
      { type: "pause", key: child?.key, path: "bill", child: child?.child, why: "lunch" },
    ]);
    expect(run.owes("child")).toEqual([]);
    run.tell({ type: "resume" });
    expect([run.owes("child"), run.owes("pause")]).toEqual([[child], []]);
  });

  test("goes on with the run above only where it was paused with it", () => {
    const above = { run: "wf_above" as RunId, key: 2, depth: 1 };
    const child = given(CHILD, { workflows: ["billing"] });
    const start = {
      type: "start",
      definition: child.run().workflow.digest,
      params: { customer: "ben" },
      parent: above,
    } as const;
    child.tell(start);
    child.tell({ type: "pause", why: "wf_above is paused", above: true });
    expect(child.status()).toBe("paused");
    child.tell(start);
    expect(child.status()).toBe("running");
    child.tell({ type: "pause", why: "let me look" });
    child.tell({ type: "pause", why: "wf_above is paused", above: true });
    child.tell(start);
    expect(child.status()).toBe("paused");
    child.tell({ type: "resume" });
    expect(child.status()).toBe("running");
  });

  test("that there is no workflow for is refused by whoever starts it, and the step decides", () => {
    const run = given(CHILD).start();
    expect(run.owes("child")[0]?.definition).toBeNull();
    run.answers("bill", {
      kind: "refused",
      error: { class: "permanent", kind: "agent_not_found", message: "No." },
    });
    expect(run.status()).toBe("failed");
  });

  test("fault 17: that failed for certain is tried again as another run, and not as one in doubt", () => {
    const run = billing();
    const [first] = run.owes("child");
    run.fails("bill", "network_timeout", true);
    expect(run.events("attempt.ended")[0]?.doubt).toBe(false);
    run.after(60_000);
    const [second] = run.owes("child");
    expect(second?.child).not.toBe(first?.child);
    run.fails("bill", "invalid_input_data", true);
    expect(run.status()).toBe("failed");
  });

  test("of which nobody knows the end is asked for again under the same name", () => {
    const run = billing();
    const [first] = run.owes("child");
    run.answers("bill", {
      kind: "unknown",
      error: { class: "transient", kind: "lost", message: "?" },
    });
    run.after(60_000);
    expect(run.owes("child")[0]?.child).toBe(first?.child);
  });

  test("M7 is not begun below too many others, so that a workflow that runs itself comes to an end", () => {
    const run = given(CHILD, { workflows: ["billing"] });
    const definition = run.run().workflow.digest;
    const parent = { run: "wf_above" as RunId, key: 2, depth: SUB_RUNS_DEEP_MOST };
    run.tell({ type: "start", definition, params: { customer: "ben" }, parent });
    expect(depthOf(run.run())).toBe(SUB_RUNS_DEEP_MOST);
    const [child] = run.owes("child");
    expect(childOf(run.run(), child!.key, run.facts.read)).toMatchObject({
      kind: "sub_run_failed",
      message: expect.stringContaining("does a workflow run itself without end?"),
    });
  });

  test("is still owed after a crash, and not told lost", () => {
    const run = billing();
    const [child] = run.owes("child");
    expect(run.crashes()).toEqual([]);
    expect(run.owes("child")).toEqual([child]);
  });

  test("that takes too long is told to stop and awaited", () => {
    const run = billing();
    run.after(600_000);
    expect(run.owes("abort").map(({ key }) => key)).toEqual([run.attempt("bill").key]);
    run.fails("bill", "sub_run_failed", true);
    expect(run.status()).toBe("failed");
  });

  test("has its time for each attempt: what is left of the first does not count for the second", () => {
    const run = billing();
    run.after(540_000);
    run.fails("bill", "network_timeout", true);
    run.after(120_000);
    expect(run.attempt("bill")).toMatchObject({ kind: "child" });
    expect(run.owes("abort")).toEqual([]);
    expect(run.owes("timer").map(({ due }) => due - run.at())).toEqual([540_000]);
  });

  test("tells its parent how it ended, until the parent has heard it", () => {
    const run = given("steps: [{ id: send, agent: mailer, outputs: { id: string } }]");
    const parent = { run: "wf_parent" as RunId, key: 4 };
    run.tell({ type: "start", definition: "sha256:0" as Digest, params: {}, parent });
    run.does("send", { id: "m" });
    const [report] = run.owes("report");
    expect(report).toMatchObject({
      to: parent,
      outcome: "completed",
      output: { value: { id: "m" } },
    });
    run.tell({ type: "answer", key: report!.key, outcome: { kind: "ok", output: { value: {} } } });
    expect(run.owes("report")).toEqual([]);
  });

  test("asked for again by a newer attempt of its parent tells that one, also after its end", () => {
    const run = given("steps: [{ id: send, agent: mailer }]");
    const start = (key: number) =>
      run.tell({
        type: "start",
        definition: "sha256:0" as Digest,
        params: {},
        parent: { run: RUN, key },
      });
    start(4);
    start(9);
    expect(start(7)).toEqual([]);
    run.does("send");
    expect(run.owes("report").map(({ to }) => to.key)).toEqual([9]);
    start(12);
    expect(run.owes("report").map(({ to }) => to.key)).toEqual([12]);
  });

  test("of a run that is cancelled is told to stop, and the run awaits its end", () => {
    const run = billing();
    run.tell({ type: "cancel", why: "enough", rollback: false });
    expect(run.owes("abort")).toHaveLength(1);
    expect(run.status()).toBe("running");
    run.fails("bill", "sub_run_failed", true);
    expect(run.status()).toBe("cancelled");
  });
});
