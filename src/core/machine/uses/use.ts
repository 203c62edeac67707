import type { GateOpening } from "../../approval/index.ts";
import type { Judgement } from "../../governance/index.ts";
import type { Digest } from "../../id.ts";
import type { JsonObject } from "../../json.ts";
import type { Problem } from "../../problem.ts";
import type { OpenAttempt } from "../attempts/attempt.ts";
import { noCallsLeft } from "../budget/reserve.ts";
import { type Draft, store, tell } from "../draft.ts";
import type { Key } from "../event.ts";
import type { Judged, Judging } from "../facts.ts";
import { type Failure, failure } from "../failure.ts";
import { raise } from "../finish.ts";
import type { LeafFrame, OpenGate } from "../run.ts";
import { load } from "../scope.ts";
import type { Told } from "../signal.ts";
import { get } from "../tables/table.ts";
import { voidedBy, whyHalted } from "./grant.ts";
import { isLabelled } from "./run-labels.ts";
import { gateFor } from "./use-gate.ts";
import {
  askOf,
  NO_USES,
  type OpenUse,
  openUseOf,
  USE_ARGS_BYTES_MOST,
  USE_NAME_CHARS_MOST,
  USES_KEPT_MOST,
  USES_PER_ATTEMPT_MOST,
} from "./uses.ts";

type Use = Extract<Told, { type: "use" }>;
type Asking = {
  readonly frame: LeafFrame;
  readonly open: OpenAttempt;
  readonly told: Use;
  readonly ask: Digest;
};

/**
 * The agent of an attempt asks to use a tool. What was answered before is not asked again, and what is
 * under way is waited for: neither is an event. All else is judged, and the judgement is on disk before
 * anything is done (U1). A write waits while the run is paused.
 */
export function heardUse(draft: Draft, told: Use): Problem | null {
  const asking = asker(draft, told);
  if (asking === null) return null;
  const { frame, ask } = asking;
  const against = tooMuch(frame, told);
  if (against !== null) return against;
  if (get(frame.uses?.done ?? NO_USES.done, ask) !== undefined) return null;
  const known = openUseOf(draft.run, frame, ask);
  if (known === null) judge(draft, asking);
  else if (known.use.state === "granted") useGrant(draft, asking, known);
  return null;
}

/** @returns null where nobody waits for an answer any more */
function asker({ run, facts }: Draft, told: Use): Asking | null {
  const open = get(run.open, told.key);
  if (open?.type !== "attempt" || open.child !== null || open.stopping) return null;
  if (open.effects === "ask" && !open.begun) return null;
  const frame = get(run.frames, open.path);
  if (frame?.kind !== "leaf" || frame.key !== told.key) return null;
  if (frame.stopping?.abort === true || frame.hold !== null) return null;
  return { frame, open, told, ask: askOf(facts.digest, told) };
}

/** What people decided on a use stands in the fold of `gate.closed`; its step goes on. */
export function useDecided(
  draft: Draft,
  open: OpenGate,
  _as: { readonly allowed: boolean; readonly why: string; readonly conditions: readonly string[] },
): void {
  draft.queue.push(open.path);
}

/** A use that people are asked about, as it would be asked with other arguments: the rules run again. */
export function useAskedAgain(
  draft: Draft,
  { gate, path }: OpenGate,
  args: JsonObject,
): GateOpening | Problem {
  const key = gate.use ?? 0;
  const use = get(draft.run.open, key);
  const frame = get(draft.run.frames, path);
  if (use?.type !== "use" || frame?.kind !== "leaf")
    return { code: "conflict", message: "What this asks about is no more." };
  const preview = use.preview === null ? null : (load(use.preview, draft.read) as Use["preview"]);
  const call = { tool: use.tool, args, preview };
  const judgement = judgedBy(draft, path, { agent: use.agent, key, ...call });
  if (judgement.verdict === "deny")
    return {
      code: "not-allowed",
      message: `So changed it is not allowed: ${judgement.why}`,
      mend: "Change it otherwise, or reject it.",
    };
  const asked = { ...use, action: judgement.action };
  // What needs nobody any more is still decided here by those who were asked.
  const chains = judgement.chains.length > 0 ? judgement.chains : [gate.chain];
  return gateFor(draft, frame, {
    key,
    use: asked,
    judgement: { ...judgement, chains },
    preview,
    isEdited: true,
  });
}

