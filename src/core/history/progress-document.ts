import { instantOf } from "../instant.ts";
import type { JsonObject } from "../json.ts";
import type { History } from "./history.ts";
import { timeLeftMs } from "./progress.ts";
import { countedSteps, isWell } from "./state-document.ts";
import { viewOf } from "./view.ts";

/**
 * How far a run is, as one small document for whoever asks often.
 *
 * @param now milliseconds since 1970, for what has passed and what is left
 */
export function progressDocument(history: History, now: number): JsonObject {
  const view = viewOf(history);
  const steps = view.phases.flatMap(countedSteps);
  const at = view.phases.findIndex(({ record }) => record.endedAt === null);
  const current = at < 0 ? view.phases.length : at + 1;
  const left = timeLeftMs(history, now);
  const { acceptedAt, endedAt } = view;
  return {
    workflow_id: view.run,
    name: view.workflow,
    version: view.version,
    status: view.status,
    progress_percent: view.progress.percent,
    current_phase: current,
    phase: view.phases[current - 1]?.name ?? null,
    phases: view.phases.map((phase, index) => ({
      phase_id: index + 1,
      name: phase.name,
      status: phase.status,
    })),
    total_steps: steps.length,
    completed_steps: steps.filter((step) => isWell(step)).length,
    failed_steps: steps.filter((step) => step.status === "failed").length,
    in_flight: view.counts.inFlight,
    started_at: acceptedAt === null ? null : instantOf(acceptedAt),
    completed_at: endedAt === null ? null : instantOf(endedAt),
    elapsed_ms: acceptedAt === null ? null : (endedAt ?? now) - acceptedAt,
    remaining_ms: left,
    estimated_ms: acceptedAt === null || left === null ? null : now - acceptedAt + left,
  };
}
