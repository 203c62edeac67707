import { describe, expect, test } from "vitest";
import { type Given, given } from "../../../../test/given/run.ts";

const TWO = `
  execution: parallel
  steps:
    - { id: read, agent: reader }
    - { id: send, agent: sender, retry: { initial_delay: 1m, jitter: false } }
    - { id: ask, agent: asker }
    - { id: later, agent: reader, after: [read] }
`;
const AGENTS = { reader: "pure", sender: "idempotent", asker: "ask" } as const;
const three = (): Given => given(TWO, { agents: AGENTS }).start();
const cancel = (run: Given, rollback = false) =>
  run.tell({ type: "cancel", why: "enough", rollback });

describe("a run that is paused", () => {
  test("begins nothing, and takes the answers to what is in flight", () => {
    const run = three();
    run.tell({ type: "pause", why: "lunch" });
    expect(run.status()).toBe("paused");
    run.does("read");
    expect(run.ended("read")).toBe("completed");
    expect(run.inFlight()).not.toContain("later");
  });

  test("fault 9: loses nothing that became ready meanwhile", () => {
    const run = three();
    run.tell({ type: "pause", why: "" });
    run.does("read");
    run.tell({ type: "resume" });
    expect(run.inFlight()).toContain("later");
  });

  test("fault 10: lets no `ask` begin, and is owed it again when it is resumed", () => {
    const run = three();
    const { key } = run.attempt("ask");
    run.tell({ type: "pause", why: "" });
    expect(run.owes("prepare")).toEqual([]);
    expect(run.tell({ type: "begin", key })).toEqual([]);
    run.tell({ type: "resume" });
    expect(run.owes("prepare").map((effect) => effect.key)).toEqual([key]);
    run.tell({ type: "begin", key });
    expect(run.owes("perform").map((effect) => effect.key)).toContain(key);
  });

  test("fault 11: has its timers moved by the pause, and hears none before", () => {
    const run = three();
    run.fails("send", "api_rate_limit", true);
    const [timer] = run.owes("timer");
    run.tell({ type: "pause", why: "" });
    expect(run.owes("timer")).toEqual([]);
    expect(run.tell({ type: "fired", key: timer!.key })).toEqual([]);
    run.after(600_000);
    run.tell({ type: "resume" });
    expect(run.owes("timer")).toEqual([{ ...timer, due: timer!.due + 600_000 }]);
    run.after(60_000);
    expect(run.attempt("send")).toMatchObject({ attempt: 2 });
  });

  test("hears the event it waits for, and has its deadline moved", () => {
    const run = given("steps: [{ id: paid, wait: { event: payment, timeout: 1h } }]").start();
    run.tell({ type: "pause", why: "" });
    run.after(7_200_000);
    run.tell({ type: "resume" });
    expect(run.owes("timer").map(({ due }) => due - run.at())).toEqual([3_600_000]);
    run.tell({ type: "pause", why: "" });
    run.tell({ type: "arrived", key: run.listen("paid").key, payload: {}, source: "bank" });
    expect(run.ended("paid")).toBe("completed");
  });

  test("can be cancelled, and is undone without being resumed first", () => {
    const run = given(`
      steps:
        - { id: make, agent: maker, compensate: { agent: maker } }
        - { id: send, agent: sender }
    `).start();
    run.does("make");
    run.tell({ type: "pause", why: "" });
    cancel(run, true);
    run.does("send");
    expect(run.inFlight()).toEqual(["!undo/1"]);
    run.does("!undo/1");
    expect(run.status()).toBe("rolled back");
  });

  test("can be cancelled however much of it is open", () => {
    const items = JSON.stringify(Array.from({ length: 600 }, (_, at) => at));
    const run = given(`steps: [{ id: all, each: ${items}, gate: May it be? }]`).start();
    run.tell({ type: "pause", why: "" });
    cancel(run);
    expect(run.status()).toBe("cancelled");
  });
});

