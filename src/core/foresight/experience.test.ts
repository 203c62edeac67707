import { expect, test } from "vitest";
import type { Event } from "../machine/index.ts";
import { experienceOf } from "./experience.ts";

test("what a run took is without the time in which nobody was at work, and without a rollback that came later", () => {
  const log = [
    { type: "run.accepted", seq: 1, at: 0 },
    { type: "step.started", path: "draw", attempt: { agent: "sketcher" }, seq: 2, at: 100 },
    { type: "attempt.repeated", key: 2, seq: 3, at: 200_100 },
    { type: "run.paused", seq: 4, at: 200_200 },
    { type: "run.resumed", seq: 5, at: 500_200 },
    { type: "step.finished", path: "draw", outcome: "completed", closes: 2, seq: 6, at: 500_300 },
    { type: "run.finished", outcome: "completed", seq: 7, at: 500_400 },
    { type: "run.undoing", seq: 8, at: 900_000 },
    { type: "run.finished", outcome: "rolled back", seq: 9, at: 900_100 },
  ] as unknown as readonly Event[];
  expect(experienceOf([log])).toMatchObject({ runsMs: [400], completed: 1 });
});

test("the time between a crash and the repeated attempt is none that its agent took", () => {
  const opened = { type: "step.started", path: "draw", attempt: { agent: "sketcher" } };
  const log = [
    { type: "run.accepted", seq: 1, at: 0 },
    { ...opened, seq: 2, at: 100 },
    { type: "attempt.repeated", key: 2, seq: 3, at: 200_000 },
    { type: "step.finished", path: "draw", outcome: "completed", closes: 2, seq: 4, at: 200_300 },
  ] as unknown as readonly Event[];
  expect(experienceOf([log]).steps.get("draw")?.tries).toMatchObject([{ ms: 300, number: 1 }]);
});
