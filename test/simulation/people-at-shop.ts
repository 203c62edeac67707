import { canonical } from "../../src/core/audit/index.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { type Run, stepsOf } from "../../src/core/machine/index.ts";
import { byHand } from "./at-shop.ts";
import { bare } from "./book.ts";
import { isWrite, usesOf } from "./deed-uses.ts";
import { type FarWrite, resultOf } from "./shop.ts";
import type { World } from "./world.ts";

type At = { readonly run: Run["id"]; readonly path: string };

/** Whether something may still be written there for a step. */
export function mayStillWrite({ shop }: World, { run, path }: At): boolean {
  return shop.writes.some((far) => far.isPending && far.run === run && far.path === path);
}

/** A person looks at the shop: something was written for a step of which its run does not know. */
export function isWrittenUnknown(world: World, { run, path }: At): boolean {
  const events = world.shell?.stored(run) ?? [];
  const known = new Set(
    events.flatMap((event) => (event.type === "writeback.committed" ? [event.key] : [])),
  );
  return doneAt(world, { run, path }).some(({ key }) => key !== 0 && !known.has(key));
}

function doneAt({ shop }: World, { run, path }: At): readonly FarWrite[] {
  return shop.writes.filter((far) => far.isDone && far.run === run && far.path === path);
}

/** Who gives the outputs of a step does by hand what its agent would still have written. */
export function finishByHand(world: World, at: At, inputs: JsonObject): void {
  const done = doneAt(world, at).map(nameOf);
  for (const wanted of usesOf(at.path, inputs)) {
    if (!isWrite(wanted.tool)) continue;
    const known = done.indexOf(nameOf(wanted));
    if (known >= 0) done.splice(known, 1);
    else byHand(world, { ...at, ...wanted });
  }
}

function nameOf({ tool, args }: Pick<FarWrite, "tool" | "args">): string {
  return canonical([tool, args]);
}

/** Of a step that asks no agent: the tool that it uses. */
export function toolAt(run: Run, path: string): string | null {
  const place = bare(path);
  for (const step of stepsOf(run.workflow.root))
    if (step.path === place) return step.kind === "task" ? (step.tool ?? null) : null;
  return null;
}

/** What such a step gives, and what it writes where it was not written. */
export function doneByHand(world: World, run: Run, path: string): JsonObject {
  const at = { run: run.id, path };
  const events = world.shell?.stored(run.id) ?? [];
  const judged = events.findLast((event) => event.type === "tool.judged" && event.path === path);
  if (judged?.type !== "tool.judged" || !("value" in judged.args)) return {};
  const { tool } = judged;
  const args = judged.args.value as JsonObject;
  if (isWrite(tool) && doneAt(world, at).length === 0) byHand(world, { ...at, tool, args });
  return resultOf(tool, args);
}
