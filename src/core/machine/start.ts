import { canonical } from "../audit/index.ts";
import type { Choose, Each, Gate, Step, SubRun, Wait } from "../definition/index.ts";
import {
  type Expression,
  evaluateTemplate,
  type Scope,
  type Template,
} from "../expression/index.ts";
import type { Json } from "../json.ts";
import { unreachable } from "../unreachable.ts";
import { firstOpening, timeLimit } from "./attempts/open-attempt.ts";
import { type Draft, tell } from "./draft.ts";
import { CASE_MESSAGE, type Path } from "./event.ts";
import { failure } from "./failure.ts";
import { fail } from "./finish.ts";
import { approvalOf, questionOf } from "./people/approval.ts";
import { openGate } from "./people/open-gate.ts";
import type { Frame } from "./run.ts";
import { listAt, type Position, scopeAt, valuesOf } from "./scope.ts";
import { childPath, childStep } from "./steps/work.ts";
import { get } from "./tables/table.ts";

/** An `each` over more items than this is refused: M7. */
export const ITEMS_MOST = 1_000_000;
/** No timer of a `wait` is longer: ten years. */
export const WAIT_MS_MOST: number = 10 * 366 * 86_400_000;

type Place = Position & { readonly path: Path };

/** A child begins, or is left out because its `when` does not hold. @param at its slot, item or round */
export function start(draft: Draft, parent: Frame, at: number): void {
  const step = childStep(parent, at);
  const place: Place = { path: childPath(parent, step, at), parent: parent.path, at };
  const unwanted = draft.run.skipping.size === 0 ? undefined : get(draft.run.skipping, place.path);
  if (unwanted !== undefined) {
    tell(draft, { type: "step.skipped", path: place.path, slot: at, why: unwanted });
    return;
  }
  // Most steps read nothing to begin: what they ask is resolved when it is performed.
  if (step.kind === "task" && step.when === null && step.approve === null) {
    const attempt = firstOpening(draft, step, place);
    tell(draft, { type: "step.started", path: place.path, slot: at, ...attempt });
    return;
  }
  const scope = scopeAt(draft.run, place, draft.read);
  const against = step.when === null ? null : leftOut(step.when, scope);
  if (against !== null) {
    tell(draft, { type: "step.skipped", path: place.path, slot: at, why: against });
    return;
  }
  begin(draft, step, { place, scope });
}

type Begin = { readonly place: Place; readonly scope: Scope };

function begin(draft: Draft, step: Step, on: Begin): void {
  const started = { type: "step.started", path: on.place.path, slot: on.place.at } as const;
  switch (step.kind) {
    case "block":
      tell(draft, started);
      return timeLimit(draft, on.place.path, step);
    case "repeat":
      tell(draft, started);
      return;
    case "each":
      return beginEach(draft, step, on);
    case "choose":
      tell(draft, { ...started, branch: branchOf(step, on.scope) });
      return;
    case "gate":
      return beginGate(draft, step, on);
    case "wait":
      return beginWait(draft, step, on);
    case "workflow":
      return beginSubRun(draft, step, on);
    case "task":
      if (step.approve === null)
        tell(draft, { ...started, ...firstOpening(draft, step, on.place) });
      else {
        const { path, at: slot } = on.place;
        const gate = approvalOf(draft, step, { path, scope: on.scope });
        openGate(draft, { path, slot, gate, name: step.name });
      }
      return;
    default:
      return unreachable(step);
  }
}

/** One that does not fit into a budget has no attempt yet whose time runs. */
function beginSubRun(draft: Draft, step: SubRun, { place }: Begin): void {
  const opening = firstOpening(draft, step, place);
  tell(draft, { type: "step.started", path: place.path, slot: place.at, ...opening });
  if (opening.attempt !== undefined) timeLimit(draft, place.path, step);
}

/** Why a step is left out, or null. What cannot be told is not done: the stricter way. */
function leftOut(when: Expression, scope: Scope): string | null {
  const outcome = when.evaluate(scope);
  switch (outcome.kind) {
    case "value":
      return outcome.value === true ? null : `${when.text} does not hold`;
    case "undetermined":
      return `${when.text} cannot be told: ${outcome.missing.join(", ")} is missing`;
    case "fault":
      return `${when.text} cannot be told: ${outcome.message}`;
  }
}