describe("a run that is cancelled", () => {
  test("drops what only reads and what has not begun, and awaits what writes", () => {
    const run = three();
    cancel(run);
    expect([run.ended("read"), run.ended("ask"), run.ended("send")]).toEqual([
      "cancelled",
      "cancelled",
      null,
    ]);
    expect(run.owes("abort").map(({ key }) => key)).toEqual([run.attempt("send").key]);
    expect(run.status()).toBe("running");
    run.fails("send", "crashed", true);
    expect(run.status()).toBe("cancelled");
  });

  test("awaits an `ask` that has begun", () => {
    const run = three();
    run.begins("ask");
    cancel(run);
    run.fails("send", "crashed", true);
    expect(run.owes("abort").map(({ key }) => key)).toEqual([run.attempt("ask").key]);
    run.does("ask");
    expect([run.ended("ask"), run.status()]).toEqual(["completed", "cancelled"]);
  });

  test("fault 3: ends a step in doubt with a person, and in no other way", () => {
    const run = three();
    cancel(run);
    run.answers("send", {
      kind: "unknown",
      error: { class: "transient", kind: "lost", message: "?" },
    });
    expect(run.status()).toBe("waiting");
    expect(run.exception("send").why).toBe("unknown");
    const { key } = run.exception("send");
    expect(run.refused({ type: "retry", key }).mend).toBe(
      "Give its outputs where it was done; go on without it where it was not.",
    );
    run.tell({ type: "skip", key, why: "it was not done" });
    expect(run.status()).toBe("cancelled");
  });

  test("fault 3: ends a step in doubt with a person also where it waited for its next attempt", () => {
    const run = three();
    run.fails("send", "network_timeout", false);
    cancel(run);
    expect(run.exception("send").why).toBe("unknown");
    run.after(60_000);
    expect(run.events("exception.raised")).toHaveLength(1);
    run.tell({ type: "skip", key: run.exception("send").key, why: "it was not done" });
    expect(run.status()).toBe("cancelled");
  });

  test("ends a step that waits for its next attempt and is in no doubt", () => {
    const run = three();
    run.fails("send", "api_rate_limit", true);
    cancel(run);
    expect([run.ended("send"), run.status()]).toEqual(["cancelled", "cancelled"]);
    expect(run.owes("timer")).toEqual([]);
  });

  test("closes the exceptions in which nothing is in doubt", () => {
    const run = three();
    run.fails("read", "security_violation");
    cancel(run);
    expect(run.events("exception.closed")).toMatchObject([{ how: "cancelled" }]);
  });

  test("after its end says that it has ended", () => {
    const run = given("steps: [{ id: a, agent: x }]").start();
    run.does("a");
    expect(run.refused({ type: "cancel", why: "", rollback: false })).toMatchObject({
      code: "already-ended",
      message: "wf_example has ended: completed.",
    });
  });
});

describe("a time limit", () => {
  test("of the whole run stops it, and it fails", () => {
    const run = given(
      "{ resource_limits: { total_timeout: 1h }, steps: [{ id: a, agent: reader }] }",
      {
        agents: AGENTS,
      },
    ).start();
    run.after(3_600_000);
    expect([run.ended("a"), run.status()]).toEqual(["cancelled", "failed"]);
    expect(run.run().error?.message).toBe(
      "The run took longer than its total time limit of 1 h. If it needs more time, write a longer total_timeout in the workflow's resource_limits.",
    );
  });

  test("of an attempt that only reads or may be repeated ends it; it is tried again", () => {
    const run = three();
    for (const path of ["read", "send"]) {
      run.tell({ type: "expired", key: run.attempt(path).key });
      run.after(120_000);
      expect(run.attempt(path)).toMatchObject({ attempt: 2 });
    }
  });

  test("is named where the step says one, with what gives it more; else the agent is", () => {
    const steps = "[{ id: a, agent: reader, timeout: 90s }, { id: b, agent: reader }]";
    const run = given(`{ execution: parallel, steps: ${steps} }`, { agents: AGENTS }).start();
    for (const path of ["a", "b"]) run.tell({ type: "expired", key: run.attempt(path).key });
    expect(run.events("attempt.ended").map(({ error }) => error.message)).toEqual([
      "It took longer than its time limit of 1 min 30 s. If it needs more time, write a longer timeout on the step.",
      'It took longer than the time limit of the agent "reader". If it needs more time, write a longer timeout on the step or on the agent.',
    ]);
  });

  test("of an `ask` that has begun stops it, and what it answers tells", () => {
    const run = three();
    run.begins("ask");
    run.tell({ type: "expired", key: run.attempt("ask").key });
    expect(run.owes("abort")).toHaveLength(1);
    run.answers("ask", {
      kind: "unknown",
      error: { class: "transient", kind: "timeout", message: "?" },
    });
    expect(run.exception("ask").why).toBe("unknown");
  });

  test("of an `ask` that waits for its turn makes no doubt", () => {
    const run = three();
    run.tell({ type: "expired", key: run.attempt("ask").key });
    expect(run.events("attempt.ended")).toMatchObject([{ doubt: false }]);
  });
});
