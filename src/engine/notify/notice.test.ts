import { describe, expect, test } from "vitest";
import { workflow as workflowOf } from "../../../test/given/workflow.ts";
import { type Happening, noticesOf, type Subject, tellsAnybody } from "./notice.ts";

const TEXT = `
name: work
monitoring:
  notifications:
    - { type: webhook, url: "https://a.example", events: [paused, escalated, phase_completed, step_failed, approval_needed, completed] }
    - { type: webhook, url: "https://b.example", events: [paused] }
phases:
  - { name: Set up, steps: [{ id: a, agent: loader }] }
`;

const subject: Subject = { workflow: workflowOf(TEXT), isSub: false };

function told(event: Partial<Happening>, of = subject): readonly string[] {
  const happening = {
    run: "wf_test",
    seq: 7,
    at: 0,
    type: "",
    step: "",
    actor: "x",
    data: {},
    ...event,
  };
  return noticesOf(happening, of).map(({ event: name, to, phase }) => `${name} ${phase} ${to.url}`);
}

describe("the notices of an event", () => {
  test("go to those who are to be told of it", () => {
    expect(told({ type: "run.finished", data: { outcome: "completed" } })).toEqual([
      "completed null https://a.example",
    ]);
    expect(told({ type: "run.finished", data: { outcome: "failed" } })).toEqual([]);
    expect(told({ type: "attempt.ended", step: "set-up/a" })).toEqual([]);
  });

  test("name the phase: phase_completed when it has ended, and not for its steps", () => {
    const ended = { type: "step.finished", data: { outcome: "completed" } };
    expect(told({ ...ended, step: "set-up" })).toEqual([
      "phase_completed Set up https://a.example",
    ]);
    expect(told({ ...ended, step: "set-up/a" })).toEqual([]);
  });

  test("are one for a failure, not one more for each block around it", () => {
    const failed = { type: "step.finished", data: { outcome: "failed" } };
    expect(told({ ...failed, step: "set-up/a" })).toEqual(["step_failed Set up https://a.example"]);
    expect(told({ ...failed, step: "set-up" })).toEqual([]);
  });

  test("of an exception that pauses the run are told once to who hears of exceptions", () => {
    expect(told({ type: "run.paused", data: { why: "x", exception: 4 } })).toEqual([
      "paused null https://b.example",
    ]);
    expect(told({ type: "run.paused", data: { why: "x" } })).toHaveLength(2);
  });

  test("of a sub-run are only those that need people: its parent tells the rest", () => {
    const sub = { ...subject, isSub: true };
    expect(told({ type: "run.finished", data: { outcome: "completed" } }, sub)).toEqual([]);
    expect(
      told({ type: "step.started", step: "set-up/a", data: { gate: { ask: "May we?" } } }, sub),
    ).toEqual(["approval_needed Set up https://a.example"]);
  });

  test("are none where a workflow tells nobody", () => {
    expect(tellsAnybody(subject.workflow)).toBe(true);
    expect(tellsAnybody(workflowOf("name: work\nsteps: [{ id: a, agent: loader }]\n"))).toBe(false);
  });
});
