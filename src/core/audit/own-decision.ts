import { isObject, type Json, type JsonObject } from "../json.ts";
import type { CheckedEvent } from "./log-check.ts";
import { decidersIn, requestersIn, textsIn } from "./marks.ts";

/**
 * P3, of one gate: those who ask for it and may not decide, by their names where they can be read, and by
 * their marks where they are sealed. Both are held against whoever decides.
 */
export type Askers = {
  readonly names: readonly string[];
  readonly marks: readonly string[];
  /** Nothing in the record tells who asked: it was written before marks were, and is sealed for good. */
  readonly isUntold: boolean;
};

/** @param opened the event's data, with what is sealed opened where that can be done */
export function askersOf({ data }: CheckedEvent, opened: JsonObject): Askers {
  if (!excludes(data["gate"], "requester")) return { names: [], marks: [], isUntold: false };
  const names = requestersIn(opened["gate"]);
  const marks = textsIn(data["marks"]);
  return { names, marks, isUntold: names.length === 0 && marks.length === 0 };
}

/** Who changes more than they may asks for it, too; those before them stay. */
export function askersAfterEdit(before: Askers, event: CheckedEvent, opened: JsonObject): Askers {
  const { data, actor } = event;
  const now = askersOf(event, opened);
  const isExcluded = ["editor", "requester"].some((whom) => excludes(data["gate"], whom));
  const editor = data["counts"] === true && isExcluded ? [actor.id] : [];
  return {
    names: [...new Set([...before.names, ...now.names, ...editor])],
    marks: [...new Set([...before.marks, ...now.marks])],
    isUntold: before.isUntold && now.isUntold,
  };
}

/** @returns what is wrong with a decision; null where nothing is, or where it cannot be told */
export function ownDecision(askers: Askers, { data }: CheckedEvent): string | null {
  const deciders = decidersIn(data);
  const named = deciders.find((one) => askers.names.includes(one));
  if (named !== undefined) return `is a vote of ${named}, who asked for it (P3)`;
  if (askers.marks.length === 0) return null;
  const marks = textsIn(data["marks"]);
  if (marks.length < deciders.length)
    return `is a vote of ${deciders.join(" for ")} without the mark that shows who asked for it did not decide (P3)`;
  return marks.some((one) => askers.marks.includes(one))
    ? `is a vote of ${deciders.join(" for ")}, who has the mark of one who asked for it (P3)`
    : null;
}

function excludes(gate: Json | undefined, whom: string): boolean {
  const terms = isObject(gate) ? gate["terms"] : undefined;
  const chain = isObject(terms) ? terms["chain"] : undefined;
  return isObject(chain) && textsIn(chain["not"]).includes(whom);
}
