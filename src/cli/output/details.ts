import type { StepView, Tally } from "../../core/history/index.ts";
import { dayAndTime, duration } from "./duration.ts";
import { plain } from "./text.ts";

/** When it is looked at, and whose clocks are shown. */
export type Clocks = { readonly now: number; readonly zone: string };

/** What there is to say of a step beside its state, most telling first. */
export function detailsOf(step: StepView, { now, zone }: Clocks): readonly string[] {
  if (step.tally) return [tallyWords(step.tally, null)];
  const { record, items } = step;
  const facts = [
    record.undone ? "undone" : null,
    items && record.count !== null ? tallyWords(items, record.count) : null,
    step.kind === "repeat" && record.rounds > 0 ? `round ${record.rounds}` : null,
    record.agent,
    record.attempts > 1 ? `attempt ${record.attempts}` : null,
    record.nextTryAt === null ? null : `next try in ${duration(record.nextTryAt - now)}`,
    tookWords(step, now),
    step.status === "waiting" ? waitWords(step, zone) : null,
    record.impact,
    showsError(step) && record.error ? record.error.message : null,
    record.why,
    record.fallback && `fallback: ${record.fallback}`,
  ];
  return facts.filter((fact) => fact !== null && fact !== "").map((fact) => plain(fact ?? ""));
}

function tookWords({ record }: StepView, now: number): string | null {
  return record.startedAt === null ? null : duration((record.endedAt ?? now) - record.startedAt);
}

function showsError(step: StepView): boolean {
  return step.status === "failed" || step.status === "retrying" || step.status === "degraded";
}

function waitWords({ record }: StepView, zone: string): string {
  const { gate, task, waitsFor, exception, error } = record;
  if (exception !== null) return `needs a person: ${error?.message ?? ""}`;
  if (gate && !gate.closed) {
    const from = gate.from.length > 0 ? gate.from.join(", ") : "anyone who may";
    return `${from}: ${gate.ask}`;
  }
  if (task) {
    const { to, claimed } = task;
    return claimed
      ? `${claimed.by} has the task`
      : `a task for ${to.join(" or ") || "anyone who may"}`;
  }
  if (waitsFor?.kind === "event") return `waits for ${waitsFor.event} ${waitsFor.key}`.trimEnd();
  return waitsFor ? `until ${dayAndTime(waitsFor.due, zone)}` : "";
}

/** "47 of 50 completed, 1 failed, 2 running". */
function tallyWords({ counts }: Tally, total: number | null): string {
  const { completed = 0, ...others } = counts;
  const rest = Object.entries(others)
    .filter(([, number]) => number > 0)
    .map(([status, number]) => `${number} ${status}`);
  const done = total === null ? `${completed} completed` : `${completed} of ${total} completed`;
  return [done, ...rest].join(", ");
}
