import type { Block, Step } from "../definition/index.ts";
import { isObject, type Json } from "../json.ts";
import { type Draft, store } from "./draft.ts";
import type { Path, Stored } from "./event.ts";
import type { BlockFrame, EachFrame, Run } from "./run.ts";
import { gatheredValue, scopeAt, valueOf, valuesOf } from "./scope.ts";
import { childPath } from "./steps/work.ts";
import { get } from "./tables/table.ts";

/** What a block that is a body, a branch or a round gives: the outputs of its steps, by name. A phase gives none: its steps are seen. */
export function mergedOutput(draft: Draft, frame: BlockFrame): Stored | null {
  if (!isSeenAsOne(draft.run, frame)) return null;
  return store(draft, merged(draft, frame.step, frame.path));
}

/** What an `each` that is a body, a branch or a round gives; any other is read by its own name. */
export function gatheredOutput(draft: Draft, frame: EachFrame): { output?: Stored } {
  if (!isSeenAsOne(draft.run, frame)) return {};
  return { output: store(draft, valueOf(gatheredValue(frame), draft.read)) };
}

/** What a run gives at its end: what its definition says, or every output of the steps of its outermost blocks. */
export function runOutputs(draft: Draft): Stored {
  const { workflow } = draft.run;
  if (workflow.outputs === null) return store(draft, merged(draft, workflow.root, ""));
  const scope = scopeAt(draft.run, { path: "", parent: null, at: 0 }, draft.read);
  const given = valuesOf(workflow.outputs, scope);
  return store(draft, "values" in given ? given.values : { fault: given.fault });
}

function merged(draft: Draft, block: Block, path: Path): Record<string, Json> {
  const all: Record<string, Json> = {};
  const parent = { kind: "block", path } as BlockFrame;
  for (const step of block.steps)
    Object.assign(all, givenBy(draft, step, childPath(parent, step, step.slot)));
  return all;
}

function givenBy(draft: Draft, step: Step, path: Path): Record<string, Json> {
  if (step.kind === "block") return merged(draft, step, path);
  const value = get(draft.run.outputs, path);
  if (value === undefined) return {};
  const given = valueOf(value, draft.read);
  if (!isObject(given)) return {};
  if (step.kind !== "each") return given as Record<string, Json>;
  const { items: _states, ...lists } = given;
  return lists;
}

/** A body, a round or a branch; the steps of a block in a block are seen by their own names. */
function isSeenAsOne(run: Run, frame: BlockFrame | EachFrame): boolean {
  const parent = frame.parent === null ? undefined : get(run.frames, frame.parent);
  return parent !== undefined && parent.kind !== "block";
}
