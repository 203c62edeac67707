import { instantOf } from "../instant.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Stored } from "../machine/index.ts";
import type { History } from "./history.ts";
import { isComposite } from "./place.ts";
import { isEnded } from "./record.ts";
import { type RunView, type StepView, viewOf } from "./view.ts";

/**
 * The state of a run as one document, with the names that readers of such documents know:
 * workflow_id, phases, steps, metrics. Outputs of steps that are kept by digest are named, not copied.
 *
 * @param read gives the value of the run's outputs; without it, large ones are named too
 */
export function stateDocument(
  history: History,
  read: (stored: Stored) => Json = named,
): JsonObject {
  const view = viewOf(history);
  const steps = view.phases.flatMap(countedSteps);
  return {
    workflow_id: view.run,
    name: view.workflow,
    version: view.version,
    status: view.status,
    created_at: instant(view.acceptedAt),
    updated_at: instant(view.updatedAt),
    completed_at: instant(view.endedAt),
    current_phase: currentPhase(view),
    phases: view.phases.map((phase, at) => phaseDocument(phase, at + 1)),
    outputs: view.outputs ? read(view.outputs) : null,
    errors: view.errors.map(({ at, path, agent, attempt, error }) => ({
      at: instantOf(at),
      step: path,
      agent,
      attempt,
      class: error.class,
      kind: error.kind,
      message: error.message,
    })),
    warnings: view.warnings.map(({ at, path, text }) => ({ at: instantOf(at), step: path, text })),
    awaiting: awaiting(view),
    metrics: {
      total_steps: steps.length,
      completed_steps: steps.filter((step) => isWell(step)).length,
      failed_steps: steps.filter((step) => step.status === "failed").length,
      progress_percent: view.progress.percent,
      work_done: view.progress.done,
      work_expected: view.progress.expected,
      steps_retried: view.counts.retried,
      steps_degraded: view.counts.degraded,
      peak_concurrent_agents: view.counts.inFlightPeak,
      tokens_used: view.usage.tokens,
      api_calls: view.usage.calls,
      cost_micros: view.usage.costMicros,
    },
  };
}

/** The steps that a count of steps means: not the blocks that hold them, and an `each` once. */
export function countedSteps(view: StepView): readonly StepView[] {
  return view.kind === "block" ? view.steps.flatMap(countedSteps) : [view];
}

/** Ended, and not badly: what a count of completed steps counts. */
export function isWell(step: StepView): boolean {
  return isEnded(step.status) && step.status !== "failed" && step.status !== "cancelled";
}

/** The number of the first phase that has not ended, from 1; of the last where all have. */
function currentPhase(view: RunView): number {
  const at = view.phases.findIndex((phase) => !isEnded(phase.status));
  return at < 0 ? view.phases.length : at + 1;
}

function phaseDocument(phase: StepView, number: number): JsonObject {
  const steps = phase.kind === "block" ? phase.steps : [phase];
  return {
    phase_id: number,
    name: phase.name,
    status: phase.status,
    started_at: instant(phase.record.startedAt),
    completed_at: instant(phase.record.endedAt),
    steps: steps.map((step) => stepDocument(step)),
  };
}

function stepDocument(step: StepView): JsonObject {
  const { record, items } = step;
  const { agent, attempts } = workOf(step);
  return {
    step_id: /^\d{1,9}$/.test(step.id) ? Number(step.id) : step.id,
    name: step.name,
    status: step.status,
    agent,
    started_at: instant(record.startedAt),
    completed_at: instant(record.endedAt),
    outputs: record.output ? named(record.output) : null,
    attempts,
    ...(record.error ? { error: { kind: record.error.kind, message: record.error.message } } : {}),
    ...(record.fallback ? { fallback_reason: record.fallback } : {}),
    ...(record.impact ? { impact: record.impact } : {}),
    ...(record.warnings.length > 0 ? { warnings: record.warnings } : {}),
    ...(record.nextTryAt !== null ? { next_attempt: instantOf(record.nextTryAt) } : {}),
    ...(items ? { items: { total: record.count, ...items.counts } } : {}),
    ...(isComposite(step.kind) && step.tally === null && step.steps.length > 0
      ? { steps: step.steps.map((child) => stepDocument(child)) }
      : {}),
    ...(step.tally ? { counts: { ...step.tally.counts } } : {}),
  };
}

/** Of what there are many, all attempts; and the agent where only one step of it is given to any. */
function workOf({ kind, record, tally, steps }: StepView): {
  readonly agent: string | null;
  readonly attempts: number;
} {
  if (kind !== "each" && (tally === null || !isComposite(kind)))
    return tally ?? { agent: record.agent, attempts: record.attempts };
  const inside = steps.map(workOf);
  const attempts = inside.reduce((sum, one) => sum + one.attempts, 0);
  const [only] = inside.filter((one) => one.attempts > 0);
  return { agent: inside.length === 1 ? (only?.agent ?? null) : null, attempts };
}

function awaiting(view: RunView): Json {
  const gates = view.gates.map((gate) => ({ gate: gate.path, ask: gate.ask, from: gate.from }));
  const exceptions = view.exceptions.map(({ path, owner, look }) => ({
    exception: path,
    owner,
    look,
  }));
  return [...gates, ...exceptions];
}

function instant(ms: number | null): string | null {
  return ms === null ? null : instantOf(ms);
}

function named(stored: Stored): Json {
  return "value" in stored ? stored.value : { digest: stored.digest, bytes: stored.bytes };
}
