import { expect, test } from "vitest";
import type { Event } from "../machine/index.ts";
import { experienceOf } from "./experience.ts";

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
