import { describe, expect, test } from "vitest";
import { given } from "../../../../test/given/run.ts";

const TWO = `
  parameters: { size: 5, mood: { type: string, default: fine } }
  steps:
    - { id: a, agent: keeper, inputs: { size: $params.size }, outputs: { n: number }, compensate: { agent: keeper, inputs: { size: $params.size } } }
    - { id: b, agent: keeper, inputs: { size: $params.size } }
`;

describe("a person takes a step over", () => {
  test("what only reads is dropped at once, and the step waits for them", () => {
    const run = given(TWO, { agents: { keeper: "pure" } }).start({ size: 5 });
    const events = run.tell({ type: "take", path: "a", why: "by hand" }, "cy");
    expect(events.map(({ type }) => type)).toEqual(["step.held", "attempt.ended"]);
    expect(run.status()).toBe("waiting");
    expect(run.waits()).toMatchObject([{ path: "a", what: { kind: "held", by: "cy" } }]);
    expect(run.owes("perform")).toEqual([]);
  });

  test("a writer is told to stop and awaited; a late success still counts", () => {
    const run = given(TWO).start({ size: 5 });
    run.tell({ type: "take", path: "a", why: "by hand" });
    expect(run.owes("abort")).toHaveLength(1);
    run.does("a", { n: 1 });
    expect(run.ended("a")).toBe("completed");
  });

  test("a writer that stopped is not tried again by its agent until it is handed back", () => {
    const run = given(TWO).start({ size: 5 });
    run.tell({ type: "take", path: "a", why: "by hand" });
    run.fails("a", "network_timeout", true);
    run.after(86_400_000);
    expect(run.inFlight()).toEqual([]);
    run.tell({ type: "handback", path: "a", why: "go on" });
    expect(run.inFlight()).toEqual(["a"]);
  });

  test("they give its outputs, which are checked like any answer (M13)", () => {
    const run = given(TWO, { agents: { keeper: "pure" } }).start({ size: 5 });
    run.tell({ type: "take", path: "a", why: "by hand" });
    const give = { type: "give", path: "a", why: "by hand" } as const;
    expect(run.refused({ ...give, output: { value: { n: "?" } } }).code).toBe("bad-input");
    run.tell({ ...give, output: { value: { n: 4 } } }, "cy");
    expect([run.ended("a"), run.output("a"), run.inFlight()]).toEqual([
      "completed",
      { n: 4 },
      ["b"],
    ]);
    expect(run.events("step.finished")[0]).toMatchObject({ by: "cy" });
  });

  test("M9 what may have been done is handed back under its call, and an ask not just so", () => {
    const keeper = given(TWO).start({ size: 5 });
    const { call } = keeper.owes("perform")[0] ?? {};
    keeper.tell({ type: "take", path: "a", why: "" });
    keeper.answers("a", { kind: "unknown", error: LOST });
    keeper.tell({ type: "handback", path: "a", why: "" });
    expect(keeper.owes("perform")[0]?.call).toBe(call);

    const sender = given(TWO, { agents: { keeper: "ask" } }).start({ size: 5 });
    sender.begins("a");
    sender.tell({ type: "take", path: "a", why: "" });
    sender.answers("a", { kind: "unknown", error: LOST });
    expect(sender.refused({ type: "handback", path: "a", why: "" }).code).toBe("conflict");
    sender.tell({ type: "retry", path: "a", why: "not done" });
    expect(sender.owes("prepare")[0]?.call).not.toBe(call);
  });

  test("a step that waits for an approval, has not begun, or is taken already is refused with a sentence", () => {
    const run = given(TWO).start({ size: 5 });
    expect(run.refused({ type: "take", path: "b", why: "" }).message).toContain("has not begun");
    expect(run.refused({ type: "take", path: "x", why: "" }).code).toBe("not-found");
    run.tell({ type: "take", path: "a", why: "" }, "cy");
    expect(run.refused({ type: "take", path: "a", why: "" }).message).toContain("cy has");
  });

  test("M9 a cancelled run sees to what may have been done before it ends", () => {
    const run = given(TWO).start({ size: 5 });
    run.tell({ type: "take", path: "a", why: "" });
    run.answers("a", { kind: "unknown", error: LOST });
    run.tell({ type: "cancel", why: "", rollback: false });
    expect(run.exception("a")).toMatchObject({ why: "unknown" });
    run.tell({ type: "skip", path: "a", why: "seen to" });
    expect(run.status()).toBe("cancelled");
  });
});

const LOST = { class: "transient", kind: "lost", message: "Nobody knows." } as const;

