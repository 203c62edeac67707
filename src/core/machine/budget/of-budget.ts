import { NO_AMOUNTS } from "../../amounts.ts";
import { unreachable } from "../../unreachable.ts";
import { changeLeaf } from "../attempts/attempt.ts";
import type { Event } from "../event.ts";
import type { Fold } from "../run.ts";
import { get, remove, set } from "../tables/table.ts";
import { foldFound, foldRaised, foldShort, settleLate } from "./ledger.ts";

type Of<T extends Event["type"]> = Extract<Event, { type: T }>;

type OfBudget = Extract<Event["type"], `budget.${string}`>;

/** Fold: what does not fit into a budget, and what people add to it. */
export function foldOfBudget(run: Fold, event: Of<OfBudget>): void {
  switch (event.type) {
    case "budget.exceeded":
      return exceeded(run, event);
    case "budget.waited":
      return waited(run, event);
    case "budget.found":
      return found(run, event);
    case "budget.raised":
      return foldRaised(run, event);
    default:
      return unreachable(event);
  }
}

/** A late answer says what was used; one that does not know leaves what was set aside as it is. */
export function foldSettled(run: Fold, event: Of<"attempt.settled">): void {
  const doubt = get(run.doubts, event.key);
  run.doubts = remove(run.doubts, event.key);
  const { outcome, usage, at } = event;
  if (doubt === undefined || outcome === "unknown") return;
  if (outcome === "failed" && usage === undefined) return;
  if (run.ledger === null && usage === undefined) return;
  const { path, held = { reserve: NO_AMOUNTS, at } } = doubt;
  const as =
    outcome === "refused" ? ({ kind: "nothing" } as const) : ({ kind: "used", usage, at } as const);
  settleLate(run, { path, held }, as);
}

/** It holds no place while it waits; refused it is judged like a failure. */
function exceeded(run: Fold, event: Of<"budget.exceeded">): void {
  foldShort(run, event);
  const { path, seq, unit, need, left, of, at: since, error, due = null } = event;
  if (event.follows !== "wait") {
    const isRefused = event.fallback === true && event.follows === "refuse";
    const fellBack = isRefused ? { fellBack: true } : {};
    return changeLeaf(run, path, { state: "judging", key: null, error, ...fellBack });
  }
  const before = get(run.frames, path);
  if (before?.kind === "leaf" && before.state === "short" && before.key !== null)
    run.open = remove(run.open, before.key);
  const needed = need[unit] ?? 0;
  run.open = set(run.open, seq, { type: "budget", path, unit, needed, left, of, since, due });
  changeLeaf(run, path, { state: "short", key: seq });
}

function waited(run: Fold, { key, due }: Of<"budget.waited">): void {
  const open = get(run.open, key);
  if (open?.type === "budget") run.open = set(run.open, key, { ...open, due });
}

function found(run: Fold, { path, key }: Of<"budget.found">): void {
  run.open = remove(run.open, key);
  foldFound(run, path);
  changeLeaf(run, path, { state: "ready", key: null });
}
