import type { Workflow } from "../../src/core/definition/index.ts";
import type { RunId } from "../../src/core/id.ts";
import {
  absent,
  type Event,
  freeze,
  type Run,
  statusOf,
  thaw,
  waitsOf,
} from "../../src/core/machine/index.ts";
import { auditApprovals } from "./audit-approvals.ts";
import { auditDeeds } from "./audit-deeds.ts";
import { auditFork } from "./audit-fork.ts";
import { auditLog } from "./audit-log.ts";
import { auditMoney } from "./audit-money.ts";
import { auditRates } from "./audit-rates.ts";
import { auditSteps } from "./audit-steps.ts";
import { auditTasks } from "./audit-tasks.ts";
import { auditUses } from "./audit-uses.ts";
import { evolve } from "./evolve.ts";
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
    auditFork(world, shell, { run, tell });
    auditMoney(world, shell, { run, tell });
    auditTasks(world, shell, { run, tell });
    auditApprovals(world, shell, { run, tell });
    auditUses(world, shell, { run, tell });
  }
  auditRollbacks(shell, found);
  auditRates(world, shell, found);
  const hasEnded = shell.runs().every((run) => shell.look(run)?.phase === "finished");
  for (const what of hasEnded ? shell.disagreements() : []) found.push({ promise: "rows", what });
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
  const folded = events.reduce(evolve, absent(id, workflow, definitionsOf(world)));
  if (plain(folded) !== plain(live))
    tell("M4", `is not the fold of its log:\n${plain(live)}\n${plain(folded)}`);
  auditSnapshot(folded, { workflow, events, tell, definitions: definitionsOf(world) });
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
  if (live.outcome === "completed" && live.work.done !== live.work.expected)
    tell("progress", `ended at ${live.work.done} of ${live.work.expected}`);
}

/** What was rolled back took its sub-runs with it, those too that had ended before. */
function auditRollbacks(shell: Shell, found: Broken[]): void {
  const parts = shell.runs().flatMap((id) => {
    const run = shell.look(id);
    return run?.parent && run.phase === "finished" ? [{ run, parent: run.parent.run }] : [];
  });
  for (const { run, parent } of parts)
    if (shell.look(parent)?.outcome === "rolled back" && run.outcome !== "rolled back")
      found.push({
        promise: "rollback",
        what: `${parent} was rolled back, and ${run.id}, a part of it, is ${run.outcome ?? ""}`,
      });
}

/** The same for every run of a world, so that runs can be compared. */
export function definitionsOf(world: World): Run["definitions"] {
  return (digest) => world.definitions.get(digest) ?? null;
}

type Snapshot = {
  readonly definitions: Run["definitions"];
  readonly workflow: Workflow;
  readonly events: readonly Event[];
  readonly tell: Audited["tell"];
};

/** M4: the same through a snapshot, taken somewhere in the middle. */
function auditSnapshot(folded: Run, { workflow, events, tell, definitions }: Snapshot): void {
  const pages = new Map<string, string>();
  const middle = Math.floor((events.length * (1 + (events.length % 7))) / 8);
  const half = events.slice(0, middle).reduce(evolve, absent(folded.id, workflow, definitions));
  const state = freeze(half, (page) => {
    pages.set(String(pages.size), page);
    return String(pages.size - 1) as never;
  });
  const thawed = thaw(
    state,
    { id: folded.id, workflow, definitions },
    (name) => pages.get(name) ?? "",
  );
  if (thawed === null) return tell("M4", `cannot be read back from a snapshot at ${middle}`);
  if (plain(thawed) !== plain(half))
    tell("M4", `is another after a snapshot at ${middle}:\n${plain(half)}\n${plain(thawed)}`);
  const again = events.slice(middle).reduce(evolve, thawed);
  if (plain(again) !== plain(folded)) tell("M4", `goes on otherwise from a snapshot at ${middle}`);
}
