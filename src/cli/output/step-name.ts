import type { History } from "../../core/history/index.ts";
import { placeAt } from "../../core/history/index.ts";
import { get } from "../../core/machine/index.ts";
import { plain } from "./text.ts";

/** The author's name for a step, with the item or round it is for: "Send letter[3]". */
export function stepName(history: History, path: string): string {
  const undone = get(history.undoes, path);
  if (undone !== undefined) return `undo of ${stepName(history, undone)}`;
  const { step } = placeAt(history.places, path);
  const marks = path.match(/\[\d+\]|\{\d+\}/g)?.join("") ?? "";
  return plain(step?.name ?? path) + marks;
}
