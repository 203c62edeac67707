import { canonical } from "../../audit/index.ts";
import type { Step } from "../../definition/index.ts";
import { type Expression, readsOf, type Template } from "../../expression/index.ts";
import type { Digest } from "../../id.ts";
import type { JsonObject } from "../../json.ts";
import { ownOf } from "../../own.ts";
import type { Problem } from "../../problem.ts";
import { type Draft, tell } from "../draft.ts";
import { absent, type EachFrame, type Fold } from "../run.ts";
import { listAt, type Read, stepsOf } from "../scope.ts";
import type { Fork } from "../signal.ts";
import { entries, get } from "../tables/table.ts";
import { lookAtAll } from "./control.ts";
import { foldForked } from "./inherit.ts";
import { holdsOthers, type Inheritance } from "./inheritance.ts";
import { inheritanceOf } from "./inheritance-of.ts";
import type { Past } from "./past.ts";

/** The run has just been accepted: it begins with what its source had, and that is looked at as after a pause. */
export function forked(draft: Draft, fork: Fork): void {
  const { source, inheritance, changed, contents = [], paused } = fork;
  const text = JSON.stringify(inheritance);
  const state = draft.facts.digest(text);
  draft.contents.push(...contents, [state, text]);
  const held = contentsIn(inheritance);
  const holds = held.length === 0 ? {} : { holds: held };
  tell(draft, { type: "run.forked", source, state, ...holds, ...(changed ? { changed } : {}) });
  if (paused !== undefined) tell(draft, { type: "run.paused", why: paused });
  lookAtAll(draft);
}

/** Large values that are named by their digests. */
export function contentsIn({ steps }: Inheritance): readonly Digest[] {
  const names = steps.flatMap(({ output }) =>
    output !== undefined && "digest" in output ? [output.digest] : [],
  );
  return [...new Set(names)];
}

export type ForkPlan = {
  readonly inheritance: Inheritance;
  /** Params that are not as they were. */
  readonly changed: readonly string[];
  /** Steps that ended, read such a param, and stay as they are. */
  readonly stale: readonly { readonly param: string; readonly steps: readonly string[] }[];
  /** How many steps that do something stay as they are, and how many a person is asked about. */
  readonly stays: number;
  readonly doubts: number;
};

/**
 * What a fork begins with, or why there can be none with these params: what people decided, and what
 * stands for the items of a list, must still be about the same.
 */
export function planFork(
  past: Past,
  ask: { readonly params: JsonObject; readonly retryFailed: boolean; readonly read: Read },
): ForkPlan | Problem {
  const { run } = past;
  if (run.phase === "undoing" || run.undone > 0 || run.outcome === "rolled back")
    return {
      code: "conflict",
      message: `There ${run.id} was being rolled back: what its steps gave is undone.`,
      mend: "Fork from before the rollback.",
    };
  const changed = [...new Set([...Object.keys(run.params), ...Object.keys(ask.params)])]
    .filter((name) => textOf(ownOf(run.params, name)) !== textOf(ownOf(ask.params, name)))
    .sort();
  const { inheritance, stays } = inheritanceOf(past, ask.retryFailed);
  const steps = new Map([...stepsOf(run.workflow.root)].map((step) => [step.path, step]));
  const ended = [...past.lines.values()].flatMap(({ path, state }) => {
    const step = steps.get(path.replace(/\[\d+\]/g, "[]").replace(/\{\d+\}/g, "{}"));
    return step !== undefined && state !== "live" && stays(path) ? [{ step, state }] : [];
  });
  const against =
    changed.length === 0
      ? null
      : (decidedOtherwise(ended, changed) ?? otherItems(past, inheritance, ask));
  if (against !== null) return against;
  return {
    inheritance,
    changed,
    stale: staleIn(ended, changed),
    stays: ended.filter(({ step }) => !holdsOthers(step)).length,
    doubts: inheritance.steps.filter(({ state }) => state === "doubt").length,
  };
}

function textOf(value: JsonObject[string] | undefined): string {
  return value === undefined ? "" : canonical(value);
}

type Ended = readonly { readonly step: Step; readonly state: string }[];

/** A decision of people was about the run as it was (M8). */
function decidedOtherwise(ended: Ended, changed: readonly string[]): Problem | null {
  const gate = ended.find(({ step, state }) => step.kind === "gate" && state === "completed");
  if (gate === undefined) return null;
  return {
    code: "not-allowed",
    message: `People decided at "${gate.step.name}" on other params (${changed.join(", ")}); that decision does not hold for this fork.`,
    mend: "Fork from before that gate, so that it is asked again; or leave the params as they are.",
  };
}

/** Items that ended would stand for others. */
function otherItems(
  past: Past,
  inheritance: Inheritance,
  ask: { readonly params: JsonObject; readonly read: Read },
): Problem | null {
  const was = begunWith(past, inheritance, past.run.params);
  const is = begunWith(past, inheritance, ask.params);
  for (const [path, frame] of entries(was.frames)) {
    const other = get(is.frames, path);
    if (frame.kind !== "each" || other?.kind !== "each") continue;
    if (itemsText(was, frame, ask.read) === itemsText(is, other, ask.read)) continue;
    return {
      code: "conflict",
      message: `With these params "${frame.step.name}" would be for other items than those that ended.`,
      mend: "Fork from before that step, or leave the params that its list is made of.",
    };
  }
  return null;
}

function begunWith({ run }: Past, inheritance: Inheritance, params: JsonObject): Fold {
  const begun: Fold = { ...absent(run.id, run.workflow), params, by: run.by };
  foldForked(begun, inheritance, 1);
  return begun;
}

function itemsText(run: Fold, frame: EachFrame, read: Read): string {
  const outcome = listAt(run, frame.step, { position: frame, read });
  return outcome.kind === "value" ? canonical(outcome.value) : outcome.kind;
}

function staleIn(ended: Ended, changed: readonly string[]): ForkPlan["stale"] {
  return changed.flatMap((param) => {
    const steps = ended.filter(({ step }) => readsParam(step, param)).map(({ step }) => step.name);
    return steps.length === 0 ? [] : [{ param, steps: [...new Set(steps)] }];
  });
}

export function readsParam(step: Step, param: string): boolean {
  return readsIn(step).some(([root, name]) => root === "params" && (name ?? param) === param);
}

function readsIn(step: Step): readonly (readonly string[])[] {
  const own = (templates: Readonly<Record<string, Template>>) =>
    Object.values(templates).flatMap(readsOf);
  const when = step.when?.reads ?? [];
  switch (step.kind) {
    case "block":
      return when;
    case "task":
      return [...when, ...own(step.inputs)];
    case "workflow":
      return [...when, ...own(step.params)];
    case "each":
      return [...when, ...readsOf(step.items)];
    case "repeat":
      return [...when, ...step.until.reads];
    case "gate":
      return [...when, ...readsOf(step.ask), ...own(step.show)];
    case "choose":
      return [...when, ...step.branches.flatMap((branch) => branch.when?.reads ?? [])];
    case "wait":
      return [...when, ...waitReads(step.until)];
  }
}

function waitReads(until: Extract<Step, { kind: "wait" }>["until"]): Expression["reads"] {
  if (until.kind === "time") return readsOf(until.ms);
  return until.key === null ? [] : readsOf(until.key);
}
