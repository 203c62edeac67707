import { describe, expect, test } from "vitest";
import { fold, type Given, given } from "../../../../test/given/run.ts";
import { freeze, thaw } from "../snapshot.ts";

const PURE = { agents: { maker: "pure", other: "pure", undoer: "pure" } } as const;

/** A step that fails, one beside it, and what was done before them and can be undone. */
function text(rule: string, step = ""): string {
  return `
    owner: operations
    error_handling: { escalation_rules: [${rule}] }
    phases:
      - id: before
        steps: [{ id: made, agent: maker, compensate: { agent: undoer } }]
      - id: work
        execution: parallel
        steps:
          - { id: a, agent: maker, retry: { max_attempts: 2, jitter: false }, ${step} }
          - { id: b, agent: other }
  `;
}

function begun(rule: string, step = ""): Given {
  const run = given(text(rule, step), PURE).start();
  run.does("before/made");
  return run;
}

function critical(run: Given): Given {
  run.fails("work/a", "security_violation");
  return run;
}

function exhausted(run: Given): Given {
  run.fails("work/a", "network_timeout");
  run.after(60_000);
  run.fails("work/a", "network_timeout");
  return run;
}

describe("Human escalation for critical failures", () => {
  test("critical_step_failure, pause_workflow: the run pauses, and the exception names whom the rule names", () => {
    const run = critical(
      begun(
        "{ condition: critical_step_failure, action: pause_workflow, owner: ciso, notification: { channels: [email, slack], recipients: [security-team, project-lead], message: Critical security issue requires human review before proceeding. } }",
      ),
    );
    expect(run.status()).toBe("paused");
    const [acted] = run.events("rule.acted");
    expect(acted).toMatchObject({
      path: "work/a",
      condition: "critical_step_failure",
      action: "pause_workflow",
      owner: "ciso",
      recipients: ["security-team", "project-lead"],
      notify: ["email", "slack"],
      message: "Critical security issue requires human review before proceeding.",
      why: "It failed: security_violation.",
    });
    expect(run.events("exception.raised")[0]).toMatchObject({
      owner: "ciso",
      recipients: ["security-team", "project-lead"],
      look: expect.stringMatching(/^Critical security issue/),
    });
    run.tell({ type: "retry", key: run.exception("work/a").key });
    run.does("work/a");
    run.does("work/b");
    expect(run.status()).toBe("completed");
  });

  test("notification: user_email is kept as a reference", () => {
    const run = critical(begun("{ condition: critical_step_failure, notification: user_email }"));
    expect(run.events("rule.acted")[0]).toMatchObject({
      action: "pause_workflow",
      notify: ["user_email"],
      owner: "operations",
    });
  });

  test("critical_step_failure, mark_step_failed: the step fails and nobody is asked", () => {
    const run = critical(begun("{ condition: critical_step_failure, action: mark_step_failed }"));
    expect([run.ended("work/a"), run.status()]).toEqual(["failed", "failed"]);
    expect(run.events("exception.raised")).toEqual([]);
  });

  test("critical_step_failure, continue: the run goes on without the step", () => {
    const run = critical(begun("{ condition: critical_step_failure, action: continue }"));
    run.does("work/b");
    expect([run.ended("work/a"), run.status()]).toEqual(["degraded", "completed"]);
  });

  test("critical_step_failure, rollback: the run stops and what it did is undone", () => {
    const run = critical(begun("{ condition: critical_step_failure, action: rollback }"));
    run.does("!undo/1");
    expect([run.ended("work/a"), run.status()]).toEqual(["cancelled", "rolled back"]);
  });

  test("rollback begins nothing more, also where the step is optional and others wait for it", () => {
    const run = given(
      `
      error_handling: { escalation_rules: [{ condition: critical_step_failure, action: rollback }] }
      steps: [{ id: a, agent: maker, optional: true }, { id: b, gate: Shall it?, after: a }]
    `,
      PURE,
    ).start();
    run.fails("a", "data_corruption");
    expect([run.status(), run.events("step.started").map(({ path }) => path)]).toEqual([
      "rolled back",
      ["a"],
    ]);
  });

  test("a step with halt_and_escalate is critical whatever its error", () => {
    const run = begun(
      "{ condition: critical_step_failure, action: continue }",
      "error_strategy: halt_and_escalate",
    );
    run.fails("work/a", "invalid_input_data");
    expect(run.ended("work/a")).toBe("degraded");
  });

  test("rollback begins nothing more, also where the step would be degraded and what follows needs no place", () => {
    const run = given(
      `
      error_handling: { escalation_rules: [{ condition: retry_exhausted, action: rollback }] }
      phases:
        - name: work
          steps:
            - id: both
              steps:
                - { id: a, agent: maker, optional: true, retry: { max_attempts: 2, initial_delay: 1s } }
                - { id: b, each: [1], agent: maker }
      `,
      PURE,
    ).start();
    run.fails("work/both/a", "network_timeout");
    run.after(2_000);
    run.fails("work/both/a", "network_timeout");
    expect(run.ended("work/both/a")).toBe("cancelled");
    expect(run.events("step.started").map(({ path }) => path)).not.toContain("work/both/b");
  });

  test.each([
    ["steps", "steps: [{ id: b, agent: other }, { id: c, wait: 1s }]", "work/z/b"],
    ["choose", "choose: [{ id: b, when: true, agent: other }]", "work/z/b"],
    ["each", "each: [1], agent: other", "work/z[0]"],
    ["repeat", "repeat: { until: false, at_most: 3 }, gate: Again?", "work/z{1}"],
  ])(
    "rollback: a step with %s that was not told yet to stop begins nothing, and ends with all others",
    (kind, step, below) => {
      const run = given(
        `
      error_handling: { escalation_rules: [{ condition: critical_step_failure, action: rollback }] }
      phases:
        - id: work
          execution: parallel
          steps: [{ id: a, agent: maker }, { id: z, ${step} }]
      `,
        PURE,
      ).start();
      // Both have ended before anything can follow; then "a" is looked at first.
      run.tell({ type: "pause", why: "Lunch." });
      if (kind === "repeat") run.vote(below, "bo");
      else run.does(below);
      run.fails("work/a", "data_corruption");
      const begun = run.events("step.started");
      run.tell({ type: "resume", why: "Back." });
      expect(run.events("step.started")).toEqual(begun);
      expect([run.ended("work/z"), run.status()]).toEqual(["cancelled", "rolled back"]);
    },
  );

  test("a step in doubt waits for a person, whatever the rule says", () => {
    const rule = "{ condition: critical_step_failure, action: continue }";
    const run = given(text(rule), { agents: { maker: "idempotent", other: "pure" } }).start();
    run.does("before/made");
    critical(run);
    expect([run.ended("work/a"), run.exception("work/a").why]).toEqual([null, "unknown"]);
    expect(run.events("rule.acted")[0]?.action).toBe("pause_workflow");
  });

  test("of two rules whose conditions hold the first acts", () => {
    const run = begun(
      "{ condition: timeout, action: continue }, { condition: retry_exhausted, action: rollback }",
      "timeout: 5s",
    );
    for (const _ of [1, 2]) {
      run.tell({ type: "expired", key: run.attempt("work/a").key });
      run.after(60_000);
    }
    expect(run.events("rule.acted").map(({ condition }) => condition)).toEqual(["timeout"]);
    expect(run.ended("work/a")).toBe("degraded");
  });
});

