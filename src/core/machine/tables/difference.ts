import type { Open, Run } from "../run.ts";
import { entries, get, type Table } from "./table.ts";

/** What opened, closed or changed among the things a run waits for; null is: it is not there. */
export type Turn = { readonly key: number; readonly was: Open | null; readonly is: Open | null };

/**
 * What a shell must keep in step with: its rows for timers and listeners, the attempts in its hands.
 * Costs what changed, because what did not is the same object in both.
 */
export function turnsOf(before: Run, after: Run): readonly Turn[] {
  if (before.open === after.open) return NONE;
  if (Array.isArray(before.open.root) && Array.isArray(after.open.root))
    return fewTurns(before.open, after.open);
  const keys = new Set<number>();
  differ(nodeOf(before.open), nodeOf(after.open), keys);
  const turns: Turn[] = [];
  for (const key of keys) {
    const was = get(before.open, key) ?? null;
    const is = get(after.open, key) ?? null;
    if (was !== is) turns.push({ key, was, is });
  }
  return inOrder(turns);
}

const NONE: readonly Turn[] = [];

/** Of small tables, which are most: their entries are compared one by one. */
function fewTurns(before: Table<number, Open>, after: Table<number, Open>): readonly Turn[] {
  const turns: Turn[] = [];
  const old = before.root as readonly (number | Open)[];
  const now = after.root as readonly (number | Open)[];
  for (let at = 0; at < old.length; at += 2) {
    const key = old[at] as number;
    const is = get(after, key) ?? null;
    if (is !== old[at + 1]) turns.push({ key, was: old[at + 1] as Open, is });
  }
  for (let at = 0; at < now.length; at += 2) {
    const key = now[at] as number;
    if (get(before, key) === undefined) turns.push({ key, was: null, is: now[at + 1] as Open });
  }
  return inOrder(turns);
}

/** By key. Keys only grow, so that they stand in order already, but for what a large table has mixed. */
function inOrder(turns: Turn[]): readonly Turn[] {
  for (let at = 1; at < turns.length; at++)
    if ((turns[at] as Turn).key < (turns[at - 1] as Turn).key)
      return turns.sort((a, b) => a.key - b.key);
  return turns;
}

type Branch = Exclude<Table<number, Open>["root"], readonly unknown[]>;
type Node = Branch["kids"][number];
type Side = Node | Table<number, Open> | null;

function nodeOf(table: Table<number, Open>): Side {
  return Array.isArray(table.root) ? table : (table.root as Branch);
}

/** Every key that may differ; those that do not are told apart by whoever asks. */
function differ(one: Side, two: Side, keys: Set<number>): void {
  if (one === two) return;
  if (one === null || two === null || !("kids" in one) || !("kids" in two)) {
    collect(one, keys);
    collect(two, keys);
    return;
  }
  for (let at = 0; at < 32; at++) differ(kidAt(one, at), kidAt(two, at), keys);
}

function collect(side: Side, keys: Set<number>): void {
  if (side === null) return;
  if ("size" in side) for (const [key] of entries(side)) keys.add(key);
  else if ("kids" in side) for (const kid of side.kids) collect(kid, keys);
  else if ("leaves" in side) for (const leaf of side.leaves) keys.add(leaf.key);
  else keys.add(side.key);
}

function kidAt(branch: Branch, at: number): Node | null {
  const bit = 1 << at;
  if (!(branch.bits & bit)) return null;
  let below = branch.bits & (bit - 1);
  let rank = 0;
  for (; below !== 0; below &= below - 1) rank++;
  return branch.kids[rank] ?? null;
}
