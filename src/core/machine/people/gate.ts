import {
  type Again,
  type ApprovalEvent,
  type ApprovalFacts,
  type ApprovalVote,
  dueApproval,
  hearApproval,
  isPlain,
  usesOf,
} from "../../approval/index.ts";
import type { Problem } from "../../problem.ts";
import { endsLate, ruleForLate } from "../control/too-long.ts";
import { type Draft, store, tell } from "../draft.ts";
import type { Key } from "../event.ts";
import { failure } from "../failure.ts";
import { complete, fail } from "../finish.ts";
import type { Frame, OpenGate } from "../run.ts";
import type { GateTold } from "../signal.ts";
import { get } from "../tables/table.ts";
import { useDecided } from "../uses/use.ts";
import { askedAgain } from "./approval.ts";
import { approvalFacts } from "./approval-facts.ts";
import { approvalIn } from "./of-gates.ts";
import { runOwner } from "./run-owner.ts";

export function isGate({ run }: Draft, key: Key): boolean {
  return get(run.open, key)?.type === "gate";
}

/** People decide, ask, edit, claim: what may be, and what follows, the approval says. */
export function heardAtGate(draft: Draft, { key, ...told }: GateTold): Problem | null {
  const open = get(draft.run.open, key);
  if (open?.type !== "gate")
    return {
      code: "conflict",
      message: `There is no open gate ${key} in ${draft.run.id}: it was decided before, or never opened.`,
    };
  const vain = whyNothingBegins(draft, open, told);
  if (vain !== null) return vain;
  const again: Again = (args, action) => askedAgain(draft, open, { args, action });
  const facts: ApprovalFacts & { again: Again } = { ...approvalFacts(draft, draft.by), again };
  const heard = hearApproval(approvalIn(open), told, facts);
  if ("code" in heard) return heard;
  happens(draft, { key, open }, heard);
  return null;
}

/** A gate of its own ends with its decision: there is nothing that could wait for a condition. */
function whyNothingBegins(
  { run }: Draft,
  { path }: OpenGate,
  told: Omit<GateTold, "key">,
): Problem | null {
  if (get(run.frames, path)?.kind !== "gate" || !("when" in told)) return null;
  return {
    code: "bad-input",
    message: "This is a question, and nothing that is begun when a condition holds.",
    mend: "Leave --when out; allow it, reject it, or ask.",
  };
}

/** A moment that comes reminds, asks others besides, or rejects; it never approves. */
export function gateDue(draft: Draft, key: Key, open: OpenGate): void {
  const approval = approvalIn(open);
  const to = runOwner(draft);
  if (isPlain(approval) && onTimeout(draft, open) === "escalate") {
    tell(draft, { type: "gate.escalated", key, to });
    return;
  }
  const events = dueApproval(approval, approvalFacts(draft, draft.by));
  const action = ofRule(draft, { key, open }, events);
  if (action !== "pause_workflow") happens(draft, { key, open, refuse: endsLate(action) }, events);
}

/** Where the step would fail for it. */
function ofRule(
  draft: Draft,
  { key, open: { path, gate } }: At,
  events: readonly ApprovalEvent[],
): ReturnType<typeof ruleForLate> {
  const closed = events.find((event) => event.type === "gate.closed");
  const frame = get(draft.run.frames, path);
  const goesOn = frame?.kind === "gate" && frame.step.rejected !== "fail";
  if (closed === undefined || closed.allowed || goesOn || usesOf(gate).length > 0) return null;
  const error = failure("timeout", `Nobody decided on it in time: ${closed.why}`);
  return ruleForLate(draft, path, { key, error });
}

/** As the file says it, where it names its people itself. */
function onTimeout(draft: Draft, { path, gate }: OpenGate): "reject" | "escalate" {
  const frame = get(draft.run.frames, path);
  if (usesOf(gate).length > 0) return "reject";
  if (frame?.kind === "gate") return frame.step.approval.onTimeout;
  return frame?.kind === "leaf" && frame.step.kind === "task"
    ? (frame.step.approve?.onTimeout ?? "reject")
    : "reject";
}

type At = {
  readonly key: Key;
  readonly open: OpenGate;
  /** What becomes of the step where it is not allowed; unsaid: it fails. */
  readonly refuse?: typeof fail;
};

function happens(
  draft: Draft,
  { key, open, refuse = fail }: At,
  events: readonly ApprovalEvent[],
): void {
  const { path } = open;
  for (const event of events) {
    if (event.type === "gate.closed") close(draft, { key, refuse }, event);
    else if (event.type === "gate.voted" || event.type === "gate.escalated")
      tell(draft, { ...event, key });
    else tell(draft, { ...event, key, path });
  }
}

type Closed = Extract<ApprovalEvent, { readonly type: "gate.closed" }>;

type Which = { readonly key: Key; readonly refuse: typeof fail };

function close(draft: Draft, { key, refuse }: Which, event: Closed): void {
  const open = get(draft.run.open, key);
  if (open?.type !== "gate") return;
  const { path, gate } = open;
  tell(draft, { ...event, key, path });
  const { allowed, why } = event;
  if (usesOf(gate).length > 0) return useDecided(draft, open);
  const frame = get(draft.run.frames, path);
  if (frame === undefined) return;
  if (frame.kind === "gate") decided(draft, frame, { open, event, refuse });
  else if (!allowed) refuse(draft, frame, failure("rejected", `It was not approved: ${why}`));
}

function decided(
  draft: Draft,
  frame: Extract<Frame, { kind: "gate" }>,
  {
    open,
    event,
    refuse,
  }: { readonly open: OpenGate; readonly event: Closed; readonly refuse: typeof fail },
): void {
  const { allowed, why, blocks = [] } = event;
  if (!allowed && frame.step.rejected === "fail")
    return refuse(draft, frame, failure("rejected", `It was rejected: ${why}`));
  const approval = approvalIn(open);
  const { override, edits } = approval;
  const voters = open.votes.map((one) => one.voter);
  complete(draft, frame, {
    output: store(draft, {
      allowed,
      by: [...voters, ...(override === null ? [] : [override.by])].join(", "),
      reason: why,
      votes: open.votes.map(saidOf),
      ...(blocks.length === 0 ? {} : { conditions: blocks }),
      ...(edits === 0 ? {} : { edited: open.gate.terms?.args ?? {} }),
    }),
  });
}

function saidOf({ voter, allow, reason, for: of }: ApprovalVote) {
  return { voter, allow, reason, ...(of === undefined ? {} : { for: of }) };
}
