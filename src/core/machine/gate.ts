import type { Problem } from "../problem.ts";
import { type Draft, store, tell } from "./draft.ts";
import { failure } from "./failure.ts";
import { complete, fail } from "./finish.ts";
import type { Frame, Open, Vote } from "./run.ts";
import type { Told } from "./signal.ts";
import { get } from "./table.ts";
import { useDecided } from "./use.ts";

type OpenGate = Extract<Open, { type: "gate" }>;

/** A person decides. A vote counts once per person, for the digest they were shown, from who may. */
export function heardVote(draft: Draft, vote: Extract<Told, { type: "vote" }>): Problem | null {
  const open = get(draft.run.open, vote.key);
  if (open?.type !== "gate")
    return {
      code: "conflict",
      message: `There is no open gate ${vote.key} in ${draft.run.id}: it was decided before, or never opened.`,
    };
  const against = whyNot(open, vote, draft.by);
  if (against !== null) return against;
  const { key, digest, allow, reason } = vote;
  tell(draft, { type: "gate.voted", key, digest, voter: draft.by, allow, reason });
  const now = get(draft.run.open, key);
  if (now?.type !== "gate") return null;
  const allowed = now.votes.filter((one) => one.allow).length;
  if (!allow) close(draft, now, { key, allowed: false, why: reason || `${draft.by} rejected it.` });
  else if (allowed >= now.gate.need) close(draft, now, { key, allowed: true, why: reason });
  return null;
}

/** A deadline that passes never approves. */
export function gateDue(draft: Draft, key: number, open: OpenGate): void {
  const frame = get(draft.run.frames, open.path);
  const onTimeout =
    open.gate.use !== undefined
      ? "reject"
      : frame?.kind === "gate"
        ? frame.step.approval.onTimeout
        : frame?.kind === "leaf" && frame.step.kind === "task"
          ? frame.step.approve?.onTimeout
          : "reject";
  if (onTimeout === "escalate")
    tell(draft, { type: "gate.escalated", key, to: draft.run.workflow.owner || draft.run.by });
  else close(draft, open, { key, allowed: false, why: "The deadline passed without a decision." });
}

function whyNot(open: OpenGate, vote: { readonly digest: string }, voter: string): Problem | null {
  const { from, digest } = open.gate;
  if (vote.digest !== digest) {
    return {
      code: "conflict",
      message: "What this vote decides on is no longer what the gate asks.",
      mend: "Look at it again and decide on what it asks now.",
    };
  }
  if (from.length > 0 && !from.includes(voter)) {
    return {
      code: "not-allowed",
      message: `${voter} may not decide this; ${from.join(", ")} may.`,
    };
  }
  if (open.votes.some((one) => one.voter === voter)) {
    return {
      code: "conflict",
      message: `${voter} has decided this before; one person has one vote.`,
    };
  }
  return null;
}

function close(
  draft: Draft,
  open: OpenGate,
  as: { key: number; allowed: boolean; why: string },
): void {
  tell(draft, { type: "gate.closed", path: open.path, ...as });
  if (open.gate.use !== undefined) return useDecided(draft, open, as);
  const frame = get(draft.run.frames, open.path);
  if (frame === undefined) return;
  if (frame.kind === "gate") decided(draft, frame, { votes: open.votes, ...as });
  else if (!as.allowed) fail(draft, frame, failure("rejected", `It was not approved: ${as.why}`));
}

function decided(
  draft: Draft,
  frame: Extract<Frame, { kind: "gate" }>,
  as: { allowed: boolean; why: string; votes: readonly Vote[] },
): void {
  if (!as.allowed && frame.step.rejected === "fail")
    return fail(draft, frame, failure("rejected", `It was rejected: ${as.why}`));
  const by = as.votes.map((one) => one.voter).join(", ");
  const votes = as.votes.map(({ voter, allow, reason }) => ({ voter, allow, reason }));
  complete(draft, frame, {
    output: store(draft, { allowed: as.allowed, by, reason: as.why, votes }),
  });
}
