import { exampleOutputs, outputsRead, usualWaitMs } from "../../core/foresight/index.ts";
import type { Digest, RunId } from "../../core/id.ts";
import {
  barePath,
  type Run,
  stepAt,
  type Told,
  type Wait,
  waitsOf,
} from "../../core/machine/index.ts";
import type { Runtime, VirtualClock } from "../runtime/index.ts";
import type { Play } from "./rehearse.ts";

/** Whoever a run waits for: people who decide and do their tasks, events that come. */
export type Actors = { readonly look: (run: RunId) => void };

export function openActors(
  { clock, runtime }: { readonly clock: VirtualClock; readonly runtime: Runtime },
  play: Play,
): Actors {
  const asked = new Set<string>();
  const act = (id: RunId, run: Run, wait: Wait): void => {
    const votes = wait.what.kind === "gate" ? wait.what.votes : 0;
    const name = `${id} ${wait.key} ${votes}`;
    const told = asked.has(name) ? null : answerOf(run, wait);
    if (told === null) return;
    asked.add(name);
    const bare = barePath(wait.path);
    const afterMs = usualWaitMs(play.past(run.workflow.name).steps.get(bare)) ?? 0;
    const by = whoDecides(wait, votes);
    clock.after(afterMs, () => {
      void runtime.send(id, { ...told, at: clock.now(), by });
    });
  };
  return {
    look: (id) => {
      const run = runtime.run(id);
      if (run !== null) for (const wait of waitsOf(run)) act(id, run, wait);
    },
  };
}

/** Each of those who may, one after another; where anyone may, somebody else each time. */
function whoDecides({ what }: Wait, votes: number): string {
  const among = what.kind === "gate" ? what.from : what.kind === "person" ? what.to : [];
  return among[votes] ?? `person-${votes + 1}`;
}

/** null: it comes by itself, or nobody can say what would be done. */
function answerOf(run: Run, { key, path, what }: Wait): Told | null {
  const step = stepAt(run.workflow, barePath(path));
  if (what.kind === "gate")
    return { type: "vote", key, digest: what.digest as Digest, allow: true, reason: "" };
  if (what.kind === "event") {
    const payload =
      step?.kind === "wait" ? exampleOutputs(step, outputsRead(run.workflow, step.id)) : {};
    return { type: "arrived", key, payload, source: "rehearsal" };
  }
  if (what.kind !== "person" || step?.kind !== "task") return null;
  const value = exampleOutputs(step, outputsRead(run.workflow, step.id));
  return { type: "give", key, output: { value }, why: "" };
}
