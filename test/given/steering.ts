import { type Run, stepsOf, type Told, waitsOf } from "../../src/core/machine/index.ts";

/** What somebody tells a run who steers it with more or less sense. @param chance 0 to 1, drawn anew each time */
export function steering(run: Run, chance: () => number): Told {
  const waits = waitsOf(run).map(({ path }) => path);
  const all = [...stepsOf(run.workflow.root)].map(({ path }) => path);
  const from = chance() < 0.7 && waits.length > 0 ? waits : all;
  const path = (from[Math.floor(chance() * from.length)] ?? "").replace("[]", "[1]");
  const output = { value: { done: true, rows: [3] } };
  const dice = chance();
  if (dice < 0.3) return { type: "take", path, why: "" };
  if (dice < 0.5) return { type: "handback", path, why: "" };
  if (dice < 0.6) return { type: "skip", path, why: "" };
  if (dice < 0.7) return { type: "give", path, output, why: "" };
  if (dice < 0.8) return { type: "retry", path };
  const concurrencyMost = 1 + Math.floor(chance() * 4);
  return { type: "amend", limits: { concurrencyMost }, why: "" };
}
