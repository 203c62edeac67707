import { describe, expect, test } from "vitest";
import { fold, type Given, given } from "../../../../test/given/run.ts";
import type { Digest } from "../../id.ts";
import { decide } from "../decide.ts";
import type { Told } from "../signal.ts";

const HOUR = 3_600_000;

const gate = (more: string, then = ""): Given =>
  given(`
    steps:
      - { id: may, gate: { ask: "Pay $\{$params.amount} to them?", show: { amount: $params.amount }, ${more} } }
      ${then}
    parameters: { amount: 7 }
  `).start({ amount: 7 });

const voteFor = (run: Given, more: Partial<Extract<Told, { type: "vote" }>> = {}): Told => {
  const { key, digest } = run.gate("may");
  return { type: "vote", key, digest: digest as Digest, allow: true, reason: "", ...more };
};

describe("a gate", () => {
  test("asks and shows what the file says, and gives who decided what", () => {
    const run = gate("from: [ana, ben]", "- { id: pay, agent: bank, inputs: { by: $may.by } }");
    const [started] = run.events("step.started");
    expect(started?.gate).toMatchObject({ ask: "Pay 7 to them?", show: { amount: 7 }, need: 1 });
    expect(run.status()).toBe("waiting");
    run.tell(voteFor(run, { reason: "It is due." }), "ben");
    expect(run.output("may")).toEqual({
      allowed: true,
      by: "ben",
      reason: "It is due.",
      votes: [{ voter: "ben", allow: true, reason: "It is due." }],
    });
    expect(run.asked("pay").inputs).toEqual({ by: "ben" });
  });

  test("needs as many different people as the file says", () => {
    const run = gate("need: 2");
    run.vote("may", "ana");
    expect(run.refused(voteFor(run), "ana").message).toContain("one person has one vote");
    expect(run.status()).toBe("waiting");
    run.vote("may", "ben");
    expect(run.status()).toBe("completed");
  });

  test("is decided only by whom the file names", () => {
    const run = gate("from: [ana, ben]");
    expect(run.refused(voteFor(run), "cleo")).toMatchObject({
      code: "not-allowed",
      message: "cleo may not decide this; ana, ben may.",
    });
  });

  test("fault 15: does not count a vote for something else than it asks", () => {
    const run = gate("need: 1");
    const other = `sha256:${"0".repeat(64)}` as Digest;
    expect(run.refused(voteFor(run, { digest: other }))).toMatchObject({
      code: "conflict",
      mend: "Look at it again and decide on what it asks now.",
    });
  });

  test("asks something else, by its digest, where what it shows is another", () => {
    const digestOf = (amount: number): string =>
      given(`
        parameters: { amount: 7 }
        steps: [{ id: may, gate: { ask: Pay?, show: { amount: $params.amount } } }]
      `)
        .start({ amount })
        .gate("may").digest;
    expect(digestOf(7)).toBe(digestOf(7));
    expect(digestOf(8)).not.toBe(digestOf(7));
  });

  test("is ended by one who rejects, and fails", () => {
    const run = gate("need: 2");
    run.vote("may", "ana");
    run.vote("may", "ben", false);
    expect(run.status()).toBe("failed");
    expect(run.run().error).toMatchObject({
      kind: "rejected",
      message: "It was rejected: ben rejected it.",
    });
  });

  test("that is rejected goes on with that, where the file says so", () => {
    const run = gate("rejected: continue", "- { id: pay, agent: bank, when: $may.allowed }");
    run.vote("may", "ana", false);
    expect([run.ended("may"), run.ended("pay"), run.status()]).toEqual([
      "completed",
      "skipped",
      "completed",
    ]);
  });

  test("whose deadline passes is rejected, and never approved", () => {
    const run = gate("due: 1h, on_timeout: reject");
    run.after(HOUR - 1);
    expect(run.status()).toBe("waiting");
    run.after(1);
    expect(run.status()).toBe("failed");
    expect(run.events("gate.closed")[0]).toMatchObject({ allowed: false });
  });

  test("whose deadline passes is escalated to the owner, where the file says so, and stays open", () => {
    const run = gate("due: 1h, on_timeout: escalate");
    run.after(10 * HOUR);
    expect(run.events("gate.escalated")).toMatchObject([{ to: "ana" }]);
    expect(run.owes("timer")).toEqual([]);
    run.vote("may", "ben");
    expect(run.status()).toBe("completed");
  });

  test("keeps its deadline while the run is paused, and can be decided", () => {
    const run = gate("due: 1h, on_timeout: reject", "- { id: pay, agent: bank }");
    run.tell({ type: "pause", why: "" });
    expect(run.owes("timer")).toHaveLength(1);
    run.vote("may", "ana");
    expect(run.inFlight()).toEqual([]);
    run.tell({ type: "resume" });
    expect(run.inFlight()).toEqual(["pay"]);
  });

  test("that is cancelled is open no more", () => {
    const run = gate("need: 1");
    const vote = voteFor(run);
    run.tell({ type: "cancel", why: "", rollback: false });
    expect(run.refused(vote).code).toBe("conflict");
    expect(run.ended("may")).toBe("cancelled");
  });
});

