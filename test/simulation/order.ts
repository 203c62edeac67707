import type { Step, Workflow } from "../../src/core/definition/index.ts";
import { stepsOf } from "../../src/core/machine/index.ts";
import { bare, parentOf } from "./book.ts";

const paths = new WeakMap<Workflow, ReadonlyMap<string, Step>>();

/** Every step of a definition, by its place in it. */
export function stepsByPath(workflow: Workflow): ReadonlyMap<string, Step> {
  const known = paths.get(workflow);
  if (known !== undefined) return known;
  const made = new Map([...stepsOf(workflow.root)].map((step) => [step.path, step]));
  paths.set(workflow, made);
  return made;
}

export type Before = { readonly path: string; readonly isDirect: boolean };

/**
 * The steps that stand before a step in its block: those that it waits for itself, and those that they waited
 * for, as far as `through` says of them.
 */
export function before(
  steps: ReadonlyMap<string, Step>,
  path: string,
  through: (path: string) => boolean,
): readonly Before[] {
  const above = parentOf(path);
  const block = steps.get(bare(above));
  const step = steps.get(bare(path));
  if (block?.kind !== "block" || step === undefined) return [];
  const direct = (slot: number): readonly number[] => {
    const previous = block.execution === "sequential" && slot > 0 ? [slot - 1] : [];
    return [...(block.steps[slot]?.after ?? []), ...previous];
  };
  const pathAt = (slot: number): string => {
    const place = block.steps[slot]?.path ?? "";
    const segment = place.slice(place.lastIndexOf("/") + 1);
    return above === "" ? segment : `${above}/${segment}`;
  };
  const found = new Map<number, Before>();
  const left = direct(step.slot).map((slot) => ({ slot, isDirect: true }));
  for (let one = left.pop(); one !== undefined; one = left.pop()) {
    const { slot, isDirect } = one;
    if (found.get(slot)?.isDirect === true || (found.has(slot) && !isDirect)) continue;
    found.set(slot, { path: pathAt(slot), isDirect });
    if (!through(pathAt(slot))) continue;
    for (const earlier of direct(slot)) left.push({ slot: earlier, isDirect: false });
  }
  return [...found.values()];
}
