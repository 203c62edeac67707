import { describe, expect, test } from "vitest";
import { given } from "../../../test/given/run.ts";
import { evolve } from "./evolve.ts";
import { absent } from "./run.ts";
import { isUnsettled, statusOf } from "./status.ts";

const AGENTS = { agents: { maker: "pure", sender: "ask" } } as const;

describe("the status of a run", () => {
  test("is accepted when it is on disk and nothing of it has begun", () => {
    const run = given("steps: [{ id: a, agent: maker }]", AGENTS).start();
    const accepted = evolve(absent(run.run().id, run.run().workflow), run.log()[0]!);
    expect(statusOf(accepted)).toBe("accepted");
    expect(run.status()).toBe("running");
  });

  test("is waiting where all that is left waits for a person, an event or a timer", () => {
    const run = given(
      `
      execution: parallel
      steps:
        - { id: work, agent: maker, retry: { jitter: false } }
        - { id: may, gate: May it be? }
        - { id: rest, wait: 1h }
        - { id: paid, wait: { event: payment } }
        - { id: send, agent: sender }
      `,
      AGENTS,
    ).start();
    run.answers("send", {
      kind: "unknown",
      error: { class: "transient", kind: "lost", message: "?" },
    });
    expect(run.status()).toBe("running");
    run.fails("work", "network_timeout");
    expect(run.status()).toBe("running");
    run.after(5_000);
    run.does("work");
    expect(run.status()).toBe("waiting");
    expect(isUnsettled(run.run())).toBe(false);
    expect(run.waits().map(({ path, what }) => `${path}: ${what.kind}`)).toEqual([
      "may: gate",
      "paid: event",
      "rest: timer",
      "send: exception",
    ]);
  });

  test("is paused from the pause to the resumption, or to its end", () => {
    const run = given("steps: [{ id: may, gate: May it be? }]", AGENTS).start();
    run.tell({ type: "pause", why: "" });
    expect(run.status()).toBe("paused");
    run.tell({ type: "resume" });
    expect(run.status()).toBe("waiting");
  });

  test("is how it ended, in each of the four ways", () => {
    const text = "steps: [{ id: a, agent: maker, compensate: { agent: maker } }]";
    const ends = [
      (run: ReturnType<typeof given>) => run.does("a"),
      (run: ReturnType<typeof given>) => run.fails("a", "invalid_input_data"),
      (run: ReturnType<typeof given>) => run.tell({ type: "cancel", why: "", rollback: false }),
      (run: ReturnType<typeof given>) => run.tell({ type: "cancel", why: "", rollback: true }),
    ].map((end) => {
      const run = given(text, AGENTS).start();
      end(run);
      return run.status();
    });
    expect(ends).toEqual(["completed", "failed", "cancelled", "rolled back"]);
  });

  test("asks for its stream to be folded when the folder is opened while something is in flight", () => {
    const run = given("steps: [{ id: a, agent: maker }]", AGENTS).start();
    expect(isUnsettled(run.run())).toBe(true);
    run.does("a");
    expect(isUnsettled(run.run())).toBe(false);
  });
});

describe("what a run waits for", () => {
  test("is said of every open step, with what a person needs to see", () => {
    const run = given(
      `
      execution: parallel
      steps:
        - { id: work, name: Work hard, agent: maker, retry: { jitter: false } }
        - { id: bill, workflow: billing }
        - { id: pay, agent: sender }
      `,
      { ...AGENTS, workflows: ["billing"] },
    ).start();
    run.begins("pay");
    run.tell({ type: "expired", key: run.attempt("pay").key });
    run.fails("work", "network_timeout");
    expect(run.waits()).toMatchObject([
      { path: "bill", what: { kind: "child" } },
      { path: "pay", what: { kind: "agent", agent: "sender", begun: true, stopping: true } },
      {
        path: "work",
        name: "Work hard",
        what: {
          kind: "backoff",
          until: run.at() + 5_000,
          error: "It failed: network_timeout.",
          attempt: 2,
        },
      },
    ]);
  });
});
