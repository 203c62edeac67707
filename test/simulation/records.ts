import { canonical } from "../../src/core/audit/index.ts";
import type { RunId } from "../../src/core/id.ts";
import type { Shell } from "./shell.ts";
import type { World } from "./world.ts";

/**
 * All that was written at the shop for a run and the runs below it, by the run; in no order. A sub-run that was
 * cancelled when a person took its step is left out: handed back, the step has another do it all.
 */
export function recordsOf({ shop }: World, shell: Shell): ReadonlyMap<RunId, string> {
  const written = new Map<RunId, string[]>();
  for (const { run, tool, args, isDone } of shop.writes) {
    const root = isDone ? rootOf(shell, run) : null;
    if (root === null) continue;
    written.set(root, [...(written.get(root) ?? []), canonical([tool, args])]);
  }
  return new Map([...written].map(([run, lines]) => [run, lines.toSorted().join(" ")]));
}

/** @returns null of what was cancelled below another run */
function rootOf(shell: Shell, run: RunId): RunId | null {
  const events = shell.stored(run);
  const [first] = events;
  const parent = first?.type === "run.accepted" ? first.parent : null;
  if (parent === null) return run;
  const end = events.findLast((event) => event.type === "run.finished");
  return end?.type === "run.finished" && end.outcome === "cancelled"
    ? null
    : rootOf(shell, parent.run);
}
