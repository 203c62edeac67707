import { suggestion } from "../../expression/index.ts";
import type { ValuePath } from "../reading/place.ts";
import type { Report } from "../reading/report.ts";
import { called, capital, type Draft, drafts } from "./draft.ts";

/** That a step reads another's outputs, or is to come after it. */
export type Reading = {
  /** Whose key it stands in; the root for the outputs of the whole workflow. */
  readonly by: Draft;
  /** The other's id, as it is written. */
  readonly id: string;
  readonly how: "reads" | "after" | "context";
  /** It is asked when the body of `by` has ended, as the `until` of a `repeat` is. */
  readonly inside: boolean;
  readonly at: ValuePath;
};

/** Slots of the siblings before and behind a step. */
export type Siblings = { readonly after: number[]; readonly before: number[] };

/**
 * Who waits for whom: in a sequential block the one before, in the others those whose outputs are
 * read. What is read where it cannot have been given yet is reported.
 */
export function orderSteps(
  root: Draft,
  readings: readonly Reading[],
  context: {
    readonly report: Report;
    readonly ids: ReadonlyMap<string, Draft>;
    readonly isSequential: (block: Draft) => boolean;
    /** Filled here, for every step. */
    readonly siblings: ReadonlyMap<Draft, Siblings>;
  },
): void {
  const waits = new Map<Draft, Map<number, ValuePath>>();
  for (const reading of readings) {
    const edge = edgeOf(reading, context);
    if (edge === null) continue;
    const known = waits.get(edge.waiting) ?? new Map<number, ValuePath>();
    if (!known.has(edge.slot)) known.set(edge.slot, reading.at);
    waits.set(edge.waiting, known);
  }
  for (const block of drafts(root)) {
    if (block.kind !== "block") continue;
    const sequential = context.isSequential(block);
    if (!sequential) reportCycle(block, waits, context.report);
    block.children.forEach((child, index) => {
      const previous = block.children[index - 1];
      const slots = sequential
        ? previous === undefined
          ? []
          : [previous.slot]
        : [...(waits.get(child)?.keys() ?? [])].toSorted((one, other) => one - other);
      context.siblings.get(child)?.after.push(...slots);
      for (const slot of slots) {
        const before = block.children[slot];
        if (before !== undefined) context.siblings.get(before)?.before.push(child.slot);
      }
    });
  }
}

type Context = Parameters<typeof orderSteps>[2];

/** The edge between two siblings that a reading asks for; null where there is none, or it was reported. */
function edgeOf(
  reading: Reading,
  context: Context,
): { readonly waiting: Draft; readonly slot: number } | null {
  const other = context.ids.get(reading.id);
  if (other === undefined) {
    if (reading.how === "after") reportUnknown(reading, context);
    return null;
  }
  const from = ancestors(reading.by);
  const to = ancestors(other);
  const shared = from.find((draft) => to.includes(draft)) ?? null;
  const fault = shared === null ? null : hiddenBehind(reading, { other, shared, to });
  if (fault !== null) {
    context.report.add({ ...fault, path: reading.at });
    return null;
  }
  if (shared === null || shared === reading.by) return null;
  // The other branch is not done: its value is not there, and nobody waits for it.
  if (shared.kind === "choose" && reading.how === "context") return null;
  const waiting = from[from.indexOf(shared) - 1];
  const awaited = to[to.indexOf(shared) - 1];
  if (waiting === undefined || awaited === undefined) return null;
  if (context.isSequential(shared) && awaited.slot > waiting.slot) {
    context.report.add({ ...later(reading, other, awaited), path: reading.at });
    return null;
  }
  return { waiting, slot: awaited.slot };
}

type Complaint = {
  readonly code: "cycle" | "later-step" | "unknown-step" | "unknown-output";
  readonly message: string;
  readonly mend: string;
};

/** Why a step cannot be seen from where it is read, whatever the order; null where it can. */
function hiddenBehind(
  reading: Reading,
  where: { readonly other: Draft; readonly shared: Draft; readonly to: readonly Draft[] },
): Complaint | null {
  const { other, shared, to } = where;
  const { by, how } = reading;
  const verb = how === "after" ? "is to come after" : "reads";
  if (shared === other) {
    return {
      code: "cycle",
      message: `${capital(called(by))} ${verb} ${by === other ? "itself" : `${called(other)}, which it is part of`}.`,
      mend: "Read what comes before it.",
    };
  }
  const whole = by.parent === null;
  if (shared === by && !reading.inside && !whole) {
    return {
      code: "later-step",
      message: `${capital(called(by))} ${verb} ${called(other)}, which stands inside it and has not begun.`,
      mend: "Read what comes before it.",
    };
  }
  // What is published is seen from everywhere.
  if (how === "context") return null;
  const between = to.slice(1, to.indexOf(shared)).toReversed();
  // A round has just ended: the body of the repeat is open to its own condition.
  const closed = between.find((draft) => draft.kind !== "block");
  if (closed !== undefined) return insideOf(closed, other, how);
  if (shared.kind === "choose") {
    return {
      code: "unknown-step",
      message: `${capital(called(other))} stands in another branch of ${called(shared)}: only one of them is done.`,
      mend: "Read a step outside of it.",
    };
  }
  if (how === "reads" && other.kind === "block") {
    const inner = other.children.map((child) => child.id).join(", ");
    return {
      code: "unknown-output",
      message: `${capital(called(other))} has no outputs of its own.`,
      mend: `Read its steps by their ids: ${inner}.`,
    };
  }
  return null;
}