describe("answering for an agent", () => {
  test("gives the outputs of a step in flight; a late answer changes nothing", () => {
    const run = given(TWO).start({ size: 5 });
    const { key } = run.attempt("a");
    run.tell({ type: "give", path: "a", output: { value: { n: 9 } }, why: "known" });
    expect(run.output("a")).toEqual({ n: 9 });
    run.tell({ type: "answer", key, outcome: { kind: "ok", output: { value: { n: 1 } } } });
    expect(run.output("a")).toEqual({ n: 9 });
    expect(run.events("attempt.settled")).toHaveLength(1);
  });

  test("gives a wait its event", () => {
    const run = given(`
      steps: [{ id: paid, wait: { event: payment }, outputs: { sum: number } }]
    `).start();
    run.tell({ type: "give", path: "paid", output: { value: { sum: 3 } }, why: "by phone" });
    expect([run.status(), run.output("paid")]).toEqual(["completed", { sum: 3 }]);
  });

  test("M8 decides no gate", () => {
    const run = given(`steps: [{ id: may, gate: { ask: May it be? } }]`).start();
    const give = { type: "give", path: "may", output: { value: {} }, why: "" } as const;
    expect(run.refused(give).message).toContain("people decide");
    expect(run.refused({ type: "skip", path: "may", why: "" }).message).toContain("people decide");
  });
});

describe("leaving a step out", () => {
  test("one that has not begun is left out when its turn comes", () => {
    const run = given(TWO).start({ size: 5 });
    run.tell({ type: "skip", path: "b", why: "not needed" }, "cy");
    run.does("a", { n: 1 });
    expect([run.ended("b"), run.status()]).toEqual(["skipped", "completed"]);
    expect(run.events("step.skipped")[0]?.why).toBe("cy went on without it: not needed");
  });

  test("one that waits to be tried again is gone without", () => {
    const run = given(TWO).start({ size: 5 });
    run.fails("a", "network_timeout", true);
    run.tell({ type: "skip", path: "a", why: "not needed" });
    expect([run.ended("a"), run.inFlight()]).toEqual(["degraded", ["b"]]);
  });

  test("one in flight is refused", () => {
    const run = given(TWO).start({ size: 5 });
    expect(run.refused({ type: "skip", path: "a", why: "" }).message).toContain("is being done");
  });

  test("M8 a phase with a gate in it is not left out", () => {
    const run = given(`
      phases:
        - { name: One, steps: [{ id: a, agent: keeper }] }
        - { name: Two, steps: [{ id: may, gate: { ask: May it be? } }] }
    `).start();
    expect(run.refused({ type: "skip", path: "two", why: "" }).message).toContain("people decide");
  });
});

describe("amending a run", () => {
  test("does not change what people are asked about, or have decided on, under them", () => {
    const run = given(`
      parameters: { copies: 7, size: 1 }
      steps:
        - { id: ok, gate: "Print ${"${params.copies}"}?" }
        - { id: print, agent: printer, inputs: { copies: $params.copies, size: $params.size } }
        - { id: more, agent: printer, inputs: { copies: $params.copies } }
    `).start({ copies: 7, size: 1 });
    const refused = /decided, at "ok" on copies/;
    const amend = { type: "amend", params: { copies: 500 }, why: "more" } as const;
    expect(run.refused(amend).message).toMatch(refused);
    run.tell({ type: "amend", params: { size: 2 }, why: "larger" });
    run.vote("ok", "ana");
    expect(run.refused(amend).message).toMatch(refused);
    expect(run.asked("print").inputs).toEqual({ copies: 7, size: 2 });
  });

  test("params reach only steps not yet started", () => {
    const run = given(TWO).start({ size: 5 });
    run.tell({ type: "amend", params: { size: 8 }, why: "larger" });
    expect(run.asked("a").inputs).toEqual({ size: 5 });
    run.crashes();
    expect(run.asked("a").inputs).toEqual({ size: 5 });
    run.does("a", { n: 1 });
    expect(run.asked("b").inputs).toEqual({ size: 8 });
  });

  test("a step that a person orders again reads them", () => {
    const run = given(
      TWO.replace(
        "size: $params.size }, outputs",
        "size: $params.size }, error_strategy: halt_and_escalate, outputs",
      ),
    ).start({ size: 5 });
    run.fails("a", "invalid_input_data");
    run.tell({ type: "amend", params: { size: 8 }, why: "larger" });
    run.tell({ type: "retry", path: "a", why: "mended" });
    expect(run.asked("a").inputs).toEqual({ size: 8 });
  });

  test("a step is undone with the params it was done with", () => {
    const run = given(TWO).start({ size: 5 });
    run.does("a", { n: 1 });
    run.tell({ type: "amend", params: { size: 8 }, why: "larger" });
    run.tell({ type: "cancel", why: "", rollback: true });
    run.fails("b", "network_timeout", true);
    expect(run.asked("!undo/1").inputs).toEqual({ size: 5 });
  });

  test("what is unknown or of the wrong type is refused with a sentence", () => {
    const run = given(TWO).start({ size: 5 });
    const amend = (params: Record<string, never>) =>
      run.refused({ type: "amend", params, why: "" }).message;
    expect(amend({ sise: 1 } as never)).toBe('"sise" is no param of the workflow "example".');
    expect(amend({ size: "many" } as never)).toContain(
      '"size" is to be of type number: "many" is no number.',
    );
    expect(run.refused({ type: "amend", limits: { concurrencyMost: 0 }, why: "" }).message).toBe(
      'The limit "max_concurrency" is a whole number of 1 to 20.',
    );
    expect(run.refused({ type: "amend", why: "" }).message).toBe(
      "Nothing was named that is to change.",
    );
  });

  test("more places are taken at once, fewer as they are free", () => {
    const run = given(`
      max_concurrency: 1
      execution: parallel
      steps: [{ id: a, agent: k }, { id: b, agent: k }, { id: c, agent: k }, { id: d, agent: k }]
    `).start();
    const most = (concurrencyMost: number) =>
      run.tell({ type: "amend", limits: { concurrencyMost }, why: "" });
    most(3);
    expect(run.inFlight()).toEqual(["a", "b", "c"]);
    most(1);
    run.does("a");
    run.does("b");
    expect(run.inFlight()).toEqual(["c"]);
    run.does("c");
    expect(run.inFlight()).toEqual(["d"]);
  });

  test("the total time is counted from the beginning", () => {
    const run = given(`
      resource_limits: { total_timeout: 1h }
      steps: [{ id: a, agent: keeper, timeout: 10h }]
    `).start();
    run.after(1_800_000);
    run.tell({ type: "amend", limits: { totalTimeoutMs: 7_200_000 }, why: "" });
    run.after(3_600_000);
    expect(run.status()).toBe("running");
    run.after(1_800_000);
    expect(run.events("run.stopping")[0]?.error?.kind).toBe("timeout");
  });

  test("fewer attempts end a step earlier", () => {
    const run = given(`steps: [{ id: a, agent: keeper, retry: 5 }]`).start();
    run.tell({ type: "amend", limits: { attemptsMost: 1 }, why: "" });
    run.fails("a", "network_timeout", true);
    expect(run.status()).toBe("failed");
  });

  test("and one that waits to be tried again, when its wait is over", () => {
    const run = given(`steps: [{ id: a, agent: keeper, retry: 5 }]`).start();
    run.fails("a", "network_timeout", true);
    run.tell({ type: "amend", limits: { attemptsMost: 1 }, why: "" });
    run.after(60_000);
    expect(run.status()).toBe("failed");
  });
});

