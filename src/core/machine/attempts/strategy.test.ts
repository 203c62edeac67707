import { describe, expect, test } from "vitest";
import { type Given, given } from "../../../../test/given/run.ts";
import type { Strategy } from "../../definition/index.ts";
import type { Failure, FailureClass } from "../failure.ts";

const STRATEGIES: readonly (Strategy | null)[] = [
  null,
  "fail_immediately",
  "retry_with_backoff",
  "retry_with_fallback",
  "degradable",
  "halt_and_escalate",
];
const CLASSES: readonly FailureClass[] = ["transient", "permanent", "degradable", "critical"];

/** What a step comes to whose every attempt fails so. Letters: attempts by the agent and by the fallback. */
type Course = `${string} ${"failed" | "degraded" | "exception" | "paused"}`;

const CERTAIN: Readonly<Record<string, Readonly<Record<FailureClass, Course>>>> = {
  unsaid: {
    transient: "aaabbb failed",
    permanent: "ab failed",
    degradable: "ab degraded",
    critical: "a paused",
  },
  fail_immediately: {
    transient: "a failed",
    permanent: "a failed",
    degradable: "a failed",
    critical: "a paused",
  },
  retry_with_backoff: {
    transient: "aaabbb failed",
    permanent: "ab failed",
    degradable: "ab degraded",
    critical: "a paused",
  },
  retry_with_fallback: {
    transient: "aaabbb failed",
    permanent: "ab failed",
    degradable: "ab degraded",
    critical: "a paused",
  },
  degradable: {
    transient: "aaabbb degraded",
    permanent: "ab degraded",
    degradable: "ab degraded",
    critical: "a paused",
  },
  halt_and_escalate: {
    transient: "aaa paused",
    permanent: "a paused",
    degradable: "a paused",
    critical: "a paused",
  },
};

const failureOf = (failed: FailureClass): Failure => ({
  class: failed,
  kind: "its_own",
  message: "It failed.",
});

function step(strategy: Strategy | null, more = ""): string {
  const says = strategy === null ? "" : `error_strategy: ${strategy},`;
  return `steps: [{ id: a, agent: maker, fallback: { agent: other, reason: It is broad. }, ${says} ${more} retry: { jitter: false } }]`;
}

/** Every attempt fails so, until the step has come to an end or to a person. */
function course(run: Given, failed: FailureClass, certain: boolean): Course {
  let agents = "";
  for (;;) {
    run.after(60_000);
    if (run.inFlight().length === 0) break;
    const attempt = run.attempt("a");
    if (attempt.kind === "agent") agents += attempt.agent === "maker" ? "a" : "b";
    run.fails("a", failureOf(failed), certain);
  }
  const ended = run.ended("a");
  const end = ended ?? (run.status() === "paused" ? "paused" : "exception");
  return `${agents} ${end}` as Course;
}

describe("a failed step that is in no doubt", () => {
  for (const strategy of STRATEGIES) {
    for (const failed of CLASSES) {
      const name = strategy ?? "unsaid";
      const expected = CERTAIN[name]?.[failed];
      test(`goes its way: ${name}, ${failed} errors: ${expected}`, () => {
        for (const effects of ["pure", "idempotent", "ask"] as const) {
          const run = given(step(strategy), { agents: { maker: effects, other: effects } }).start();
          expect(course(run, failed, true)).toBe(expected);
        }
      });
    }
  }
});

describe("a failed step that is in doubt", () => {
  for (const strategy of STRATEGIES) {
    for (const failed of CLASSES) {
      const name = strategy ?? "unsaid";
      test(`fault 3: ends with a person: ${name}, ${failed} errors`, () => {
        const retries = failed === "transient" && strategy !== "fail_immediately";
        for (const effects of ["idempotent", "ask"] as const) {
          const run = given(step(strategy, "optional: true,"), {
            agents: { maker: effects, other: effects },
          }).start();
          const attempts = retries && effects === "idempotent" ? "aaa" : "a";
          // A begun `ask` in doubt does not halt the run: only its own step is looked at.
          const isHalted = failed === "critical" && effects === "idempotent";
          expect(course(run, failed, false)).toBe(
            `${attempts} ${isHalted ? "paused" : "exception"}`,
          );
          expect(run.exception("a").why).toBe("unknown");
        }
      });
    }
  }

  test("fault 3: ends with a person also when its agent says that it was rejected", () => {
    const run = given(step("retry_with_backoff"), { agents: { maker: "idempotent" } }).start();
    run.fails("a", "network_timeout", false);
    run.after(60_000);
    run.fails("a", "rejected");
    expect([run.ended("a"), run.exception("a").why]).toEqual([null, "unknown"]);
  });
});