function insideOf(closed: Draft, other: Draft, how: Reading["how"]): Complaint {
  const mends = {
    each: `Read its gathered lists: $steps.${closed.id}.OUTPUT, or $steps.${closed.id}.items.`,
    repeat: `Read the outputs of its last round: $steps.${closed.id}.OUTPUT.`,
    choose: `Read the outputs of the branch that was done: $steps.${closed.id}.OUTPUT.`,
  };
  const mend = closed.kind in mends ? mends[closed.kind as keyof typeof mends] : "";
  return {
    code: "unknown-step",
    message: `${capital(called(other))} stands inside ${called(closed)} and is not seen from outside.`,
    mend: how === "after" ? `Write after: ${closed.id}.` : mend,
  };
}

function later(reading: Reading, other: Draft, awaited: Draft): Complaint {
  const isPhase = awaited.kind === "block" && awaited.phase;
  const verb = reading.how === "after" ? "is to come after" : "reads";
  const what = awaited === other ? called(other) : `${called(other)} of ${called(awaited)}`;
  return {
    code: "later-step",
    message: `${capital(called(reading.by))} ${verb} ${what}, which comes later.`,
    mend: isPhase
      ? "Move the step that is read to an earlier phase, or this one to a later phase."
      : "Put the step that is read first, or make the block mixed, so that data decides.",
  };
}

function reportUnknown(reading: Reading, context: Context): void {
  const ids = [...context.ids.values()].filter((draft) => /^[^[{]+$/.test(draft.id));
  context.report.add({
    code: "unknown-step",
    message: `There is no step "${reading.id}".`,
    mend: suggestion(
      reading.id,
      ids.map((draft) => draft.id),
      "Steps",
    ),
    path: reading.at,
  });
}

/** Says the cycles of a block, by the ids on them; of those that share a step, the first. */
function reportCycle(
  block: Draft,
  waits: ReadonlyMap<Draft, ReadonlyMap<number, ValuePath>>,
  report: Report,
): void {
  const said = new Set<Draft>();
  for (const cycle of cyclesIn(block, waits)) {
    const [first, second] = cycle;
    if (first === undefined || cycle.some((draft) => said.has(draft))) continue;
    for (const draft of cycle) said.add(draft);
    const names = [...cycle, first].map((draft) => draft.id).join(" → ");
    report.add({
      code: "cycle",
      message: `These steps wait for one another: ${names}.`,
      mend: "Take out one of the readings, or one of the ids in `after`.",
      path: waits.get(first)?.get((second ?? first).slot) ?? first.at,
    });
  }
}

/** One for each reading that closes a circle, at least one of every knot. */
function* cyclesIn(
  block: Draft,
  waits: ReadonlyMap<Draft, ReadonlyMap<number, ValuePath>>,
): Generator<readonly Draft[]> {
  const bySlot = new Map(block.children.map((child) => [child.slot, child]));
  const done = new Set<Draft>();
  // A path of our own instead of recursion: a block may be thousands of steps long.
  const path: { readonly draft: Draft; readonly next: Draft[] }[] = [];
  const on = new Map<Draft, number>();
  const enter = (draft: Draft): void => {
    const next = [...(waits.get(draft)?.keys() ?? [])].flatMap((slot) => bySlot.get(slot) ?? []);
    on.set(draft, path.length);
    path.push({ draft, next });
  };
  for (const start of block.children) {
    if (!done.has(start)) enter(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.next.pop();
      if (next === undefined) {
        done.add(top.draft);
        on.delete(top.draft);
        path.pop();
        continue;
      }
      const from = on.get(next);
      if (from !== undefined) yield path.slice(from).map(({ draft }) => draft);
      else if (!done.has(next)) enter(next);
    }
  }
}

function ancestors(draft: Draft): readonly Draft[] {
  const all: Draft[] = [];
  for (let up: Draft | null = draft; up !== null; up = up.parent) all.push(up);
  return all;
}