const PAY = `
  parameters: { amount: 7 }
  steps:
    - { id: pay, agent: bank, task: Pay it., inputs: { amount: $params.amount }, approve: { from: [ana, ben], need: 2 }, retry: { jitter: false } }
`;

describe("an approval before a step", () => {
  const pay = (): Given => given(PAY, { agents: { bank: "pure" } }).start({ amount: 7 });

  test("M8 is given before the step begins, and by all who are needed", () => {
    const run = pay();
    expect(run.inFlight()).toEqual([]);
    expect(run.gate("pay").ask).toBe('May "Pay it." be done?');
    run.vote("pay", "ana");
    expect(run.inFlight()).toEqual([]);
    run.vote("pay", "ben");
    expect(run.inFlight()).toEqual(["pay"]);
    const types = run.log().map(({ type }) => type);
    expect(types.indexOf("gate.closed")).toBeLessThan(types.indexOf("attempt.started"));
  });

  test("M8 that is refused keeps the step from beginning", () => {
    const run = pay();
    run.vote("pay", "ana");
    run.vote("pay", "ben", false);
    expect(run.events("attempt.started")).toEqual([]);
    expect(run.status()).toBe("failed");
  });

  test("M8 holds for the next attempts of the same action", () => {
    const run = pay();
    run.vote("pay", "ana");
    run.vote("pay", "ben");
    run.fails("pay", "network_timeout");
    run.after(60_000);
    expect(run.attempt("pay")).toMatchObject({ attempt: 2 });
  });

  test("M8 fault 14: that was given for something else does not let the step begin", () => {
    const run = pay();
    run.vote("pay", "ana");
    run.tell({ type: "pause", why: "" });
    run.vote("pay", "ben");
    const other = { ...run.run(), params: { amount: 700 } };
    const decision = decide(other, { type: "resume", at: run.at(), by: "ana" }, run.facts);
    const events = "code" in decision ? [] : decision.events;
    expect(events.map(({ type }) => type)).not.toContain("attempt.started");
    expect(events).toContainEqual(
      expect.objectContaining({
        type: "step.finished",
        error: expect.objectContaining({ kind: "rejected" }),
      }),
    );
  });

  test("fault 14: is not given by a state that implies it: after a fold the grant is what was voted for", () => {
    const run = pay();
    run.vote("pay", "ana");
    run.vote("pay", "ben");
    const frames = JSON.stringify(fold(run.run().workflow, run.log()).frames);
    expect(frames).toContain(`"grant":"${run.events("step.started")[0]?.gate?.digest}"`);
  });

  test("M7 that would show more than its limit fails, and what was too much is not in the log", () => {
    const text = "x".repeat(300_000);
    const run = given(`
      parameters: { text: { type: string } }
      steps:
        - { id: may, optional: true, gate: { ask: Go?, show: { text: $params.text } } }
        - { id: do, agent: clerk, inputs: { text: $params.text }, approve: true }
    `).start({ text });
    const [may, act] = run.events("step.finished");
    expect(may).toMatchObject({ outcome: "degraded", error: { kind: "invalid_input_data" } });
    expect(act).toMatchObject({ outcome: "failed" });
    expect(act?.error?.message).toContain("at most 262144 are shown");
    for (const event of run.events("step.started"))
      expect(JSON.stringify(event)).not.toContain("xxx");
    expect(run.status()).toBe("failed");
  });

  test("is for all who are in the team that it names", () => {
    const run = given("steps: [{ id: may, gate: { ask: Go?, from: [ops, cy], need: 2 } }]", {
      teams: { ops: ["di", "ed"] },
    }).start();
    expect(run.gate("may").from).toEqual(["di", "ed", "cy"]);
    run.vote("may", "ed");
    run.vote("may", "cy");
    expect(run.status()).toBe("completed");
  });
});
