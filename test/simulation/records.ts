import { canonical } from "../../src/core/audit/index.ts";
import type { RunId } from "../../src/core/id.ts";
import type { Shell } from "./shell.ts";
import type { World } from "./world.ts";

/** All that was written at the shop for a run and the runs below it, by the run; in no order. */
export function recordsOf({ shop }: World, shell: Shell): ReadonlyMap<RunId, string> {
  const written = new Map<RunId, string[]>();
  for (const { run, tool, args, isDone } of shop.writes) {
    if (!isDone) continue;
    const root = rootOf(shell, run);
    written.set(root, [...(written.get(root) ?? []), canonical([tool, args])]);
  }
  return new Map([...written].map(([run, lines]) => [run, lines.toSorted().join(" ")]));
}

function rootOf(shell: Shell, run: RunId): RunId {
  const [first] = shell.stored(run);
  const parent = first?.type === "run.accepted" ? first.parent : null;
  return parent === null ? run : rootOf(shell, parent.run);
}
