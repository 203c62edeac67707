import { sayDuration } from "../../definition/index.ts";
import { type Draft, tell } from "../draft.ts";
import { failure } from "../failure.ts";
import { ruleActs } from "../people/escalation.ts";
import type { Open, Run } from "../run.ts";
import { entries, some } from "../tables/table.ts";
import { isMoving, patience } from "./stall.ts";

/** After a decision in which something moved, somebody looks again when the time has passed. */
export function watch(draft: Draft): void {
  const { stall, phase } = draft.run;
  const afterMs = patience(draft.run);
  if (stall === undefined || afterMs === null || stall.timer !== null || phase !== "running")
    return;
  if (!draft.events.some(isMoving)) return;
  tell(draft, { type: "timer.set", path: "", due: stall.movedAt + afterMs, why: "stalled" });
}

/** The time has passed: either something moved meanwhile, or the run waits for somebody, or it is stalled. */
export function lookForStall(draft: Draft, key: number): void {
  const { stall } = draft.run;
  const afterMs = patience(draft.run);
  tell(draft, { type: "timer.ended", key });
  if (stall === undefined || afterMs === null || draft.run.phase !== "running") return;
  const due = stall.movedAt + afterMs;
  if (due > draft.at) {
    tell(draft, { type: "timer.set", path: "", due, why: "stalled" });
    return;
  }
  if (waitsForSomebody(draft.run)) return;
  const flights = inFlight(draft.run);
  const error = failure(
    "stalled",
    `Nothing has begun or ended for ${sayDuration(afterMs)}, and the run waits for nobody. In flight: ${flights.map(({ path, agent }) => `${path} (${agent})`).join(", ") || "nothing"}.`,
  );
  if (ruleActs(draft, "", { condition: "stalled", error }) !== "mark_step_failed") return;
  const why = error.message;
  for (const { path } of flights)
    tell(draft, { type: "step.stopping", path, outcome: "failed", abort: true, why, error });
}

/** Steps in flight that a sentence or a rule names. */
const FLIGHTS_MOST = 20;

function inFlight(run: Run): readonly { readonly path: string; readonly agent: string }[] {
  const attempts = [...entries(run.open)].flatMap(([, open]) => (isInFlight(open) ? [open] : []));
  return attempts.slice(0, FLIGHTS_MOST).sort((one, other) => (one.path < other.path ? -1 : 1));
}

/** A sub-run is not: it is watched by a rule of its own. */
function isInFlight(open: Open): open is Extract<Open, { type: "attempt" }> {
  return open.type === "attempt" && open.child === null;
}

function waitsForSomebody(run: Run): boolean {
  if (run.paused !== null) return true;
  return !some(run.open, isInFlight) && some(run.open, isNamed);
}

function isNamed(open: Open): boolean {
  return open.type === "timer" ? open.why === "backoff" || open.why === "wait" : true;
}
