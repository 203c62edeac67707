import { canonical } from "../audit/index.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Path } from "../machine/index.ts";
import type { History } from "./history.ts";
import { type StepView, statusOf, viewOf } from "./view.ts";

/** Where two runs are not the same, beside what is never the same: their ids and times. */
export type Comparison = {
  /** The definitions they are pinned to; null where it is the same. */
  readonly definition: Differs | null;
  readonly status: Differs | null;
  readonly params: readonly Named[];
  readonly outputs: readonly Named[];
  readonly steps: readonly StepDiffers[];
  /** All steps that took part in both, and how long each took. */
  readonly durations: readonly { readonly step: Path; readonly a: number; readonly b: number }[];
  readonly tookMs: { readonly a: number; readonly b: number };
};

export type Differs = { readonly a: Json; readonly b: Json };
export type Named = Differs & { readonly name: string };

/** What is compared of a step; `choice` is the branch taken, the reason why it was skipped, or its agent. */
export type StepDiffers = Named & {
  readonly step: Path;
  readonly name:
    | "there"
    | "status"
    | "attempts"
    | "agent"
    | "choice"
    | "inherited"
    | "items"
    | "outputs"
    | "error";
};

/** What each side gives beside its history. */
export type Side = {
  readonly history: History;
  readonly outputs: Json;
  /** What the step at a path gave, gathered where it is an `each`. */
  readonly given: (step: StepView) => Json;
};

export function compareRuns(a: Side, b: Side): Comparison {
  const [one, two] = [viewOf(a.history), viewOf(b.history)];
  const [mine, theirs] = [stepsOf(one.phases), stepsOf(two.phases)];
  const paths = [...new Set([...mine.keys(), ...theirs.keys()])];
  return {
    definition: differs(definitionOf(a.history), definitionOf(b.history)),
    status: differs(statusOf(a.history), statusOf(b.history)),
    params: named(a.history.params, b.history.params),
    outputs: named(fields(a.outputs), fields(b.outputs)),
    steps: paths.flatMap((path) =>
      stepDiffers(path, { a: mine.get(path), b: theirs.get(path) }, { a, b }),
    ),
    durations: paths.flatMap((step) => {
      const [first, second] = [mine.get(step), theirs.get(step)];
      if (isInherited(first, a.history) || isInherited(second, b.history)) return [];
      const [from, to] = [first && durationOf(first), second && durationOf(second)];
      return from == null || to == null ? [] : [{ step, a: from, b: to }];
    }),
    tookMs: { a: elapsed(a.history), b: elapsed(b.history) },
  };
}

/** Nothing differs but the time that was taken. */
export function isAlike({ definition, status, params, outputs, steps }: Comparison): boolean {
  return (
    definition === null && status === null && params.length + outputs.length + steps.length === 0
  );
}

function definitionOf({ workflow }: History): JsonObject {
  return { workflow: workflow.name, version: workflow.version, digest: workflow.digest };
}

function elapsed({ acceptedAt, endedAt, updatedAt }: History): number {
  return (endedAt ?? updatedAt ?? 0) - (acceptedAt ?? 0);
}

function durationOf({ record, tally }: StepView): number | null {
  if (tally !== null || record.startedAt === null || record.endedAt === null) return null;
  return record.endedAt - record.startedAt;
}

function differs(a: Json, b: Json): Differs | null {
  return canonical(a) === canonical(b) ? null : { a, b };
}

function fields(value: Json): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : { value };
}

function named(a: JsonObject, b: JsonObject): readonly Named[] {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  return names.flatMap((name) => {
    const found = differs(a[name] ?? null, b[name] ?? null);
    return found === null ? [] : [{ name, ...found }];
  });
}

function stepsOf(views: readonly StepView[]): ReadonlyMap<Path, StepView> {
  const found = new Map<Path, StepView>();
  const walk = (view: StepView): void => {
    found.set(view.path, view);
    for (const step of view.steps) walk(step);
  };
  for (const view of views) walk(view);
  return found;
}

type Both<Value> = { readonly a: Value; readonly b: Value };

function stepDiffers(
  step: Path,
  { a, b }: Both<StepView | undefined>,
  sides: Both<Side>,
): readonly StepDiffers[] {
  if (a === undefined || b === undefined)
    return [{ step, name: "there", a: a !== undefined, b: b !== undefined }];
  const inherited = { a: isInherited(a, sides.a.history), b: isInherited(b, sides.b.history) };
  // Who inherits a step asked nobody for it.
  const done: readonly Compared[] =
    inherited.a || inherited.b
      ? [["inherited", inherited.a, inherited.b]]
      : [
          ["attempts", attemptsOf(a), attemptsOf(b)],
          ["agent", a.record.agent, b.record.agent],
        ];
  const compared: readonly Compared[] = [
    ["status", a.status, b.status],
    ...done,
    ["choice", choiceOf(a), choiceOf(b)],
    ["items", countsOf(a), countsOf(b)],
    ["outputs", sides.a.given(a), sides.b.given(b)],
    ["error", a.record.error?.kind ?? null, b.record.error?.kind ?? null],
  ];
  return compared.flatMap(([name, first, second]) => {
    const found = differs(first, second);
    return found === null ? [] : [{ step, name, ...found }];
  });
}

type Compared = readonly [StepDiffers["name"], Json, Json];

/** Of a fork: it had ended where the other run was forked. */
function isInherited(view: StepView | undefined, { source, startedAt }: History): boolean {
  if (view === undefined || source === null || attemptsOf(view) > 0) return false;
  const { record, tally } = view;
  if (tally !== null) return tally.attempts === 0;
  return record.endedAt !== null && startedAt !== null && record.endedAt <= startedAt;
}

/** Of those that there are. */
function countsOf({ items }: StepView): Json {
  const counts = Object.entries(items?.counts ?? {}).filter(([, count]) => count > 0);
  return items === null ? null : Object.fromEntries(counts);
}

function attemptsOf({ record, tally }: StepView): number {
  return tally?.attempts ?? record.attempts;
}

function choiceOf({ record }: StepView): Json {
  if (record.branch !== null) return record.branch;
  return record.why ?? record.fallback;
}
