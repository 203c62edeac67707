import { instantOf } from "../instant.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Path, Source, Stored } from "../machine/index.ts";
import type { Checkpoint } from "./checkpoints.ts";
import type { History } from "./history.ts";
import { isComposite } from "./place.ts";
import { isEnded } from "./record.ts";
import { settingsOf } from "./settings.ts";
import { type RunView, type StepView, viewOf } from "./view.ts";

/** What a state document is made of beside the history: each part where there is somebody who knows it. */
export type Beside = {
  /** The value of the run's outputs; without it, large ones are named. */
  readonly value?: (stored: Stored) => Json;
  /** What an `each` gathered from its items, which no single event holds; null where it has not. */
  readonly gathered?: (path: Path) => Json;
  readonly notifications?: readonly JsonObject[];
  /** Budgets and what was used of them. */
  readonly resources?: JsonObject;
  readonly tokensBudget?: number | null;
  readonly findings?: readonly JsonObject[];
};

/** Gathered outputs above so many bytes of JSON are named, not copied. */
const GATHERED_BYTES_MOST = 1_048_576;

/**
 * The state of a run as one document, with the names that readers of such documents know:
 * workflow_id, phases, steps, metrics. Outputs of steps that are kept by digest are named, not copied.
 */
export function stateDocument(history: History, beside: Beside = {}): JsonObject {
  const view = viewOf(history);
  const counted = countsOf(view);
  const { value = named } = beside;
  return {
    workflow_id: view.run,
    ...(history.source === null ? {} : { forked_from: sourceDocument(history.source) }),
    name: view.workflow,
    version: view.version,
    status: view.status,
    created_at: instant(view.acceptedAt),
    updated_at: instant(view.updatedAt),
    started_at: instant(history.startedAt),
    completed_at: instant(view.endedAt),
    duration_minutes: durationMinutes(view),
    current_phase: currentPhase(view),
    phases_completed: view.phases.filter(isWell).length,
    steps_completed: counted.completed_steps,
    steps_failed: counted.failed_steps,
    steps_retried: view.counts.retried,
    phases: view.phases.map((phase, at) => phaseDocument(phase, at + 1, beside)),
    checkpoints: history.checkpoints.map(checkpointDocument),
    settings: settingsOf(history).map(({ where, ...setting }) => ({
      ...setting,
      where: where === null ? null : { ...where },
    })),
    bound: history.bound,
    outputs: view.outputs ? value(view.outputs) : null,
    errors: errorsOf(view),
    warnings: view.warnings.map(({ at, path, text }) => ({ at: instantOf(at), step: path, text })),
    escalations: view.escalations.map(({ at, path, recipients, ...acted }) => ({
      at: instantOf(at),
      step: path === "" ? null : path,
      ...acted,
      recipients: [...recipients],
    })),
    awaiting: awaiting(view),
    resource_usage: {
      tokens_used: view.usage.tokens,
      tokens_budget: beside.tokensBudget ?? null,
      api_calls: view.usage.calls,
      peak_concurrent_agents: view.counts.inFlightPeak,
    },
    ...(history.tools.judged > 0 ? { tool_usage: { ...history.tools } } : {}),
    ...(beside.resources ? { resources: beside.resources } : {}),
    notifications_sent: beside.notifications ?? [],
    ...(beside.findings ? { findings: beside.findings } : {}),
    metrics: { ...counted, ...measured(view) },
  };
}

function countsOf({ phases }: RunView): {
  readonly total_steps: number;
  readonly completed_steps: number;
  readonly failed_steps: number;
} {
  const steps = phases.flatMap(countedSteps);
  return {
    total_steps: steps.length,
    completed_steps: steps.filter((step) => isWell(step)).length,
    failed_steps: steps.filter((step) => step.status === "failed").length,
  };
}

function measured({ progress, counts, usage }: RunView): JsonObject {
  return {
    progress_percent: progress.percent,
    work_done: progress.done,
    work_expected: progress.expected,
    steps_retried: counts.retried,
    steps_degraded: counts.degraded,
    peak_concurrent_agents: counts.inFlightPeak,
    tokens_used: usage.tokens,
    api_calls: usage.calls,
    cost_micros: usage.costMicros,
  };
}