describe("retry_exhausted", () => {
  test("mark_step_failed: a step that would be degraded fails", () => {
    const run = exhausted(
      begun(
        "{ condition: retry_exhausted, action: mark_step_failed }",
        "error_strategy: degradable",
      ),
    );
    expect(run.ended("work/a")).toBe("failed");
  });

  test("pause_workflow: the step waits for its owner and the run pauses", () => {
    const run = exhausted(begun("{ condition: retry_exhausted }"));
    expect([run.status(), run.exception("work/a").owner]).toEqual(["paused", "operations"]);
  });

  test("acts after the fallback, not before", () => {
    const run = exhausted(
      begun("{ condition: retry_exhausted, action: continue }", "fallback: other"),
    );
    expect(run.events("rule.acted")).toEqual([]);
    run.fails("work/a", "network_timeout");
    run.after(60_000);
    run.fails("work/a", "network_timeout");
    expect(run.ended("work/a")).toBe("degraded");
  });

  test("does not act on an error that is not tried again", () => {
    const run = begun("{ condition: retry_exhausted, action: continue }");
    run.fails("work/a", "invalid_input_data");
    expect(run.ended("work/a")).toBe("failed");
  });
});

describe("timeout", () => {
  const total = (action: string): string => `
    resource_limits: { total_timeout: 1h }
    error_handling: { escalation_rules: [{ condition: timeout, action: ${action} }] }
    steps: [{ id: made, agent: maker, compensate: { agent: undoer } }, { id: a, agent: maker }]
  `;

  test("of the run: every action", () => {
    const came = (action: string): readonly unknown[] => {
      const run = given(total(action), PURE).start();
      run.does("made");
      run.after(3_600_000);
      const { length } = run.events("rule.acted");
      return [length, run.status(), run.inFlight()];
    };
    expect(came("pause_workflow")).toEqual([1, "paused", ["a"]]);
    expect(came("continue")).toEqual([1, "running", ["a"]]);
    expect(came("mark_step_failed")).toEqual([1, "failed", []]);
    expect(came("rollback")).toEqual([1, "running", ["!undo/1"]]);
  });

  test("of the run: a paused run goes on when a person resumes it, without the limit", () => {
    const run = given(total("pause_workflow"), PURE).start();
    run.does("made");
    run.after(3_600_000);
    run.tell({ type: "resume" });
    run.after(36_000_000);
    run.does("a");
    expect(run.status()).toBe("completed");
  });

  test.each([
    ["of a wait", "{ id: a, wait: { event: paid, timeout: 10m } }"],
    ["of a gate", "{ id: a, gate: { ask: May it be?, due: 10m, on_timeout: reject } }"],
  ])("%s: every action", (_, step) => {
    const came = (action: string): readonly unknown[] => {
      const run = given(
        `
        error_handling: { escalation_rules: [{ condition: timeout, action: ${action} }] }
        steps: [{ id: made, agent: maker, compensate: { agent: undoer } }, ${step}, { id: b, agent: maker, after: [a] }]
      `,
        PURE,
      ).start();
      run.does("made");
      run.after(600_000);
      return [run.events("rule.acted")[0]?.path, run.status(), run.inFlight()];
    };
    expect(came("pause_workflow")).toEqual(["a", "paused", []]);
    expect(came("continue")).toEqual(["a", "running", ["b"]]);
    expect(came("mark_step_failed")).toEqual(["a", "failed", []]);
    expect(came("rollback")).toEqual(["a", "running", ["!undo/1"]]);
  });

  test("of a wait: a run that was paused for it waits on when a person resumes it, without the limit", () => {
    const run = given(`
      error_handling: { escalation_rules: [{ condition: timeout, action: pause_workflow }] }
      steps: [{ id: a, wait: { event: paid, timeout: 10m } }]
    `).start();
    run.after(600_000);
    run.tell({ type: "resume" });
    run.after(36_000_000);
    expect(run.status()).toBe("waiting");
    run.tell({ type: "arrived", key: run.owes("listen")[0]!.key, payload: {}, source: "test" });
    expect(run.status()).toBe("completed");
  });

  test("of a gate: what a deadline led to is over, whatever is done at the gate afterwards", () => {
    const run = given(`
      error_handling: { escalation_rules: [{ condition: timeout, action: pause_workflow }] }
      steps: [{ id: a, gate: { ask: "Go on?", from: ana, due: 10m, on_timeout: reject } }]
    `).start();
    run.after(600_000);
    expect(run.status()).toBe("paused");
    run.tell({ type: "resume" });
    const key = run.events("step.started").find(({ path }) => path === "a")!.seq;
    run.tell({ type: "claim", key }, "ana");
    run.after(600_000);
    expect(run.events("rule.acted")).toHaveLength(1);
    expect(run.owes("timer")).toEqual([]);
    expect(run.status()).toBe("waiting");
  });

  test("of a phase: every action", () => {
    const came = (action: string): readonly unknown[] => {
      const run = given(
        `
        error_handling: { escalation_rules: [{ condition: timeout, action: ${action} }] }
        phases: [{ id: work, timeout: 10m, steps: [{ id: a, agent: maker }] }]
      `,
        PURE,
      ).start();
      run.after(600_000);
      return [run.events("rule.acted")[0]?.path, run.status(), run.inFlight()];
    };
    expect(came("pause_workflow")).toEqual(["work", "paused", ["work/a"]]);
    expect(came("continue")).toEqual(["work", "running", ["work/a"]]);
    expect(came("mark_step_failed")).toEqual(["work", "failed", []]);
    expect(came("rollback")).toEqual(["work", "rolled back", []]);
  });
});

