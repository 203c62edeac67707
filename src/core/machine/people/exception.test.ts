import { describe, expect, test } from "vitest";
import { type Given, given } from "../../../../test/given/run.ts";
import type { Digest, RunId } from "../../id.ts";

const TEXT = `
  owner: operations
  execution: parallel
  steps:
    - { id: send, agent: mailer, fallback: other, outputs: { id: string }, retry: { jitter: false } }
    - { id: count, agent: reader, inputs: { id: $send.id } }
    - { id: read, agent: reader }
    - { id: more, agent: reader, after: [read] }
`;
const begun = (effects: "pure" | "idempotent" | "ask"): Given =>
  given(TEXT, { agents: { mailer: effects, other: effects, reader: "pure" } }).start();
const unknown = {
  kind: "unknown",
  error: { class: "transient", kind: "lost", message: "?" },
} as const;

describe("an exception", () => {
  test("has an owner, says what to look at, and why", () => {
    const run = begun("ask");
    run.answers("send", unknown);
    expect(run.events("exception.raised")[0]).toMatchObject({
      why: "unknown",
      owner: "operations",
    });
    expect(run.exception("send").look).toContain("may have been done and may not (mailer, call 2)");
  });

  test("has who started the run as its owner, where the workflow names none", () => {
    const run = given("steps: [{ id: a, agent: asker }]", { agents: { asker: "ask" } }).start();
    run.answers("a", unknown);
    expect(run.exception("a").owner).toBe("ana");
  });

  test("of an error that is critical pauses the run; it is resumed with the way out", () => {
    const run = begun("pure");
    run.fails("send", "data_corruption");
    expect(run.status()).toBe("paused");
    run.does("read");
    expect(run.inFlight()).toEqual([]);
    run.tell({
      type: "give",
      key: run.exception("send").key,
      output: { value: { id: "m" } },
      why: "sent by hand",
    });
    expect(run.inFlight()).toEqual(["more", "count"]);
    expect(run.asked("count").inputs).toEqual({ id: "m" });
  });

  test("may be closed with outputs that are too large for an event: they are named by digest", () => {
    const run = begun("pure");
    run.fails("send", "data_corruption");
    const { key } = run.exception("send");
    run.tell({ type: "give", key, output: { value: { id: "m".repeat(10_000) } }, why: "found" });
    expect(run.events("step.finished")[0]?.output).toMatchObject({ bytes: 10_009 });
    expect(run.output("send")).toEqual({ id: "m".repeat(10_000) });
  });

  test("of a doubt lets the rest of the run go on", () => {
    const run = begun("ask");
    run.answers("send", unknown);
    run.does("read");
    expect(run.inFlight()).toEqual(["more"]);
    run.does("more");
    expect(run.status()).toBe("waiting");
  });

  test("is left by trying again: the same agent, a new call, and all its attempts", () => {
    const run = begun("ask");
    run.answers("send", { kind: "ok", output: { value: { wrong: true } } });
    const { key } = run.exception("send");
    run.tell({ type: "retry", key });
    expect(run.attempt("send")).toMatchObject({ agent: "mailer", attempt: 2 });
    expect(run.events("attempt.started")[0]?.call).toBeUndefined();
    run.does("send", { id: "m" });
    expect(run.ended("send")).toBe("completed");
  });

  test("is left by going on without it: the step is degraded, and the log says who said so", () => {
    const run = begun("ask");
    run.answers("send", unknown);
    run.tell({ type: "skip", key: run.exception("send").key, why: "no mail needed" }, "ben");
    expect(run.events("step.finished")[0]).toMatchObject({
      outcome: "degraded",
      warnings: ["ben went on without it: no mail needed"],
    });
    expect(run.asked("count").inputs).toEqual({});
  });

  test("is left without a reason by a sentence that ends", () => {
    const run = begun("ask");
    run.answers("send", unknown);
    run.tell({ type: "skip", key: run.exception("send").key, why: "" }, "ben");
    expect(run.events("step.finished")[0]?.warnings).toEqual(["ben went on without it."]);
  });

  test("M13 is left by outputs only where they are what the step promises", () => {
    const run = begun("ask");
    run.answers("send", unknown);
    const { key } = run.exception("send");
    const problem = run.refused({ type: "give", key, output: { value: { id: [1] } }, why: "" });
    expect(problem).toMatchObject({ code: "bad-input" });
    expect(problem.message).toContain('The output "id" is no string');
    run.tell(
      { type: "give", key, output: { value: { id: "m" } }, why: "seen in the outbox" },
      "ben",
    );
    expect(run.events("step.finished")[0]).toMatchObject({
      outcome: "completed",
      warnings: ["Given by ben: seen in the outbox"],
    });
  });

  test("is closed by the answer that comes late after all", () => {
    const run = begun("idempotent");
    const { key } = run.attempt("send");
    for (let attempt = 0; attempt < 3; attempt++) {
      run.tell({ type: "expired", key: run.attempt("send").key });
      run.after(60_000);
    }
    expect(run.exception("send").why).toBe("unknown");
    run.tell({ type: "answer", key, outcome: { kind: "ok", output: { value: { id: "late" } } } });
    expect(run.events("exception.closed")).toMatchObject([{ how: "answered" }]);
    expect(run.output("send")).toEqual({ id: "late" });
  });

  test("that paused the run lets it go on when the answer comes late after all", () => {
    const run = begun("idempotent");
    const { key } = run.attempt("send");
    run.tell({ type: "expired", key });
    run.after(60_000);
    run.fails("send", "data_corruption", false);
    run.does("read");
    expect(run.status()).toBe("paused");
    run.tell({ type: "answer", key, outcome: { kind: "ok", output: { value: { id: "late" } } } });
    expect(run.inFlight()).toEqual(["more", "count"]);
  });

  test("stays open when what comes late is no success, or is not what was promised", () => {
    const run = begun("idempotent");
    const keys: number[] = [];
    for (let attempt = 0; attempt < 3; attempt++) {
      keys.push(run.attempt("send").key);
      run.tell({ type: "expired", key: run.attempt("send").key });
      run.after(60_000);
    }
    run.tell({ type: "answer", key: keys[0]!, outcome: unknown });
    run.tell({ type: "answer", key: keys[1]!, outcome: { kind: "ok", output: { value: {} } } });
    expect(run.exception("send").why).toBe("unknown");
    expect(run.events("attempt.settled").map(({ outcome }) => outcome)).toEqual(["unknown", "ok"]);
  });

  test("of a call that a person ordered anew is not closed by what the old call answers", () => {
    const run = begun("idempotent");
    const { key } = run.attempt("send");
    const expire = (): void => {
      for (let attempt = 0; attempt < 3; attempt++) {
        run.tell({ type: "expired", key: run.attempt("send").key });
        run.after(60_000);
      }
    };
    expire();
    run.tell({ type: "retry", key: run.exception("send").key });
    expire();
    run.tell({ type: "answer", key, outcome: { kind: "ok", output: { value: { id: "old" } } } });
    expect(run.events("attempt.settled")).toMatchObject([{ key, outcome: "ok" }]);
    expect(run.exception("send").why).toBe("unknown");
  });

  test("that nobody raised cannot be left", () => {
    const run = begun("ask");
    expect(run.refused({ type: "retry", key: 99 }).message).toContain(
      "There is no open exception 99",
    );
  });
});

describe("a signal to a run that there is not", () => {
  test("M10 is refused; a run is accepted before anything else of it happens", () => {
    const run = given(TEXT);
    expect(run.refused({ type: "pause", why: "" })).toEqual({
      code: "not-found",
      message: "There is no run wf_example.",
    });
    run.tell({
      type: "start",
      definition: "sha256:0" as Digest,
      params: {},
      parent: { run: "wf_p" as RunId, key: 1 },
    });
    expect(run.log()[0]).toMatchObject({ seq: 1, type: "run.accepted", run: "wf_example" });
    expect(run.events("run.accepted")).toHaveLength(1);
  });
});
