import type { Expression, Outcome, Scope } from "../expression.ts";
import { childrenOf, type Node, pathOf } from "../reading/node.ts";
import { sourceOf } from "../reading/source.ts";
import type { Frame } from "./frame.ts";
import { reckoning } from "./reckoning.ts";
import { isFault, isMissing, type Reckoned, shown, toJson } from "./value.ts";

/** Leaves that an explanation names. */
const LEAVES_MOST = 20;

/** A condition without `&&`, `||`, `!` or `?:` around it: what was read for it, and what came of it. */
export type Leaf = {
  readonly text: string;
  /** What it read, in the order in which it is written. */
  readonly was: readonly string[];
  readonly outcome: Outcome;
};

/**
 * Why an expression came out as it did, for a run's log: its conditions, each with what was read
 * and what came of it, as `params.size > 5 [was 3] → false`; several are joined by "; ".
 */
export function explain(expression: Expression, scope: Scope): string {
  return expression.explain?.(scope) ?? expression.text;
}

export function explaining(node: Node, text: string): (scope: Scope) => string {
  return (scope) => {
    const frame = { scope, item: undefined };
    const leaves = leavesOf(node);
    const lines = leaves.slice(0, LEAVES_MOST).map((leaf) => line(leaf, text, frame));
    if (leaves.length > LEAVES_MOST) lines.push(`and ${leaves.length - LEAVES_MOST} more`);
    return lines.join("; ");
  };
}

/** Every leaf, in the order in which it is written. */
export function leavesIn(node: Node, text: string): (scope: Scope) => readonly Leaf[] {
  const leaves = leavesOf(node).map((leaf) => {
    const reads = pathOf(leaf) ? [] : valuesRead(leaf).map((read) => reckoning(read, text));
    return { text: sourceOf(text, leaf), reckon: reckoning(leaf, text), reads };
  });
  return (scope) => {
    const frame = { scope, item: undefined };
    return leaves.map((leaf) => ({
      text: leaf.text,
      was: leaf.reads.map((read) => saidOfRead(read(frame))),
      outcome: outcomeOf(leaf.reckon(frame)),
    }));
  };
}

function outcomeOf(result: Reckoned): Outcome {
  if (isMissing(result)) return { kind: "undetermined", missing: result.names };
  if (isFault(result)) return { kind: "fault", message: result.message };
  return { kind: "value", value: toJson(result) };
}

function saidOfRead(result: Reckoned): string {
  if (isMissing(result)) return "missing";
  return isFault(result) ? result.message : shown(result);
}

/** What stands between `&&`, `||`, `!` and the arms of a choice. */
function leavesOf(node: Node): readonly Node[] {
  const isJoint = ["and", "or", "not", "choice"].includes(node.kind);
  return isJoint ? childrenOf(node).flatMap(leavesOf) : [node];
}

function line(leaf: Node, text: string, frame: Frame): string {
  const source = sourceOf(text, leaf);
  const result = reckoning(leaf, text)(frame);
  if (pathOf(leaf)) return `${source} → ${said(result)}`;
  const reads = valuesRead(leaf).map((read) => said(reckoning(read, text)(frame)));
  return `${source}${reads.length > 0 ? ` [was ${reads.join(", ")}]` : ""} → ${said(result)}`;
}

function said(result: Reckoned): string {
  if (isMissing(result)) return `undetermined (missing ${result.names.join(", ")})`;
  return isFault(result) ? `fault (${result.message})` : shown(result);
}

/** The paths it reads, whole, in the order they are written; what is declared as money is read as money. */
function valuesRead(node: Node): readonly Node[] {
  return pathOf(node) || isTypedRead(node) ? [node] : childrenOf(node).flatMap(valuesRead);
}

/** A call that was put around a path (see typed.ts): it stands where the path stands. */
function isTypedRead(node: Node): boolean {
  if (node.kind !== "call") return false;
  const [of] = node.args;
  return of !== undefined && of.start === node.start && of.end === node.end && pathOf(of) !== null;
}