describe("stalled", () => {
  const stalled = (action: string, more = ""): string => `
    error_handling: { escalation_rules: [{ condition: stalled, action: ${action}, after: 10m }] }
    ${more}
    steps: [{ id: a, agent: maker }, { id: b, agent: other }]
  `;

  test("nothing begins or ends for the time, and the run waits for nobody: every action", () => {
    const came = (action: string): readonly unknown[] => {
      const run = given(stalled(action), PURE).start();
      run.after(600_000);
      expect(run.events("rule.acted")[0]?.why).toContain("for 10 min,");
      expect(run.events("rule.acted")[0]?.why).toContain("a (maker)");
      return [run.status(), run.ended("a"), run.events("run.finished")[0]?.error?.kind];
    };
    expect(came("pause_workflow")).toEqual(["paused", null, undefined]);
    expect(came("continue")).toEqual(["running", null, undefined]);
    expect(came("mark_step_failed")).toEqual(["failed", "failed", "stalled"]);
    expect(came("rollback")).toEqual(["rolled back", "cancelled", "stalled"]);
  });

  test("is told once, until something moves again", () => {
    const run = given(stalled("continue"), PURE).start();
    run.after(36_000_000);
    expect(run.events("rule.acted")).toHaveLength(1);
    run.does("a");
    run.after(600_000);
    expect(run.events("rule.acted")).toHaveLength(2);
    run.does("b");
    expect(run.status()).toBe("completed");
  });

  test("a run that moves is never stalled", () => {
    const run = given(stalled("rollback"), PURE).start();
    run.after(599_000);
    run.does("a");
    run.after(599_000);
    run.does("b");
    expect(run.status()).toBe("completed");
  });

  test("a run that waits for a person, an event or a time is not, and no timer runs meanwhile", () => {
    for (const step of ["gate: Shall it?", "wait: { event: payment }", "wait: 10 days"]) {
      const run = given(
        `
        error_handling: { escalation_rules: [{ condition: stalled, after: 10m }] }
        steps: [{ id: a, ${step} }]
      `,
        PURE,
      ).start();
      run.after(86_400_000);
      expect(run.events("rule.acted")).toEqual([]);
      expect(run.events("timer.set").filter(({ why }) => why === "stalled")).toHaveLength(1);
    }
  });

  test("a pause does not count", () => {
    const run = given(stalled("rollback"), PURE).start();
    run.tell({ type: "pause", why: "lunch" });
    run.after(3_600_000);
    run.tell({ type: "resume" });
    run.after(599_000);
    expect(run.events("rule.acted")).toEqual([]);
  });

  test("M4 is watched the same after a crash, and through a snapshot", () => {
    const run = given(stalled("pause_workflow"), PURE).start();
    run.after(300_000);
    run.does("a");
    const { workflow, id } = run.run();
    const folded = fold(workflow, run.log());
    expect(folded.stall).toEqual(run.run().stall);
    const frozen = freeze(folded, () => {
      throw new Error("There is no page.");
    });
    const thawed = thaw(frozen, { id, workflow }, () => "");
    expect(thawed?.stall).toEqual(run.run().stall);
    run.crashes();
    run.after(600_000);
    expect(run.status()).toBe("paused");
  });
});

