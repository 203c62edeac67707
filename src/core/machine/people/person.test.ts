import { describe, expect, test } from "vitest";
import { fold, type Given, given } from "../../../../test/given/run.ts";
import type { Asked } from "../facts.ts";
import { isUnsettled } from "../index.ts";
import type { Told } from "../signal.ts";

const HOUR = 3_600_000;
const ANA_OR_BO: Asked = { to: ["ana", "bo"], dueMs: null, next: [] };

const review = (more = "", asked = ANA_OR_BO): Given =>
  given(
    `
    parameters: { text: A draft }
    steps:
      - { id: review, agent: lawyer, inputs: { text: $params.text }, outputs: { verdict: string, pages: integer }, ${more} }
      - { id: send, agent: mailer, inputs: { verdict: $review.verdict } }
  `,
    { people: { lawyer: asked } },
  ).start({ text: "A draft" });

const VERDICT = { verdict: "good", pages: 3 };

const about = (run: Given, type: "claim" | "release" | "decline"): Told => {
  const { key } = run.task("review");
  return type === "claim" ? { type, key } : { type, key, why: "" };
};

describe("a person's task", () => {
  test("is an open attempt that no process performs and that holds no place", () => {
    const run = given(
      `
      max_concurrency: 1
      execution: parallel
      steps:
        - { id: review, agent: lawyer }
        - { id: other, agent: clerk }
    `,
      { people: { lawyer: ANA_OR_BO } },
    ).start();
    expect(run.inFlight()).toEqual(["other"]);
    expect(run.owes("perform").map(({ path }) => path)).toEqual(["other"]);
    run.does("other");
    expect(run.status()).toBe("waiting");
    expect(isUnsettled(run.run())).toBe(false);
    expect(run.events("step.started").find(({ path }) => path === "review")?.attempt).toEqual(
      expect.objectContaining({ agent: "lawyer", effects: "pure", task: { to: ["ana", "bo"] } }),
    );
  });

  test("asks what its step asks, and is answered by whom it is for", () => {
    const run = review();
    expect(run.asked("review").inputs).toEqual({ text: "A draft" });
    const { key } = run.task("review");
    const answer: Told = { type: "give", key, output: { value: VERDICT }, why: "" };
    expect(run.refused(answer, "mallory")).toMatchObject({
      code: "not-allowed",
      message: "mallory may not do this task; ana, bo may.",
    });
    run.tell(answer, "bo");
    expect(run.output("review")).toEqual(VERDICT);
    expect(run.events("step.finished")[0]).toMatchObject({ by: "bo", closes: key });
    expect(run.asked("send").inputs).toEqual({ verdict: "good" });
  });

  test("M13 an answer is checked against what the step promised, and one that does not fit changes nothing", () => {
    const run = review();
    const { key } = run.task("review");
    const before = run.log().length;
    const wrong: Told = { type: "give", key, output: { value: { verdict: "good" } }, why: "" };
    expect(run.refused(wrong, "ana")).toMatchObject({
      code: "bad-input",
      message: expect.stringContaining('The output "pages" (integer) is missing.'),
    });
    expect(run.log()).toHaveLength(before);
    run.gives("review", "ana", { verdict: "good", pages: "3" });
    expect(run.output("review")).toEqual(VERDICT);
  });

  test("M2 is answered once", () => {
    const run = review();
    const { key } = run.task("review");
    run.gives("review", "ana", VERDICT);
    const again: Told = { type: "give", key, output: { value: VERDICT }, why: "" };
    expect(run.refused(again, "bo")).toMatchObject({ code: "conflict" });
    expect(run.events("step.finished")).toHaveLength(1);
  });

  test("is claimed by one person, who alone answers it until it is released", () => {
    const run = review();
    run.tell(about(run, "claim"), "ana");
    expect(run.tell(about(run, "claim"), "ana")).toEqual([]);
    expect(run.task("review").claimed).toBe("ana");
    expect(run.refused(about(run, "claim"), "bo").message).toBe("ana has claimed this task.");
    expect(run.refused(about(run, "release"), "bo").code).toBe("not-allowed");
    const { key } = run.task("review");
    const answer: Told = { type: "give", key, output: { value: VERDICT }, why: "" };
    expect(run.refused(answer, "bo").code).toBe("conflict");
    run.tell(about(run, "release"), "ana");
    run.tell(answer, "bo");
    expect(run.events("task.claimed")).toMatchObject([{ person: "ana", path: "review" }]);
    expect(run.events("task.released")).toHaveLength(1);
    expect(run.ended("review")).toBe("completed");
  });

  test("is released by who owns the run, where the one who has it is away", () => {
    const run = review("", { to: ["bo", "cy"], dueMs: null, next: [] });
    run.tell(about(run, "claim"), "bo");
    run.tell(about(run, "release"), "ana");
    expect(run.task("review").claimed).toBeNull();
  });

  test("survives a crash with its claim, and nothing of it is lost or performed again", () => {
    const run = review();
    run.tell(about(run, "claim"), "bo");
    expect(run.crashes()).toEqual([]);
    expect(run.task("review").claimed).toBe("bo");
    run.gives("review", "bo", VERDICT);
    expect(fold(run.run().workflow, run.log())).toEqual(run.run());
    run.does("send");
    expect(run.status()).toBe("completed");
  });

  test("whose deadline passes fails with timeout, and no answer is invented", () => {
    const run = review("", { to: ["ana"], dueMs: HOUR, next: [] });
    expect(run.owes("timer")).toMatchObject([{ due: run.at() + HOUR }]);
    run.after(HOUR);
    expect(run.events("attempt.ended")).toMatchObject([
      { outcome: "failed", doubt: false, error: { class: "permanent", kind: "timeout" } },
    ]);
    expect(run.ended("review")).toBe("failed");
  });

  test("whose deadline passes is handed to the next, and what was claimed is free again", () => {
    const asked = { to: ["ana"], dueMs: HOUR, next: [["bo"], ["cy", "di"]] };
    const run = review("", asked);
    run.tell(about(run, "claim"), "ana");
    run.after(HOUR);
    expect(run.task("review")).toMatchObject({ to: ["bo"], claimed: null });
    run.after(HOUR);
    expect(run.events("task.escalated").map(({ to }) => to)).toEqual([["bo"], ["cy", "di"]]);
    expect(run.refused(about(run, "claim"), "ana").code).toBe("not-allowed");
    run.gives("review", "di", VERDICT);
    expect(run.ended("review")).toBe("completed");
    expect(run.after(HOUR)).toEqual([]);
  });

  test("without a deadline of its own has that of its step, and a pause does not move it", () => {
    const run = review("timeout: 2h");
    run.tell({ type: "pause", why: "" });
    run.after(HOUR);
    run.tell({ type: "resume" });
    run.after(HOUR);
    expect(run.events("attempt.ended")).toMatchObject([{ error: { kind: "timeout" } }]);
  });

  test("is declined with a reason, and the step's strategy says what follows", () => {
    const run = review("optional: true");
    const { key } = run.task("review");
    run.tell({ type: "decline", key, why: "Not my field." }, "bo");
    expect(run.events("attempt.ended")).toMatchObject([
      { error: { kind: "rejected", message: "bo declined the task: Not my field." } },
    ]);
    expect(run.ended("review")).toBe("degraded");
  });

  test("is closed when its run is cancelled", () => {
    const run = review();
    const { key } = run.task("review");
    run.tell({ type: "cancel", why: "", rollback: false });
    expect(run.events("step.finished")).toMatchObject([{ outcome: "cancelled", closes: key }]);
    expect(run.status()).toBe("cancelled");
  });

  test("may undo a step in a rollback", () => {
    const run = given(
      `
      steps:
        - { id: pay, agent: bank, compensate: { agent: clerk } }
        - { id: end, agent: bank }
    `,
      { people: { clerk: ANA_OR_BO } },
    ).start();
    run.does("pay");
    run.tell({ type: "cancel", why: "", rollback: true });
    run.fails("end", "network_timeout", true);
    run.gives("!undo/1", "ana");
    expect(run.status()).toBe("rolled back");
  });
});

