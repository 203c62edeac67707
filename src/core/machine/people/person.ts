import type { Problem } from "../../problem.ts";
import { type Draft, store, tell } from "../draft.ts";
import type { Key } from "../event.ts";
import { type Failure, failure } from "../failure.ts";
import { complete } from "../finish.ts";
import { accepted } from "../output.ts";
import type { OpenTask, Run } from "../run.ts";
import type { Told } from "../signal.ts";
import { get } from "../tables/table.ts";
import { meant } from "./meant.ts";
import { runOwner } from "./run-owner.ts";

/**
 * A person's task: an open attempt that no process performs. It survives any crash, since nothing of it
 * is in flight, holds no place, and is answered once, by one who may.
 */
export function isTask(run: Run, key: Key): boolean {
  return get(run.open, key)?.type === "task";
}

/** It is claimed by one, given back, or declined. */
export function heardOfTask(
  draft: Draft,
  told: Extract<Told, { type: "claim" | "release" | "decline" }>,
): Problem | null {
  const { key } = told;
  const open = get(draft.run.open, key);
  if (open?.type !== "task") return noTask(draft, key);
  const { path } = open;
  switch (told.type) {
    case "claim": {
      const against = whyNot(draft, open);
      if (against !== null) return against;
      if (open.claimed === null) tell(draft, { type: "task.claimed", key, path, person: draft.by });
      return null;
    }
    case "release": {
      const against = whyNotReleased(draft, open);
      if (against !== null) return against;
      if (open.claimed !== null) tell(draft, { type: "task.released", key, path, why: told.why });
      return null;
    }
    case "decline": {
      const against = whyNot(draft, open);
      if (against !== null) return against;
      const why = told.why === "" ? "" : `: ${told.why}`;
      end(draft, { key, open }, failure("rejected", `${draft.by} declined the task${why}`));
      return null;
    }
  }
}

/** M13: what a person gives is checked against what the step promised; what does not fit changes nothing. */
export function heardGiven(
  draft: Draft,
  told: Extract<Told, { type: "give" }> & { readonly key: Key },
): Problem | null {
  const { key } = told;
  const open = get(draft.run.open, key);
  if (open?.type !== "task") return noTask(draft, key);
  const against = whyNot(draft, open);
  if (against !== null) return against;
  const frame = get(draft.run.frames, open.path);
  if (frame?.kind !== "leaf") return noTask(draft, key);
  const given = "value" in told.output ? store(draft, told.output.value) : told.output;
  const taken = accepted(draft, given, frame.step.outputs);
  if ("why" in taken)
    return {
      code: "bad-input",
      message: `This is not what "${frame.step.name}" promises. ${taken.why}`,
      mend: `See what it asks for: muster inbox show ${draft.run.id}.${key}`,
    };
  const warnings = told.why === "" ? {} : { warnings: [`${draft.by} says: ${told.why}`] };
  complete(draft, frame, { output: taken.output, closes: key, ...warnings });
  return null;
}

/** Nobody has done it in time: the next are asked, or the attempt fails. No answer is ever invented. */
export function taskDue(draft: Draft, key: Key, open: OpenTask): void {
  const { path, dueMs } = open;
  const [to] = open.next;
  if (to !== undefined) {
    const due = dueMs === null ? {} : { due: draft.at + dueMs };
    tell(draft, { type: "task.escalated", key, path, to, ...due });
    return;
  }
  const who = open.claimed?.by ?? (open.to.length === 0 ? "Nobody" : open.to.join(", "));
  const message =
    who === "Nobody"
      ? "Nobody did the task in time."
      : `${who} did not do the task in time, and nobody else was left to ask.`;
  // Asking the same people once more would not make them answer: it is over, not tried again.
  end(draft, { key, open }, { class: "permanent", kind: "timeout", message });
}

function end(
  draft: Draft,
  { key, open }: { readonly key: Key; readonly open: OpenTask },
  error: Failure,
): void {
  const { path } = open;
  const frame = get(draft.run.frames, path);
  // Whoever had it before may have done it: that a person did not says nothing of that.
  const doubt = frame?.kind === "leaf" && frame.doubt;
  tell(draft, { type: "attempt.ended", path, key, outcome: "failed", error, doubt });
}

function whyNot({ by }: Draft, { to, claimed }: OpenTask): Problem | null {
  if (to.length > 0 && !to.includes(by))
    return { code: "not-allowed", message: `${by} may not do this task; ${to.join(", ")} may.` };
  if (claimed === null || claimed.by === by) return null;
  return {
    code: "conflict",
    message: `${claimed.by} has claimed this task.`,
    mend: `Ask ${claimed.by} to answer it or to release it.`,
  };
}

/** The one who has it gives it back; so does who owns the run, when that one is away. */
function whyNotReleased(draft: Draft, { claimed }: OpenTask): Problem | null {
  const { by } = draft;
  const owner = runOwner(draft);
  if (claimed === null || claimed.by === by || meant(draft, [owner]).includes(by)) return null;
  return {
    code: "not-allowed",
    message: `${claimed.by} has claimed this task; ${claimed.by} or ${owner} may release it.`,
  };
}

function noTask({ run }: Draft, key: Key): Problem {
  return {
    code: "conflict",
    message: `There is no open task ${key} in ${run.id}: it was answered or has ended before, or never was.`,
    mend: "See what waits: muster inbox list",
  };
}
