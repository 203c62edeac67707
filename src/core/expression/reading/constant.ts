import { reckoning } from "../reckoning/reckoning.ts";
import { isMoney, isTime, isValue, type Value } from "../reckoning/value.ts";
import { childrenOf, type Node } from "./node.ts";

/** A value that is written and not read; those of one kind are compared by `order`. */
export type Constant = {
  /** Of money its currency too: "money HKD". */
  readonly kind: string;
  readonly order: string | number | bigint | boolean;
};

/** What a part of an expression always gives, where it reads nothing and gives a single value. */
export function constantOf(node: Node): Constant | null {
  if (readsSomething(node)) return null;
  const value = reckoning(node, "")({ scope: NOTHING, item: undefined });
  return isValue(value) ? asConstant(value) : null;
}

const NOTHING = { name: () => undefined, step: () => undefined };

function readsSomething(node: Node): boolean {
  return ["root", "step", "variable"].includes(node.kind) || childrenOf(node).some(readsSomething);
}

function asConstant(value: Value): Constant | null {
  if (isMoney(value)) return { kind: `money ${value.currency}`, order: value.units };
  if (isTime(value)) return { kind: "time", order: value.ms };
  if (typeof value === "string") return { kind: "text", order: value };
  if (typeof value === "number") return { kind: "number", order: value };
  return typeof value === "boolean" ? { kind: "bool", order: value } : null;
}