describe("people who take nothing new", () => {
  test("are given no task: the performer refuses it with a sentence", () => {
    const run = given("steps: [{ id: review, agent: lawyer, retry: false }]", {
      agents: { lawyer: "pure" },
      people: { lawyer: ANA_OR_BO },
      away: ["lawyer"],
    }).start();
    expect(run.owes("perform")).toMatchObject([{ agent: "lawyer", effects: "pure" }]);
    expect(run.waits().map(({ what }) => what.kind)).toEqual(["agent"]);
  });
});

describe("a fallback that nobody declared", () => {
  const research = (more = "", teams?: Readonly<Record<string, readonly string[]>>): Given => {
    const run = given(
      `
      ${more}
      steps:
        - { id: find, agent: searcher, retry: false, timeout: 5m, outputs: { facts: string }, fallback: { agent: manual_research, reason: A person can look. } }
    `,
      { unknown: ["manual_research"], ...(teams === undefined ? {} : { teams }) },
    ).start();
    run.fails("find", "api_rate_limit");
    return run;
  };

  test("is a task of whoever owns the workflow, or started the run, without a deadline", () => {
    expect(research("owner: operations").task("find")).toMatchObject({
      agent: "manual_research",
      to: ["operations"],
      until: null,
    });
    const run = research();
    run.gives("find", "ana", { facts: "Two." });
    expect(run.events("attempt.started")).toMatchObject([{ fallback: "A person can look." }]);
    expect(run.output("find")).toEqual({ facts: "Two." });
  });

  test("is for everybody in the team that owns the workflow", () => {
    const run = research("owner: operations", { operations: ["di", "ed"] });
    expect(run.task("find").to).toEqual(["di", "ed"]);
  });
});
