import type { Step, Task, Workflow } from "../../src/core/definition/index.ts";
import {
  type Decision,
  decide,
  type Event,
  owed,
  owedBy,
  type Run,
  type Signal,
} from "../../src/core/machine/index.ts";
import { evolve } from "./evolve.ts";
import type { Machine } from "./shell.ts";

/** As it is. */
export const MACHINE: Machine = { decide, evolve, owed, owedBy };

/** Other events are written than were decided. */
export function writing(change: (event: Event, signal: Signal, run: Run) => Event): Machine {
  return {
    ...MACHINE,
    decide: (run, signal, facts) => {
      const made = decide(run, signal, facts);
      if ("code" in made) return made;
      return refolded(
        run,
        made,
        made.events.map((event) => change(event, signal, run)),
      );
    },
  };
}

/** Something else is heard than was told. */
export function hearing(change: (signal: Signal, run: Run) => Signal): Machine {
  return { ...MACHINE, decide: (run, signal, facts) => decide(run, change(signal, run), facts) };
}

/** Events make of a run something else, live and folded alike. */
export function folding(change: (before: Run, after: Run, event: Event) => Run): Machine {
  const other: Machine["evolve"] = (run, event) => change(run, evolve(run, event), event);
  return {
    ...MACHINE,
    evolve: other,
    decide: (run, signal, facts) => {
      const made = decide(run, signal, facts);
      return "code" in made ? made : { ...made, run: made.events.reduce(other, run) };
    },
  };
}

/** Some effects are never owed. */
export function forgetting(type: ReturnType<typeof owed>[number]["type"]): Machine {
  return {
    ...MACHINE,
    owed: (run) => owed(run).filter((effect) => effect.type !== type),
    owedBy: (run, events) => owedBy(run, events).filter((effect) => effect.type !== type),
  };
}

/** The decision as if these had been its events. */
export function refolded(run: Run, made: Decision, events: readonly Event[]): Decision {
  return { ...made, events, run: events.reduce(evolve, run) };
}

/** Another definition is run than the one that was read. */
export function changing(change: (step: Step) => Step): (workflow: Workflow) => Workflow {
  const below = (step: Step): Step => {
    const changed = change(step);
    switch (changed.kind) {
      case "block":
        return { ...changed, steps: changed.steps.map(below) };
      case "each":
      case "repeat":
        return { ...changed, body: below(changed.body) };
      case "choose":
        return {
          ...changed,
          branches: changed.branches.map((one) => ({ ...one, step: below(one.step) })),
        };
      default:
        return changed;
    }
  };
  return (workflow) => ({ ...workflow, root: below(workflow.root) as Workflow["root"] });
}

export function ofTasks(change: (task: Task) => Task): (workflow: Workflow) => Workflow {
  return changing((step) => (step.kind === "task" ? change(step) : step));
}

/** What there is to undo, the first first. */
export function reversed(undo: Run["undo"]): Run["undo"] {
  let next: Run["undo"] = null;
  for (let one = undo; one !== null; one = one.next) next = { ...one, next };
  return next;
}

/** Whatever an agent gives is taken for what its step promised. */
export const unchecked: Machine = {
  ...MACHINE,
  decide: (run, signal, facts) => {
    const made = decide(run, signal, facts);
    const [first] = "code" in made ? [] : made.events;
    if ("code" in made || first?.type !== "attempt.ended" || first.error.kind !== "invalid_output")
      return made;
    if (signal.type !== "answer" || signal.outcome.kind !== "ok") return made;
    const { seq, at, by, path, key } = first;
    const { output } = signal.outcome;
    return refolded(run, made, [
      {
        seq,
        at,
        by,
        type: "step.finished",
        path,
        outcome: "completed",
        output,
        closes: key,
        end: true,
      },
    ]);
  },
};
