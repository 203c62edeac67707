import type { CaseId, RunId } from "../id.ts";
import { type Case, type CaseRequest, liveRuns, type Unpassed } from "./case.ts";

/** What the world still owes a case, read off its state. Done twice, each is once. */
export type CaseEffect =
  /** Start the run under this id, then tell `started` or `refused`. */
  | {
      readonly type: "start";
      readonly run: RunId;
      readonly workflow: string;
      readonly request: CaseRequest;
    }
  /** Publish it to the runs of the case, then tell `passed`. */
  | { readonly type: "pass"; readonly message: Unpassed }
  /** Tell the other case of the request, then tell `moved`. */
  | { readonly type: "move"; readonly request: CaseRequest; readonly to: CaseId }
  /** The case is closed: tell the run to stop. */
  | { readonly type: "cancel"; readonly run: RunId }
  /** Tell what the run's events say, from behind this one on, until it has ended. */
  | { readonly type: "hear"; readonly run: RunId; readonly after: number };

export function owedByCase(now: Case): readonly CaseEffect[] {
  const effects: CaseEffect[] = [];
  for (const { run, workflow, request: id, status, heard, parent } of liveRuns(now)) {
    const request = now.requests.find((one) => one.id === id);
    if (status === "begun" && now.closedAt === null && request !== undefined)
      effects.push({ type: "start", run, workflow, request });
    else effects.push({ type: "hear", run, after: heard });
    if (now.closedAt !== null && parent === null) effects.push({ type: "cancel", run });
  }
  // A run takes what was published after it was accepted: what came earlier waits for that.
  const isSorting = now.requests.some(({ state }) => state === "waits");
  const isBare = isSorting && effects.length === 0 && now.closedAt === null;
  if (!isBare && effects.every(({ type }) => type !== "start"))
    for (const message of now.unpassed) effects.push({ type: "pass", message });
  for (const { request: id, to } of now.moving) {
    const request = now.requests.find((one) => one.id === id);
    if (request !== undefined) effects.push({ type: "move", request, to });
  }
  return effects;
}