function errorsOf({ errors }: RunView): Json {
  return errors.map(({ at, path, agent, attempt, error }) => ({
    at: instantOf(at),
    step: path,
    agent,
    attempt,
    class: error.class,
    kind: error.kind,
    message: error.message,
  }));
}

function checkpointDocument({ id, phase, at }: Checkpoint): JsonObject {
  return { id, phase, timestamp: instantOf(at) };
}

function sourceDocument({ run, seq, checkpoint }: Source): JsonObject {
  return { workflow_id: run, seq, ...(checkpoint === undefined ? {} : { checkpoint }) };
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

/** To a hundredth; of a run that goes on, until what happened last. */
function durationMinutes({ acceptedAt, endedAt, updatedAt }: RunView): number {
  const ms = (endedAt ?? updatedAt ?? 0) - (acceptedAt ?? 0);
  return Math.round(ms / 600) / 100;
}

function phaseDocument(phase: StepView, number: number, beside: Beside): JsonObject {
  const steps = phase.kind === "block" ? phase.steps : [phase];
  return {
    phase_id: number,
    name: phase.name,
    status: phase.status,
    started_at: instant(phase.record.startedAt),
    completed_at: instant(phase.record.endedAt),
    steps: steps.map((step) => stepDocument(step, beside)),
  };
}

function stepDocument(step: StepView, beside: Beside): JsonObject {
  const { record, items } = step;
  const { agent, attempts } = workOf(step);
  return {
    step_id: /^\d{1,9}$/.test(step.id) ? Number(step.id) : step.id,
    path: step.path,
    name: step.name,
    status: step.status,
    agent,
    started_at: instant(record.startedAt),
    completed_at: instant(record.endedAt),
    outputs: record.output ? named(record.output) : gatheredOf(step, beside),
    attempts,
    ...(record.error ? { error: { kind: record.error.kind, message: record.error.message } } : {}),
    ...(record.fallback ? { fallback_reason: record.fallback } : {}),
    ...(record.impact ? { impact: record.impact } : {}),
    ...(record.undone ? { undone: true } : {}),
    ...(record.warnings.length > 0 ? { warnings: record.warnings } : {}),
    ...(record.nextTryAt !== null ? { next_attempt: instantOf(record.nextTryAt) } : {}),
    ...(items ? { items: { total: record.count, ...items.counts } } : {}),
    ...(isComposite(step.kind) && step.tally === null && step.steps.length > 0
      ? { steps: step.steps.map((child) => stepDocument(child, beside)) }
      : {}),
    ...(step.tally ? { counts: { ...step.tally.counts } } : {}),
  };
}

/** Of an `each` that has ended: the log holds what its items gave, one by one. */
function gatheredOf({ kind, path, record, tally }: StepView, { gathered }: Beside): Json {
  if (kind !== "each" || tally !== null || !gathered || !isEnded(record.status)) return null;
  const all = gathered(path);
  const bytes = all === null ? 0 : JSON.stringify(all).length;
  return bytes > GATHERED_BYTES_MOST ? { bytes } : all;
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
  const tasks = view.tasks.map(({ path, agent, to, claimed }) => ({
    task: path,
    agent,
    to,
    claimed: claimed?.by ?? null,
  }));
  const exceptions = view.exceptions.map(({ path, owner, look, recipients }) => ({
    exception: path,
    owner,
    look,
    ...(recipients === undefined ? {} : { recipients }),
  }));
  const holds = view.holds.map(({ path, by, why }) => ({ held: path, by, why }));
  return [...gates, ...tasks, ...exceptions, ...holds];
}

function instant(ms: number | null): string | null {
  return ms === null ? null : instantOf(ms);
}

function named(stored: Stored): Json {
  return "value" in stored ? stored.value : { digest: stored.digest, bytes: stored.bytes };
}
