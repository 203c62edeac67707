import type { RunId } from "../../src/core/id.ts";
import { absent, evolve, statusOf, waitsOf } from "../../src/core/machine/index.ts";
import { auditDeeds } from "./audit-deeds.ts";
import { auditLog } from "./audit-log.ts";
import { auditSteps } from "./audit-steps.ts";
import { plain } from "./plain.ts";
import type { Shell } from "./shell.ts";
import type { Broken, World } from "./world.ts";

/** Everything that can be asked of a world when it is over. Each promise that does not hold is named. */
export function audit(world: World, shell: Shell): readonly Broken[] {
  const found: Broken[] = [];
  for (const run of shell.runs()) {
    const tell = (promise: string, what: string): void =>
      void found.push({ promise, what: `${run} ${what}` });
    auditFold(world, shell, { run, tell });
    auditLog(world, shell, { run, tell });
    auditSteps(world, shell, { run, tell });
    auditDeeds(world, shell, { run, tell });
  }
  return found;
}

export type Audited = {
  readonly run: RunId;
  readonly tell: (promise: string, what: string) => void;
};

/** M4: folding the log gives the run; and every run has ended. */
function auditFold(world: World, shell: Shell, { run: id, tell }: Audited): void {
  const live = shell.look(id);
  const events = shell.stored(id);
  const [first] = events;
  const workflow =
    first?.type === "run.accepted" ? world.definitions.get(first.definition) : undefined;
  if (live === null || workflow === undefined) return tell("M4", "has events and cannot be folded");
  const folded = events.reduce(evolve, absent(id, workflow));
  if (plain(folded) !== plain(live))
    tell("M4", `is not the fold of its log:\n${plain(live)}\n${plain(folded)}`);
  if (live.phase !== "finished") {
    const waits = waitsOf(live).map(({ path, what }) => `${path} ${JSON.stringify(what)}`);
    return tell(
      "ends",
      `hangs, ${statusOf(live)}, ${live.phase}, and waits for: ${waits.join("; ") || "nothing"}`,
    );
  }
  if (live.frames.size > 0) tell("ends", `has ended with ${live.frames.size} steps still live`);
  if (live.open.size > 0)
    tell("ends", `has ended and is still owed: ${JSON.stringify(waitsOf(live))}`);
  if (live.work.done !== live.work.expected)
    tell("progress", `ended at ${live.work.done} of ${live.work.expected}`);
}
