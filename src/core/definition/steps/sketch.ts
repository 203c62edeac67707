import type { z } from "zod";
import type { Json } from "../../json.ts";
import type { ValuePath } from "../reading/place.ts";
import type { Report } from "../reading/report.ts";
import { checkShape, shown } from "../reading/shape-problem.ts";
import type { Source } from "../reading/source.ts";
import { phaseShape } from "../workflow-shape.ts";
import type { PhaseSource, WorkflowSource } from "../workflow-source.ts";
import { type Draft, type DraftBody, type DraftHead, isMap } from "./draft.ts";
import { kindOf, MISPLACED_KEYS } from "./step-kind.ts";
import { stepShapes, type WrittenKind } from "./step-shape.ts";

export const STEPS_MOST = 5_000;
/** Steps inside steps. */
export const STEP_NESTING_MOST = 16;

/**
 * The tree of steps, each checked against the shape of its kind. What is wrong is reported and left
 * out, so that the rest can still be checked.
 */
export function sketch(
  workflow: Partial<WorkflowSource>,
  context: { readonly source: Source; readonly report: Report },
): Draft {
  const sketching: Sketching = { ...context, count: { steps: 0, said: false } };
  const flat = workflow.steps ?? workflow.workflow;
  const asPhase = workflow.phase !== undefined && flat !== undefined;
  const listKey = workflow.phases ? "phases" : workflow.steps ? "steps" : "workflow";
  const execution = workflow.phases || asPhase ? ("sequential" as const) : workflow.execution;
  const root: Draft = {
    ...head(null),
    kind: "block",
    phase: false,
    source: execution === undefined ? {} : { execution },
  };
  if (asPhase) root.children.push(onlyPhase(workflow, root, { listKey, sketching }));
  else fill(root, [listKey], sketching);
  return root;
}

type Sketching = {
  readonly source: Source;
  readonly report: Report;
  readonly count: { steps: number; said: boolean };
};

/** Where a step is to be sketched: in which parent, at which of its places, from which value. */
type Spot = { readonly parent: Draft; readonly slot: number; readonly at: ValuePath };

/** A whole file may be one phase: `phase: Data Collection` beside `steps`. */
function onlyPhase(
  workflow: Partial<WorkflowSource>,
  root: Draft,
  how: { readonly listKey: string; readonly sketching: Sketching },
): Draft {
  const { phase, execution } = workflow;
  const source: Partial<PhaseSource> = {
    ...(phase === undefined ? {} : { phase }),
    ...(execution === undefined ? {} : { execution }),
  };
  const draft: Draft = {
    ...head({ parent: root, slot: 0, at: [] }),
    kind: "block",
    phase: true,
    source,
  };
  fill(draft, [how.listKey], how.sketching);
  return draft;
}

function fill(parent: Draft, at: ValuePath, sketching: Sketching): void {
  const list = valueAt(sketching.source.value, at);
  if (!Array.isArray(list)) return;
  list.forEach((_, slot) => {
    const spot = { parent, slot, at: [...at, slot] };
    const child =
      at.length === 1 && at[0] === "phases" ? phase(spot, sketching) : step(spot, sketching);
    if (child !== null) parent.children.push(child);
  });
}

function phase(spot: Spot, sketching: Sketching): Draft {
  const value = valueAt(sketching.source.value, spot.at) ?? null;
  const source = checkShape(phaseShape, value, { path: spot.at, report: sketching.report });
  const draft: Draft = {
    ...head(spot, sketching.source),
    kind: "block",
    phase: true,
    source,
  };
  fill(draft, [...spot.at, "steps"], sketching);
  return draft;
}

/** @returns null where there are too many of them, or too deep */
function step(spot: Spot, sketching: Sketching): Draft | null {
  const { report, source } = sketching;
  const value = valueAt(source.value, spot.at) ?? null;
  if (!isRoom(spot, sketching)) return null;
  if (!isMap(value)) {
    report.add({
      code: "wrong-type",
      message: `A step is a map of keys; here stands ${shown(value)}.`,
      mend: "Write at least agent: NAME, with what it is to do.",
      path: spot.at,
    });
    return { ...head(spot), kind: "task", source: {} };
  }
  const told = kindOf(value, { path: spot.at, report });
  const body = bodyOf(told.kind, told.value, { spot, sketching });
  checkAround(body, spot.at, report);
  return wrapped(body, spot, sketching);
}

/** Puts `each` and `repeat` around a step: every item is repeated, not every round fanned out. */
function wrapped(body: DraftBody, spot: Spot, sketching: Sketching): Draft {
  const { source } = body;
  let outer: Draft | null = null;
  let { parent, slot } = spot;
  for (const kind of ["each", "repeat"] as const) {
    if (source[kind] === undefined) continue;
    const around: Draft = {
      ...head({ parent, slot, at: spot.at }, sketching.source),
      kind,
      source,
    };
    if (outer !== null) parent.children.push(around);
    outer ??= around;
    parent = around;
    slot = 0;
  }
  const inner: Draft = {
    ...head({ parent, slot, at: spot.at }, outer ? undefined : sketching.source),
    ...body,
  };
  if (outer !== null) parent.children.push(inner);
  fillInner(inner, sketching);
  return outer ?? inner;
}