describe("Error classification (transient vs permanent)", () => {
  const kinds = `
    error_types:
      transient: { kinds: [line_busy], strategy: retry_with_backoff }
      permanent: { kinds: [network_timeout], strategy: fail_immediately }
      degradable: { kinds: [no_market_data], strategy: continue_with_warning }
      critical: { kinds: [wrong_ledger], strategy: halt_and_escalate }
    steps: [{ id: a, agent: maker }]
  `;

  test("the author's table decides by kind, an author's own kinds too", () => {
    const came = (kind: string): string => {
      const run = given(kinds, PURE).start();
      run.fails("a", kind);
      return `${run.events("attempt.ended")[0]?.error.class} ${run.ended("a") ?? run.waits()[0]?.what.kind}`;
    };
    expect(came("line_busy")).toBe("transient backoff");
    expect(came("network_timeout")).toBe("permanent failed");
    expect(came("no_market_data")).toBe("degradable degraded");
    expect(came("wrong_ledger")).toBe("critical exception");
    expect(came("data_corruption")).toBe("critical exception");
  });

  test("also where the agent says another class", () => {
    const run = given(kinds, PURE).start();
    run.fails("a", { class: "transient", kind: "wrong_ledger", message: "It does not add up." });
    expect(run.status()).toBe("paused");
  });
});
