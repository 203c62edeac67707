import type { Step } from "../../definition/index.ts";
import { unreachable } from "../../unreachable.ts";
import type { Body, Event, Path } from "../event.ts";
import {
  type BlockFrame,
  type Frame,
  type FrameCommon,
  type LeafFrame,
  limiterOf,
} from "../run.ts";
import { emptyQueue, join } from "../tables/queue.ts";
import { emptyRow } from "../tables/row.ts";
import { emptyTable, set } from "../tables/table.ts";
import { workOf } from "./work.ts";

type Started = Extract<Body, { type: "step.started" }>;
export type Birth = {
  readonly path: Path;
  readonly parent: Path | null;
  readonly at: number;
  readonly seq: number;
};

/** The frame of a step that has just begun, one shape per kind. Pure fold: only the event and the definition. */
export function frameOf(step: Step, event: Started & Pick<Event, "seq">, birth: Birth): Frame {
  if (step.kind === "task" || step.kind === "workflow") return leafFrame(step, birth);
  if (step.kind === "block") return blockFrame(step, birth);
  const common = commonOf(step, birth);
  switch (step.kind) {
    case "each": {
      const count = event.count ?? 0;
      return {
        ...common,
        expected: count * workOf(step.body),
        kind: "each",
        step,
        count,
        next: 0,
        live: emptyTable(),
        ended: 0,
        failed: 0,
        lastError: null,
        items: emptyRow(count),
        limiter: limiterOf(step.concurrencyMost),
      };
    }
    case "choose":
      return chooseFrame(step, event.branch ?? -1, common);
    case "repeat":
      return { ...common, kind: "repeat", step, round: 0, child: { state: "none" } };
    case "gate":
      return { ...common, kind: "gate", step, key: event.seq };
    case "wait":
      return { ...common, kind: "wait", step, key: event.seq };
    default:
      return unreachable(step);
  }
}

function chooseFrame(
  step: Extract<Step, { kind: "choose" }>,
  branch: number,
  common: FrameCommon,
): Frame {
  const chosen = step.branches[branch]?.step;
  return {
    ...common,
    expected: chosen === undefined ? 0 : workOf(chosen),
    kind: "choose",
    step,
    branch,
    child: { state: "none" },
  };
}

/** A block in which the steps that wait for nobody are ready. Written out, as a leaf is: a frame is one piece of memory, and copied as one. */
export function blockFrame(step: Extract<Step, { kind: "block" }>, birth: Birth): BlockFrame {
  let waits = emptyTable<number, number>();
  let ready = emptyQueue<number>();
  let free = emptyQueue<number>();
  for (const child of step.steps) {
    if (child.after.length > 0) waits = set(waits, child.slot, child.after.length);
    else if (needsPlace(child)) ready = join(ready, child.slot);
    else free = join(free, child.slot);
  }
  return {
    path: birth.path,
    parent: birth.parent,
    at: birth.at,
    born: { seq: birth.seq },
    stopping: null,
    ticket: null,
    timer: null,
    expected: workOf(step),
    done: 0,
    kind: "block",
    step,
    waits,
    ready,
    free,
    live: emptyTable(),
    left: step.steps.length,
    broken: null,
    limiter: limiterOf(step.concurrencyMost),
  };
}

export function leafFrame(step: LeafFrame["step"], birth: Birth): LeafFrame {
  return {
    path: birth.path,
    parent: birth.parent,
    at: birth.at,
    born: { seq: birth.seq },
    stopping: null,
    ticket: null,
    timer: null,
    expected: 1,
    done: 0,
    kind: "leaf",
    step,
    state: "ready",
    key: null,
    call: null,
    doubt: false,
    attempts: 0,
    tries: 0,
    agent: null,
    effects: "pure",
    fellBack: false,
    error: null,
    grant: null,
    exception: null,
    exceptionWhy: null,
    hold: null,
    of: null,
    undoes: null,
  };
}

function commonOf(step: Step, birth: Birth): FrameCommon {
  return {
    path: birth.path,
    parent: birth.parent,
    at: birth.at,
    born: { seq: birth.seq },
    stopping: null,
    ticket: null,
    timer: null,
    expected: workOf(step),
    done: 0,
  };
}

/** A task or sub-run holds a place while it is attempted; all other kinds only wait or hold others. */
export function needsPlace(step: Step): boolean {
  return step.kind === "task" || step.kind === "workflow";
}
