import type { Problem } from "../../problem.ts";
import { type Draft, tell } from "../draft.ts";
import { failure } from "../failure.ts";
import type { LeafFrame } from "../run.ts";
import type { Told } from "../signal.ts";
import { get } from "../tables/table.ts";
import { isToBeSeen, isUncertain } from "../uses/uses.ts";
import { conflict, isEnding, leafMeant, stillStopping } from "./way-out.ts";

type Of<T extends Told["type"]> = Extract<Told, { type: T }>;

/**
 * A person takes a step from its agent. What only reads is dropped; a writer that was begun is told to
 * stop and awaited, because it may have done its work: then that counts. The step waits for the person,
 * and holds no place.
 */
export function heardTake(draft: Draft, { path, why }: Of<"take">): Problem | null {
  const frame = leafMeant(draft, { path });
  if ("code" in frame) return frame;
  const against = whyNot(draft, frame);
  if (against !== null) return against;
  tell(draft, { type: "step.held", path, why });
  if (frame.state === "calling" && frame.key !== null) stopCall(draft, frame, frame.key);
  if (frame.state === "asking" && frame.key !== null) end(draft, frame, { key: frame.key });
  return null;
}

function whyNot({ run }: Draft, frame: LeafFrame): Problem | null {
  const { name } = frame.step;
  if (frame.stopping !== null) return isEnding(frame);
  if (frame.exception !== null)
    return conflict(
      `"${name}" waits for a person already.`,
      "Give its outputs, try it again, or go on without it.",
    );
  // What may have been written is looked at whether there is a budget or not.
  if (frame.state === "short" && !isUncertain(frame))
    return conflict(
      `"${name}" waits for a budget, and has not begun.`,
      "Raise it, or leave it out.",
    );
  if (frame.state === "approving")
    return conflict(`"${name}" waits for an approval.`, "Decide that first, in the inbox.");
  const held = frame.hold === null ? undefined : get(run.open, frame.hold);
  if (held?.type !== "hold") return null;
  return conflict(`${held.by} has "${name}" in hand already.`, "Hand it back first.");
}

function stopCall(draft: Draft, frame: LeafFrame, key: number): void {
  const open = get(draft.run.open, key);
  if (open?.type !== "attempt" || open.stopping) return;
  const isPure = open.effects === "pure";
  if (isPure || (open.effects === "ask" && !open.begun))
    return end(draft, frame, { key, ...(isPure ? { unanswered: true } : {}) });
  tell(draft, { type: "attempt.stopping", key, why: reasonOf(draft) });
}

/** Nothing is awaited: it only read, was not begun, or was a person's. */
function end(
  draft: Draft,
  { path, doubt }: LeafFrame,
  closed: { readonly key: number; readonly unanswered?: true },
): void {
  const error = failure("stopped", reasonOf(draft));
  tell(draft, { type: "attempt.ended", path, outcome: "stopped", error, doubt, ...closed });
}

function reasonOf({ by }: Draft): string {
  return `${by} has taken it over.`;
}

/** The person hands it back: its agent tries it again. */
export function heardHandback(draft: Draft, { path, why }: Of<"handback">): Problem | null {
  const frame = leafMeant(draft, { path });
  if ("code" in frame) return frame;
  if (frame.hold === null) return conflict(`Nobody has taken "${frame.step.name}" from its agent.`);
  if (frame.stopping !== null) return isEnding(frame);
  if (frame.state === "calling") return stillStopping(frame);
  if (isToBeSeen(frame))
    return conflict(
      `"${frame.step.name}" may have been done: it is not tried again just so.`,
      "Look at what it writes. Then give its outputs, or order it again: muster runs retry.",
    );
  tell(draft, { type: "step.released", path, key: frame.hold, why });
  return null;
}
