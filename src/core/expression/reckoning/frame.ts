import type { Scope } from "../expression.ts";
import {
  type Fault,
  fault,
  isFault,
  isMissing,
  isValue,
  kindOf,
  type Missing,
  missing,
  type Reckoned,
  said,
  type Value,
} from "./value.ts";

/** Where an expression is evaluated: the scope, and the item of the comprehension around. */
export type Frame = { readonly scope: Scope; readonly item: Value | undefined };

/** A node, made into a function. Never throws. */
export type Reckon = (frame: Frame) => Reckoned;

/** The worst of several: a fault, else all that is missing; null when every one is a value. */
export function worst(results: readonly Reckoned[]): Fault | Missing | null {
  let lacks: Missing | null = null;
  for (const result of results) {
    if (isFault(result)) return result;
    if (isMissing(result))
      lacks = lacks === null ? result : missing([...new Set([...lacks.names, ...result.names])]);
  }
  return lacks;
}

/** A value that is neither true nor false, where one of the two is needed, is a fault. */
export function boolOnly(value: Reckoned): Reckoned {
  return isValue(value) && typeof value !== "boolean"
    ? fault(`true or false is needed, not ${said(kindOf(value))}`)
    : value;
}