function fillInner(draft: Draft, sketching: Sketching): void {
  if (draft.kind === "block") fill(draft, [...draft.at, "steps"], sketching);
  if (draft.kind !== "choose") return;
  fill(draft, [...draft.at, "choose"], sketching);
  if (!draft.otherwise) return;
  const at = [...draft.at, "otherwise"];
  const spot: Spot = { parent: draft, slot: draft.children.length, at };
  if (!Array.isArray(valueAt(sketching.source.value, at))) {
    const child = step(spot, sketching);
    if (child !== null) draft.children.push(child);
    return;
  }
  const list: Draft = { ...head(spot), kind: "block", phase: false, source: {} };
  draft.children.push(list);
  fill(list, at, sketching);
}

function bodyOf(
  kind: WrittenKind,
  value: Json,
  context: { readonly spot: Spot; readonly sketching: Sketching },
): DraftBody {
  const { spot, sketching } = context;
  const check = <Shaped>(
    shape: z.ZodType<Shaped>,
    later: Readonly<Record<string, string>>,
  ): Partial<Shaped> =>
    checkShape(shape, value, { path: spot.at, report: sketching.report, later });
  switch (kind) {
    case "gate":
      return { kind, source: check(stepShapes.gate, MISPLACED_KEYS.gate) };
    case "choose": {
      const source = check(stepShapes.choose, MISPLACED_KEYS.choose);
      return { kind, source, otherwise: source.otherwise !== undefined };
    }
    case "wait":
      return { kind, source: check(stepShapes.wait, MISPLACED_KEYS.wait) };
    case "workflow":
      return { kind, source: check(stepShapes.workflow, MISPLACED_KEYS.workflow) };
    case "block":
      return { kind, source: check(stepShapes.block, MISPLACED_KEYS.block), phase: false };
    case "task":
      return { kind, source: check(stepShapes.task, MISPLACED_KEYS.task) };
    // It is done like a task; that nobody is asked is the machine's to know.
    case "tool":
      return { kind: "task", source: check(stepShapes.tool, MISPLACED_KEYS.tool) };
  }
}

/** Keys that mean something only beside another. */
function checkAround(body: DraftBody, at: ValuePath, report: Report): void {
  const { source } = body;
  const needsEach = (key: string, mend: string): void =>
    report.add({
      code: "wrong-value",
      message: `"${key}" means nothing here.`,
      mend,
      path: [...at, key],
      key: true,
    });
  if (!("each" in source) && "tolerate" in source)
    needsEach("tolerate", "It belongs to a step with each.");
  if (!("each" in source) && "batch" in source)
    needsEach("batch", "It belongs to a step with each.");
  if ("each" in source || body.kind === "block") return;
  for (const key of ["max_concurrency", "concurrency"]) {
    if (key in source) needsEach(key, "It belongs to a step with each or steps.");
  }
}

function isRoom(spot: Spot, sketching: Sketching): boolean {
  const { count, report } = sketching;
  count.steps += 1;
  let depth = 0;
  for (let up: Draft | null = spot.parent; up !== null; up = up.parent) depth += 1;
  const few = count.steps <= STEPS_MOST;
  if (few && depth <= STEP_NESTING_MOST) return true;
  if (!count.said) {
    count.said = true;
    report.add({
      code: "limit",
      message: few
        ? `Steps stand inside one another deeper than ${STEP_NESTING_MOST}.`
        : `There are more than ${STEPS_MOST} steps.`,
      mend: "Take some of them out into a workflow of their own.",
      path: spot.at,
    });
  }
  return false;
}

function head(spot: Spot | null, source?: Source): DraftHead {
  const { parent, slot, at } = spot ?? { parent: null, slot: 0, at: [] };
  const said = source ? saidId(source, at) : null;
  return { id: "", path: "", slot, parent, at, children: [], said };
}

function saidId(source: Source, at: ValuePath): Draft["said"] {
  const value = valueAt(source.value, at);
  if (!isMap(value)) return null;
  const key = ["id", "step"].find(
    (name) => typeof value[name] === "string" || typeof value[name] === "number",
  );
  return key === undefined ? null : { id: source.wordOf([...at, key]), at: [...at, key] };
}

function valueAt(value: Json, path: ValuePath): Json | undefined {
  let here: Json | undefined = value;
  for (const part of path) {
    if (Array.isArray(here)) here = typeof part === "number" ? here[part] : undefined;
    else here = isMap(here) && Object.hasOwn(here, part) ? here[String(part)] : undefined;
  }
  return here;
}