function beginEach(draft: Draft, step: Each, on: Begin): void {
  const { path, at } = on.place;
  const outcome = listAt(draft.run, step, { position: on.place, read: draft.read });
  // What a skipped or degraded step did not give is an empty list: there is nothing to do.
  const list =
    outcome.kind === "undetermined" ? [] : outcome.kind === "value" ? outcome.value : null;
  const count = Array.isArray(list) && list.length <= ITEMS_MOST ? list.length : 0;
  tell(draft, { type: "step.started", path, slot: at, count });
  const frame = get(draft.run.frames, path);
  if (frame === undefined) return;
  if (!Array.isArray(list)) {
    const why = outcome.kind === "fault" ? outcome.message : "it is no list";
    fail(
      draft,
      frame,
      failure("invalid_input_data", `"each" of "${step.name}" cannot be gone through: ${why}.`),
    );
  } else if (list.length > ITEMS_MOST) {
    const message = `"each" of "${step.name}" has ${list.length} items; at most ${ITEMS_MOST} are allowed.`;
    fail(draft, frame, failure("invalid_input_data", message));
  }
}

/** The first branch that holds; a branch without a condition is `otherwise`. -1 is none. */
function branchOf(step: Choose, scope: Scope): number {
  return step.branches.findIndex(
    (branch) => branch.when === null || leftOut(branch.when, scope) === null,
  );
}

function beginGate(draft: Draft, step: Gate, on: Begin): void {
  const asked = evaluateTemplate(step.ask, on.scope);
  const ask = asked.kind === "value" ? textOf(asked.value) : step.name;
  const shown = valuesOf(step.show, on.scope);
  const show = "values" in shown ? shown.values : { fault: shown.fault };
  const { path, at: slot } = on.place;
  openGate(draft, {
    path,
    slot,
    gate: questionOf(draft, step, { path, ask, show }),
    name: step.name,
  });
}

/** Milliseconds, at most ten years: what people write was made of it when the file was read. */
function waitMs(template: Template, scope: Scope): number | null {
  const outcome = evaluateTemplate(template, scope);
  if (outcome.kind !== "value" || typeof outcome.value !== "number") return null;
  return outcome.value >= 0 && outcome.value <= WAIT_MS_MOST ? outcome.value : null;
}

function beginWait(draft: Draft, step: Wait, on: Begin): void {
  const started = { type: "step.started", path: on.place.path, slot: on.place.at } as const;
  if (step.until.kind === "time") {
    const ms = waitMs(step.until.ms, on.scope);
    if (ms === null)
      failToWait(draft, on, `"wait" of "${step.name}" is no duration of at most ten years.`);
    else tell(draft, { ...started, due: Math.ceil(draft.at + ms) });
    return;
  }
  const { event, key, timeoutMs } = step.until;
  const match = key === null ? { text: unkeyed(draft, event) } : matchOf(key, on.scope);
  if ("why" in match) {
    const why = `"key" of "${step.name}" cannot be told: ${match.why}. It would wait for every "${event}".`;
    return failToWait(draft, on, why);
  }
  const due = timeoutMs === null ? {} : { due: draft.at + timeoutMs };
  tell(draft, { ...started, listen: { event, key: match.text }, ...due });
}

/** Where no key is said every one is meant, but for what is written in a case: that is of the run's own. */
function unkeyed({ run }: Draft, event: string): string {
  return event === CASE_MESSAGE ? (run.case ?? "") : "";
}

/** A key that cannot be told, or is empty, would be every key: somebody else's event would be taken. */
function matchOf(
  key: Template,
  scope: Scope,
): { readonly text: string } | { readonly why: string } {
  const outcome = evaluateTemplate(key, scope);
  switch (outcome.kind) {
    case "value":
      if (outcome.value === null || outcome.value === "") return { why: "it is empty" };
      return { text: textOf(outcome.value) };
    case "undetermined":
      return { why: `${outcome.missing.join(", ")} is missing` };
    case "fault":
      return { why: outcome.message };
  }
}

function failToWait(draft: Draft, on: Begin, why: string): void {
  const { path, at } = on.place;
  tell(draft, { type: "step.started", path, slot: at, due: draft.at });
  const frame = get(draft.run.frames, path);
  if (frame !== undefined) fail(draft, frame, failure("invalid_input_data", why));
}

function textOf(value: Json): string {
  return typeof value === "string" ? value : canonical(value);
}
