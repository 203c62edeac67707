import type { RunId } from "../../src/core/id.ts";
import {
  type Answer,
  childOf,
  type Effect,
  failure,
  type Signal,
  type Usage,
} from "../../src/core/machine/index.ts";
import { factsOf, post, postOwn, type Resident, type State } from "./machine-process.ts";
import { DEFAULTS } from "./taste.ts";

/** What a shell owes to the runs below and above a run. */
export type Owing<E = Effect> = {
  readonly id: RunId;
  readonly resident: Resident;
  readonly effect: E;
};

export function startChild(
  state: State,
  { id, resident, effect }: Owing<Extract<Effect, { type: "child" }>>,
): void {
  const { key, child, definition } = effect;
  const refuse = (error: ReturnType<typeof failure>): void =>
    postOwn(state, id, { type: "answer", key, outcome: { kind: "refused", error } });
  const made = childOf(resident.run, key, factsOf(state).read);
  if (made === null) return;
  if (!("params" in made)) return refuse(made);
  if (definition === null) return refuse(failure("sub_run_failed", "There is no such workflow."));
  const signal: Signal = {
    type: "start",
    definition,
    params: { ...DEFAULTS, ...made.params },
    parent: { run: id, key },
    ...(effect.budget === undefined ? {} : { budget: effect.budget }),
    at: state.world.moments.now(),
    by: resident.run.by,
  };
  post(state, child, { signal, cause: null, told: null });
}

export function undoChild(
  state: State,
  { id, effect }: Owing<Extract<Effect, { type: "undo" }>>,
): void {
  const { key, child } = effect;
  const signal: Signal = {
    type: "undo",
    parent: { run: id, key, undo: true },
    why: "the run above is rolled back",
    at: state.world.moments.now(),
    by: "muster",
  };
  if (post(state, child, { signal, cause: null, told: null })) return;
  postOwn(state, id, { type: "answer", key, outcome: NOTHING_DONE });
}

export function pauseChild(
  state: State,
  { effect }: Owing<Extract<Effect, { type: "pause" }>>,
): void {
  const { child, why } = effect;
  const signal: Signal = {
    type: "pause",
    why,
    above: true,
    at: state.world.moments.now(),
    by: "muster",
  };
  post(state, child, { signal, cause: null, told: null });
}

const NOTHING_DONE: Answer = { kind: "ok", output: { value: {} } };

/** The parent is told first; only when it has that on disk is the report done. */
export function report(
  state: State,
  { id, effect }: Owing<Extract<Effect, { type: "report" }>>,
): void {
  const done = (): void =>
    postOwn(state, id, {
      type: "answer",
      key: effect.key,
      outcome: { kind: "ok", output: { value: null } },
    });
  const outcome: Answer =
    effect.to.undo === true && effect.outcome === "rolled back"
      ? NOTHING_DONE
      : effect.outcome === "completed"
        ? { kind: "ok", output: effect.output, ...usedIn(effect) }
        : { kind: "failed", certain: true, error: endOf(effect), ...usedIn(effect) };
  const signal: Signal = {
    type: "answer",
    key: effect.to.key,
    outcome,
    at: state.world.moments.now(),
    by: "muster",
  };
  if (!post(state, effect.to.run, { signal, cause: null, told: done })) done();
}

function usedIn({ usage }: Extract<Effect, { type: "report" }>): { usage?: Usage } {
  return usage === undefined ? {} : { usage };
}

function endOf(effect: Extract<Effect, { type: "report" }>): ReturnType<typeof failure> {
  if (effect.error?.class === "critical") return effect.error;
  return failure("sub_run_failed", `It ended as ${effect.outcome}: ${effect.error?.message ?? ""}`);
}
