import type { JsonObject } from "../../src/core/json.ts";
import type { Chance } from "./chance.ts";

/** What the workflows of a world are to be like. */
export type Taste = {
  /** Steps in a workflow, about. */
  readonly size: number;
  /** Nothing is invented that could fail for good. */
  readonly isCalm: boolean;
  /** Only tasks, blocks and this kind, "crowd" for an `each` of very many items; null is: every kind. */
  readonly only: string | null;
};

/** What a step may use, less than it takes, often. */
export function budgetOf(taste: Taste, chance: Chance): object {
  if (taste.isCalm || !chance.is(0.1)) return {};
  const on_exceeded = chance.one(["refuse", "wait", "ask"]);
  return { budget: { tokens: chance.between(5, 90), on_exceeded } };
}

/** Across all workflows of a world the same, so that runs of different ones wait for each other. */
export const RESOURCES: Readonly<Record<string, number>> = { crm: 1, mailbox: 2 };
export const PEOPLE: readonly string[] = ["ana", "bo", "cy"];

/** What every workflow is given where nobody says otherwise. */
export const DEFAULTS: JsonObject = { p: 7, names: ["x", "y", "z"] };
