import type { Task, Workflow } from "../../src/core/definition/index.ts";
import { isObject } from "../../src/core/json.ts";
import { type Event, stepsOf } from "../../src/core/machine/index.ts";
import type { Audited } from "./audit.ts";
import type { Finished, Of } from "./audit-deeds.ts";
import { bare, isUndo } from "./book.ts";
import type { Deed } from "./world.ts";

/** A rollback undoes what was done, the last first, with what it gave. */
export function auditUndo(
  { events, workflow, finished, read }: Of,
  deed: Deed,
  tell: Audited["tell"],
): void {
  const number = Number(deed.path.slice("!undo/".length));
  const done = undoable(events, workflow);
  const of = done.at(-number);
  if (of === undefined || of === null)
    return tell("undo", `${deed.path} undoes nothing that was done`);
  const output = of.event.output === undefined ? {} : read(of.event.output);
  const n = isObject(output) ? output["n"] : undefined;
  if (
    deed.inputs["id"] !== of.step.id.replace(/[[{].*$/, "") ||
    JSON.stringify(deed.inputs["undo"]) !== JSON.stringify(n)
  ) {
    tell(
      "undo",
      `${deed.path} undoes ${JSON.stringify(deed.inputs)}; it was the turn of ${finished.get(of.event.path)?.path ?? ""}, which gave ${JSON.stringify(n)}`,
    );
  }
}

type Undoable = { readonly event: Finished; readonly step: Task };

/** What a rollback undoes, the first first; null is a sub-run, which undoes it itself, or what a tool takes back. */
function undoable(events: readonly Event[], workflow: Workflow): readonly (Undoable | null)[] {
  const children = new Map<number, string>();
  const done: (Undoable | null)[] = [];
  let last = "";
  for (const event of events) {
    const opening = event.type === "step.started" ? event.attempt : event;
    if (opening !== undefined && "child" in opening && "path" in event && !isUndo(event.path))
      children.set(event.seq, opening.child ?? "");
    const child = children.get(closedBy(event));
    if (child !== undefined && child !== last) done.push(null);
    last = child ?? last;
    if (event.type === "writeback.committed" && event.undo !== undefined) {
      const writer = isUndo(event.path) ? undefined : taskAt(workflow, bare(event.path));
      if (writer?.compensate === null) done.push(null);
    }
    if (event.type !== "step.finished" || event.outcome !== "completed" || isUndo(event.path))
      continue;
    const step = taskAt(workflow, bare(event.path));
    if (step !== undefined && step.compensate !== null) done.push({ event, step });
  }
  return done;
}

function closedBy(event: Event): number {
  if (event.type === "step.finished") return event.closes ?? 0;
  return event.type === "attempt.ended" && event.outcome !== "refused" ? event.key : 0;
}

/** The task at a place in the definition. */
export function taskAt(workflow: Workflow, path: string): Task | undefined {
  for (const step of stepsOf(workflow.root))
    if (step.path === path && step.kind === "task") return step;
  return undefined;
}
