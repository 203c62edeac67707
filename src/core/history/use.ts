import { type Amounts, CURRENCY_DEFAULT, NO_AMOUNTS, plus } from "../amounts.ts";
import type { Event, EventType, Key, Opening, Path, Usage } from "../machine/index.ts";
import {
  emptyTable,
  entries,
  get,
  remove,
  type Settled,
  set,
  settledBy,
  type Table,
} from "../machine/index.ts";
import type { History } from "./history.ts";
import { placeAt } from "./place.ts";

type Of<Type extends EventType> = Extract<Event, { readonly type: Type }>;

/** What a run used, by step, and what is set aside for what is in flight or in doubt. */
export type Use = {
  readonly spent: Amounts;
  /** By static path; undoing has its own. */
  readonly steps: Table<Path, Amounts>;
  readonly open: Table<Key, Held>;
  /** Of attempts that ended and of which nobody knows what they used. */
  readonly unknown: Table<Key, Held>;
};

type Held = {
  readonly path: Path;
  readonly reserve: Amounts;
  /** An attempt of an agent is one call; a sub-run tells of its own. */
  readonly calls: 0 | 1;
};

export const NO_USE: Use = {
  spent: NO_AMOUNTS,
  steps: emptyTable(),
  open: emptyTable(),
  unknown: emptyTable(),
};

export function useOpened(
  history: History,
  path: Path,
  opening: Pick<Opening, "reserve" | "child" | "task"> & { readonly seq: Key },
): History {
  if (opening.task !== undefined) return history;
  const { reserve = NO_AMOUNTS, child, seq } = opening;
  const held: Held = { path, reserve, calls: child === undefined ? 1 : 0 };
  return { ...history, use: { ...history.use, open: set(history.use.open, seq, held) } };
}

/** Performed again: what the first time used nobody knows. */
export function useRepeated(history: History, event: Of<"attempt.repeated">): History {
  const { use } = history;
  const before = get(use.open, event.key);
  if (before === undefined) return history;
  const now = { ...before, reserve: event.reserve ?? NO_AMOUNTS };
  const unknown = set(use.unknown, event.seq, before);
  return { ...history, use: { ...use, unknown, open: set(use.open, event.key, now) } };
}

export function useClosed(
  history: History,
  event: Of<"attempt.ended"> | Of<"step.finished">,
): History {
  const key = event.type === "step.finished" ? event.closes : event.key;
  const held = key === undefined ? undefined : get(history.use.open, key);
  if (key === undefined || held === undefined) return history;
  const use = { ...history.use, open: remove(history.use.open, key) };
  const settled = settledBy(event);
  if (settled.kind === "unknown")
    return { ...history, use: { ...use, unknown: set(use.unknown, key, held) } };
  return spent({ ...history, use }, held, settled);
}

/** A late answer says what was used; one that does not know leaves it as it is. */
export function useSettled(history: History, event: Of<"attempt.settled">): History {
  const { key, outcome, usage, at } = event;
  const held = get(history.use.unknown, key);
  const isSilent = outcome === "unknown" || (outcome === "failed" && usage === undefined);
  if (held === undefined || isSilent) return history;
  const use = { ...history.use, unknown: remove(history.use.unknown, key) };
  const settled: Settled =
    outcome === "refused" ? { kind: "nothing" } : { kind: "used", usage, at };
  return spent({ ...history, use }, held, settled);
}

/** What is set aside: for what is in flight, and for what is in doubt. */
export function heldIn({ open, unknown }: Use): Amounts {
  let sum = NO_AMOUNTS;
  for (const table of [open, unknown])
    for (const [, { reserve }] of entries(table)) sum = plus(sum, reserve);
  return sum;
}

function spent(history: History, held: Held, settled: Settled): History {
  if (settled.kind !== "used") return history;
  const { use, places } = history;
  const amounts = amountsOf(settled.usage, held.calls);
  const { path } = placeAt(places, held.path);
  const steps = set(use.steps, path, plus(get(use.steps, path) ?? NO_AMOUNTS, amounts));
  return { ...history, use: { ...use, steps, spent: plus(use.spent, amounts) } };
}

function amountsOf(usage: Usage | undefined, calls: 0 | 1): Amounts {
  const { tokens = 0, costMicros = 0, currency = CURRENCY_DEFAULT } = usage ?? {};
  const made = usage?.calls ?? calls;
  return plus(NO_AMOUNTS, { tokens, calls: made, [currency]: costMicros });
}