function tooMuch(frame: LeafFrame, { name, args, tool }: Use): Problem | null {
  const { count, done } = frame.uses ?? NO_USES;
  const why =
    name.length > USE_NAME_CHARS_MOST || tool.length > USE_NAME_CHARS_MOST
      ? `The name of a use has at most ${USE_NAME_CHARS_MOST} characters.`
      : JSON.stringify(args).length > USE_ARGS_BYTES_MOST
        ? `The arguments of "${tool}" are more than ${USE_ARGS_BYTES_MOST} bytes.`
        : count >= USES_PER_ATTEMPT_MOST
          ? `One attempt uses tools at most ${USES_PER_ATTEMPT_MOST} times.`
          : done.size >= USES_KEPT_MOST
            ? `One step uses tools at most ${USES_KEPT_MOST} times.`
            : null;
  return why === null ? null : { code: "limit", message: why };
}

function judge(draft: Draft, asking: Asking): void {
  const { open, told } = asking;
  const { tool, args, preview } = told;
  const call = { agent: open.agent, tool, args, preview, key: draft.run.seq + 1 };
  const judgement = judgedBy(draft, open.path, call);
  const isWrite = judgement.effects !== "pure";
  if (isWrite && isHeldUp(draft) && goesOn(judgement)) return;
  const key = tellJudged(draft, asking, withinBudget(draft, asking, judgement));
  const use = get(draft.run.open, key);
  if (use?.type !== "use") return;
  if (told.fault !== undefined) unseen(draft, key, { use, error: told.fault });
  else if (judgement.verdict === "ask") suspend(draft, asking, { key, use, judgement });
  else if (isWrite) startWrite(draft, key, use);
}

/** Nobody is asked about what nobody can look at, and nothing is written blindly. */
function unseen(
  draft: Draft,
  key: Key,
  { use, error }: { readonly use: OpenUse; readonly error: Failure },
): void {
  const { path } = use;
  if (use.effects === "pure")
    tell(draft, { type: "tool.finished", path, key, outcome: "failed", error });
  else tell(draft, { type: "writeback.failed", path, key, error });
}

function goesOn({ verdict }: Judgement): boolean {
  return verdict === "allow" || verdict === "limit";
}

/** Paused, nothing new is written; what is asked is asked again when the run goes on. */
function isHeldUp({ run }: Draft): boolean {
  return run.paused !== null;
}

function withinBudget(draft: Draft, { frame, open }: Asking, judgement: Judged): Judged {
  if (!goesOn(judgement)) return judgement;
  const why = noCallsLeft(draft, frame, open);
  if (why === null) return judgement;
  const checks = judgement.checks.map((one) =>
    one.check === "limits" ? ({ check: "limits", verdict: "deny", why } as const) : one,
  );
  return { ...judgement, verdict: "deny", checks, why, say: "The budget is used up." };
}

type Calling = {
  readonly agent: string;
  readonly tool: string;
  readonly args: JsonObject;
  readonly preview: Use["preview"];
  /** Of the use. */
  readonly key: Key;
  readonly isConsuming?: boolean;
};

function judgedBy(draft: Draft, path: string, calling: Calling): Judged {
  const { run, facts, at } = draft;
  const { agent, tool, args, preview, key, isConsuming = false } = calling;
  const { map, case: about, labels } = run;
  const calls = run.calls[tool] ?? 0;
  const of: Judging = { map, case: about, labels, at, calls, isConsuming };
  const call = {
    tool,
    args,
    agent,
    requester: run.by,
    run: run.id,
    step: path,
    key: idempotencyOf(draft, key),
    preview,
  };
  return facts.judge?.(call, of) ?? unjudged(draft, calling);
}

/** The same for a use through all attempts, crashes and repeats. */
function idempotencyOf({ run }: Draft, key: Key): string {
  return `${run.id}.${key}`;
}

/** Without a map no tool can be used. */
function unjudged({ facts, run }: Draft, { tool, args }: Calling): Judged {
  const why = `There is no work command map for this run, so that "${tool}" cannot be used.`;
  const nothing = facts.digest("");
  return {
    verdict: "deny",
    checks: [{ check: "tool", verdict: "deny", why }],
    args,
    action: nothing,
    map: run.map ?? nothing,
    level: "external",
    rules: [],
    chains: [],
    say: `There is no tool "${tool}".`,
    why,
    labels: { untrusted: [], personal: [] },
    redact: [],
    effects: "ask",
    verifies: false,
    owner: "",
  };
}

