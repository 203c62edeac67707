import { viewOf } from "../history/index.ts";
import { type Answered, checklistOf, type Point, type PointId } from "./checklist.ts";
import type { Evidence } from "./evidence.ts";

/** One of the six marks of a run that went well; one that is not true says why. */
export type Tick = { readonly text: string; readonly isTrue: boolean; readonly why: string };

/** Computed from the log: what was not seen is not ticked. */
export function ticksOf(
  evidence: Evidence,
  points: readonly Point[] = checklistOf(evidence),
): readonly Tick[] {
  const ticked = (text: string, ...ids: readonly PointId[]): Tick => {
    const told = points.filter(({ id }) => ids.includes(id));
    const against = told.find(({ answer }) => answer !== WELL);
    return { text, isTrue: against === undefined, why: (against ?? told[0])?.evidence ?? "" };
  };
  return [
    ticked("Workflow validation passed", "validated"),
    ticked("State management configured (checkpoints enabled)", "state", "checkpoints"),
    coordination(evidence),
    ticked("Data flow verified (inputs → outputs chained)", "data-flow"),
    ticked("Error handling tested (retry/fallback working)", "error-handling"),
    ticked("Performance targets met", "targets"),
  ];
}

const WELL: Answered = "true";

function coordination({ read: { history, signs } }: Evidence): Tick {
  const { agents, counts } = viewOf(history);
  const asked = Object.keys(agents).length;
  const text = `Agent coordination successful (${asked} ${asked === 1 ? "agent" : "agents"} spawned)`;
  if (signs.agentless) return { text, isTrue: false, why: signs.agentless.message };
  if (asked === 0) return { text, isTrue: false, why: "No agent was asked for anything." };
  if (counts.inFlight > 0)
    return { text, isTrue: false, why: `${counts.inFlight} attempts are not answered yet.` };
  const why = `${counts.attempts} attempts, at most ${counts.inFlightPeak} at once, all of them answered.`;
  return { text, isTrue: true, why };
}