describe("a step that says nothing itself", () => {
  const text = (more: string): string => `
    error_handling: { error_types: { permanent: halt_and_escalate, transient: fail_immediately } }
    steps: [{ id: a, agent: maker, retry: { jitter: false }, ${more} }]
  `;

  test("does what its workflow says of the class of the error", () => {
    for (const [failed, status] of [
      ["permanent", "paused"],
      ["transient", "failed"],
    ] as const) {
      const run = given(text(""), { agents: { maker: "pure" } }).start();
      run.fails("a", failureOf(failed));
      expect(run.status()).toBe(status);
    }
  });

  test("is overruled by a step that says it", () => {
    const run = given(text("error_strategy: retry_with_backoff"), { agents: { maker: "pure" } });
    run.start().fails("a", failureOf("transient"));
    expect(run.owes("timer")).toHaveLength(1);
  });
});

describe("a fallback", () => {
  test("is told with its reason, and is a call of its own", () => {
    const run = given(step("retry_with_fallback"), { agents: { maker: "idempotent" } }).start();
    const { key } = run.attempt("a");
    run.fails("a", "agent_not_found", true);
    const [started] = run.events("attempt.started");
    expect(started).toMatchObject({ agent: "other", fallback: "It is broad." });
    expect(run.owes("perform")[0]?.call).not.toBe(key);
    run.does("a");
    expect(run.status()).toBe("completed");
  });

  test("is for the errors it names", () => {
    const text = (on: string) =>
      `steps: [{ id: a, agent: maker, fallback: { agent: other, on: [${on}] }, retry: false }]`;
    for (const [on, status] of [
      ["transient", "running"],
      ["transient_error", "running"],
      ["agent_unavailable", "running"],
      ["permanent", "failed"],
    ] as const) {
      const run = given(text(on), { agents: { maker: "pure" } }).start();
      run.fails("a", "agent_unavailable");
      expect(run.status()).toBe(status);
    }
  });

  test("waits for a free place where there is none", () => {
    const run = given(
      `
      max_concurrency: 1
      execution: parallel
      steps:
        - { id: a, agent: maker, fallback: other, retry: false }
        - { id: b, agent: maker }
      `,
      { agents: { maker: "pure" } },
    ).start();
    run.fails("a", "agent_unavailable");
    expect(run.inFlight()).toHaveLength(1);
    for (const path of ["a", "b"]) {
      run.after(0);
      if (run.inFlight().includes(path)) run.does(path);
    }
    run.after(0);
    for (const path of run.inFlight()) run.does(path);
    expect(run.status()).toBe("completed");
  });
});

describe("a retry", () => {
  test("is for the errors it names, whatever their class", () => {
    const run = given(
      "steps: [{ id: a, agent: maker, retry: { retry_on: [its_own], jitter: false } }]",
      { agents: { maker: "pure" } },
    ).start();
    run.fails("a", failureOf("permanent"));
    run.after(5_000);
    expect(run.attempt("a")).toMatchObject({ attempt: 2 });
    run.fails("a", "network_timeout");
    expect(run.status()).toBe("failed");
  });

  test("comes after the waits of the file: 5 s, 10 s, and never more than the most", () => {
    const run = given(
      "steps: [{ id: a, agent: maker, retry: { max_attempts: 6, max_delay: 30s, jitter: false } }]",
      { agents: { maker: "pure" } },
    ).start();
    const waits: number[] = [];
    for (let attempt = 1; attempt < 6; attempt++) {
      run.fails("a", "network_timeout");
      const due = run.owes("timer")[0]?.due ?? 0;
      waits.push(due - run.at());
      run.after(due - run.at());
    }
    expect(waits).toEqual([5_000, 10_000, 20_000, 30_000, 30_000]);
  });

  test("does not come before the agent said that it may be asked again", () => {
    const run = given("steps: [{ id: a, agent: maker }]", { agents: { maker: "pure" } }).start();
    run.fails("a", {
      class: "transient",
      kind: "api_rate_limit",
      message: "",
      retryAfterMs: 300_000,
    });
    run.after(299_999);
    expect(run.inFlight()).toEqual([]);
    run.after(1);
    expect(run.inFlight()).toEqual(["a"]);
  });

  test("is asked of the same agent, where several could do it", () => {
    const run = given("steps: [{ id: a, needs: [sql] }]", {
      agents: { two: "pure" },
      capable: { one: ["csv"], two: ["sql", "csv"], three: ["sql"] },
    }).start();
    const [started] = run.events("step.started");
    expect(started?.attempt).toMatchObject({
      agent: "two",
      chosen: "two can do it; before three: three can do it",
    });
    run.fails("a", "network_timeout");
    run.after(60_000);
    expect(run.attempt("a")).toMatchObject({ agent: "two", attempt: 2 });
  });

  test("of a step that nobody can do is refused by the performer, and the step decides", () => {
    const run = given("steps: [{ id: a, needs: [sql] }]").start();
    expect(run.owes("perform")[0]).toMatchObject({ agent: "" });
    run.answers("a", {
      kind: "refused",
      error: { class: "permanent", kind: "agent_not_found", message: "Nobody." },
    });
    expect(run.status()).toBe("failed");
  });

  test("goes to whoever is well", () => {
    const run = given("steps: [{ id: a, needs: [sql] }]", {
      capable: { one: ["sql"], two: ["sql"] },
      away: ["one"],
    }).start();
    expect(run.attempt("a")).toMatchObject({ agent: "two" });
  });
});