describe("trying again", () => {
  test("does at once what would be tried again later", () => {
    const run = given(TWO).start({ size: 5 });
    run.fails("a", "network_timeout", true);
    expect(run.inFlight()).toEqual([]);
    run.tell({ type: "retry", path: "a", why: "it is up again" });
    expect(run.inFlight()).toEqual(["a"]);
  });

  test("has nothing to do with what has not failed", () => {
    const run = given(TWO).start({ size: 5 });
    expect(run.refused({ type: "retry", path: "a" }).message).toContain("has not failed");
  });
});

describe("rolling back a run that has ended", () => {
  test("undoes what was done, newest first, and ends it anew", () => {
    const run = given(TWO).start({ size: 5 });
    run.does("a", { n: 1 });
    run.does("b");
    expect(run.status()).toBe("completed");
    const events = run.tell({ type: "cancel", why: "a wrong order", rollback: true }, "cy");
    expect(events[0]).toMatchObject({ type: "run.undoing", by: "cy", why: "a wrong order" });
    run.does("!undo/1");
    expect(run.status()).toBe("rolled back");
    expect(run.tell({ type: "cancel", why: "", rollback: true })).toEqual([]);
  });

  test("is refused where nothing can be undone", () => {
    const run = given(`steps: [{ id: a, agent: keeper }]`).start();
    run.does("a");
    expect(run.refused({ type: "cancel", why: "", rollback: true }).message).toContain(
      "nothing to undo",
    );
  });

  test("asks its sub-runs that have ended to undo what they did", () => {
    const run = given(
      `
      steps: [{ id: bill, workflow: billing }, { id: b, agent: keeper }]
    `,
      { workflows: ["billing"] },
    ).start();
    const [{ child } = { child: "" }] = run.owes("child");
    run.does("bill");
    run.tell({ type: "cancel", why: "", rollback: true });
    run.fails("b", "network_timeout", true);
    expect(run.owes("undo")).toMatchObject([{ path: "!undo/1", child }]);
    run.does("!undo/1");
    expect(run.status()).toBe("rolled back");
  });
});

describe("a process that begins nothing", () => {
  test("writes down what it is told, and who comes next goes on", () => {
    const world = { isResting: true };
    const run = given(TWO, world).start({ size: 5 });
    expect(run.log().map(({ type }) => type)).toEqual(["run.accepted"]);
    expect([run.status(), run.owes("proceed").length]).toEqual(["accepted", 1]);
    expect(run.tell({ type: "proceed" }, "muster")).toEqual([]);
  });

  test("opens what only waits, and has nothing left to decide then", () => {
    const run = given("steps: [{ id: may, gate: { ask: May it be? } }]", {
      isResting: true,
    }).start();
    expect([run.status(), run.owes("proceed")]).toEqual(["waiting", []]);
  });
});