function tellJudged(draft: Draft, { open, told, ask }: Asking, judgement: Judged): Key {
  const { verdict, checks, args, action, map, level, rules, chains, why, effects } = judgement;
  const { redact, labels, owner, verifies } = judgement;
  const { preview } = told;
  return tell(draft, {
    type: "tool.judged",
    path: open.path,
    key: told.key,
    name: told.name,
    tool: told.tool,
    agent: open.agent,
    level,
    effects,
    verdict,
    checks,
    args: store(draft, args),
    ask,
    action,
    map,
    rules,
    chains,
    why,
    ...(verdict === "deny" ? { say: judgement.say } : {}),
    ...(redact.length === 0 ? {} : { redact }),
    ...(isLabelled(labels) ? { labels } : {}),
    ...(owner === "" ? {} : { owner }),
    ...(verifies ? { verifies } : {}),
    ...(preview === null
      ? {}
      : { preview: store(draft, preview as unknown as JsonObject), precondition: preview.digest }),
  });
}

type Judgedness = { readonly key: Key; readonly use: OpenUse; readonly judgement: Judged };

/** M8: people decide on the exact action; until they have, nothing of the step is in flight but what it writes. */
function suspend(draft: Draft, { frame, told }: Asking, { key, use, judgement }: Judgedness): void {
  const { path } = use;
  tell(draft, { type: "attempt.suspended", path, key: told.key, on: key });
  const gate = gateFor(draft, frame, { key, use, judgement, preview: told.preview });
  tell(draft, { type: "gate.opened", path, gate });
}

function startWrite(
  draft: Draft,
  key: Key,
  { path, action, approval }: Pick<OpenUse, "path" | "action" | "approval">,
): void {
  tell(draft, {
    type: "writeback.started",
    path,
    key,
    action,
    idempotency: idempotencyOf(draft, key),
    ...(approval === null ? {} : { approval: approval.gate }),
  });
}

type Halted = {
  readonly key: Key;
  readonly use: OpenUse;
  readonly attempt: Key;
  readonly why: string;
};

/** What people allowed stays allowed while it is halted: its attempt is no failure, and a person goes on with it. */
function holdBack(draft: Draft, { key, use, attempt, why }: Halted): void {
  const { path, tool, owner } = use;
  tell(draft, { type: "attempt.suspended", path, key: attempt, on: key });
  const now = get(draft.run.frames, path);
  if (now?.kind !== "leaf") return;
  const message = `"${tool}" was allowed, and is halted: ${why}`;
  const look = `${message} It stays allowed. Try it again when it is halted no more, or go on without it.`;
  raise(draft, now, { error: failure("rejected", message), look, owner });
}

/**
 * U4: the agent has come back to what people allowed. It is judged again as things are now; the grant
 * is used up in the decision that performs it, or it is void and people are asked about what is now.
 */
function useGrant(
  draft: Draft,
  asking: Asking,
  { key, use }: { readonly key: Key; readonly use: OpenUse },
): void {
  const { approval, path } = use;
  if (approval === null || (isHeldUp(draft) && use.effects !== "pure")) return;
  const { told, open } = asking;
  const judgement = judgedBy(draft, path, {
    agent: open.agent,
    tool: told.tool,
    args: use.edited ?? told.args,
    preview: told.preview,
    key,
    isConsuming: true,
  });
  const halted = whyHalted(draft, { use, judgement });
  if (halted !== null) return holdBack(draft, { key, use, attempt: told.key, why: halted });
  const noCalls = noCallsLeft(draft, asking.frame, open);
  const gone =
    voidedBy(draft, { use, approval, judgement, preview: told.preview }) ??
    (noCalls === null ? null : { how: "denied", why: noCalls });
  if (gone !== null) {
    tell(draft, { type: "gate.voided", path, key: approval.gate, use: key, ...gone });
    const now = get(draft.run.frames, path);
    if (now?.kind === "leaf") judge(draft, { ...asking, frame: now });
    return;
  }
  const isRead = use.effects === "pure";
  const reads = isRead ? ({ reads: true } as const) : {};
  const { action } = use;
  tell(draft, { type: "gate.consumed", path, key: approval.gate, action, use: key, ...reads });
  if (!isRead) startWrite(draft, key, use);
}
