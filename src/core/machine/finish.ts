import type { Rule } from "../definition/index.ts";
import type { Labels } from "../governance/index.ts";
import type { RunId } from "../id.ts";
import { type Draft, tell } from "./draft.ts";
import type { Key, Path, Stored, Usage } from "./event.ts";
import { type Failure, failure } from "./failure.ts";
import { runOwner } from "./people/run-owner.ts";
import { noRoomFor } from "./publish.ts";
import type { Frame, LeafFrame } from "./run.ts";

export type Ending = {
  readonly output?: Stored;
  readonly closes?: number;
  readonly unanswered?: true;
  readonly usage?: Usage;
  readonly cached?: { readonly run: RunId; readonly path: Path };
  readonly warnings?: readonly string[];
  readonly labels?: Labels;
};

export type BadEnding = Ending & { readonly error: Failure };

/** A step ends well. */
export function complete(draft: Draft, frame: Frame, ending: Ending = {}): void {
  if (draft.run.workflow.publishes !== undefined) {
    const { output, ...rest } = ending;
    const against = noRoomFor(draft, frame, output);
    if (against !== null)
      return endBadly(draft, frame, { ...rest, error: failure("context_limit", against) });
  }
  tell(draft, { type: "step.finished", path: frame.path, outcome: "completed", ...ending });
}

/** A step ends badly; where the author said that it may, it is degraded instead, and the run goes on. */
export function fail(draft: Draft, frame: Frame, error: Failure): void {
  endBadly(draft, frame, { error });
}

export function endBadly(draft: Draft, frame: Frame, ending: BadEnding): void {
  if (frame.step.optional) return degrade(draft, frame, ending);
  tell(draft, { type: "step.finished", path: frame.path, outcome: "failed", ...ending });
}

/** The run goes on without it, with the author's impact and warning. */
export function degrade(draft: Draft, frame: Frame, ending: BadEnding): void {
  const { name, impact, warning } = frame.step;
  tell(draft, {
    type: "step.finished",
    path: frame.path,
    outcome: "degraded",
    ...(impact === "" ? {} : { impact }),
    warning: warning === "" ? `The step "${name}" was degraded: ${ending.error.message}` : warning,
    ...ending,
  });
}

/** A step that was stopped ends as it was told to, once nothing of it is in flight. */
export function stopped(draft: Draft, frame: Frame, ending: Ending = {}): void {
  const { outcome, error } = frame.stopping ?? { outcome: "cancelled", error: null };
  if (outcome === "failed" && error !== null) return endBadly(draft, frame, { ...ending, error });
  tell(draft, { type: "step.finished", path: frame.path, outcome: "cancelled", ...ending });
}

type Raising = {
  readonly error: Failure;
  /** The escalation rule that wants it. */
  readonly rule?: Rule;
  /** Instead of the usual sentence. */
  readonly look?: string;
  /** Before the workflow's; "" is nobody. */
  readonly owner?: string;
  /** It was allowed on a condition: when that is looked at again, and the use that waits for it. */
  readonly until?: { readonly due: number; readonly use?: Key };
};

/** Only a person can say what follows. The owner is the rule's, the workflow's, or who started the run. */
export function raise(
  draft: Draft,
  frame: LeafFrame,
  { error, rule, look, owner = "", until }: Raising,
): number {
  const why = frame.undoes !== null ? "undo" : frame.doubt ? "unknown" : "failed";
  const message = rule === undefined || rule.message === "" ? "" : `${rule.message} `;
  const recipients = rule?.recipients ?? [];
  return tell(draft, {
    type: "exception.raised",
    path: frame.path,
    why,
    owner: owner || ownerOf(draft, frame, rule),
    error,
    look: message + (look ?? lookFor(frame, why)),
    ...(recipients.length === 0 ? {} : { recipients }),
    ...until,
  });
}

function ownerOf(draft: Draft, { uses }: LeafFrame, rule: Rule | undefined): string {
  return uses?.unknown?.owner || rule?.owner || runOwner(draft);
}

/** What a person who is asked about it, or has it in hand, is to do. */
export function lookFor(frame: LeafFrame, why: "undo" | "unknown" | "failed"): string {
  const name = frame.step.name;
  const unknown = frame.uses?.unknown ?? null;
  switch (why) {
    case "unknown":
      if (unknown !== null)
        return `"${unknown.tool}" may have been done for "${name}" and may not (use ${unknown.key}): ${unknown.error.message} Look at what it writes; then give the step's outputs, try it again, or go on without it.`;
      return `"${name}" may have been done and may not (${frame.agent ?? "nobody"}, call ${frame.call ?? 0}). Look at what it writes; then give its outputs, try it again, or go on without it.`;
    case "undo":
      return `"${name}" did not work: what it was to undo may still stand. Undo it by hand and go on without, or try again.`;
    case "failed":
      return `"${name}" failed and was not to be decided by the machine. Mend the cause and try again, give its outputs, or go on without it.`;
  }
}
