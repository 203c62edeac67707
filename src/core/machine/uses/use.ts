import { ACTIONS_MOST } from "../../approval/index.ts";
import { ended, type Problem } from "../../problem.ts";
import type { OpenAttempt } from "../attempts/attempt.ts";
import { noCallsLeft } from "../budget/reserve.ts";
import { type Draft, tell } from "../draft.ts";
import type { Key } from "../event.ts";
import type { Judged } from "../facts.ts";
import { type Failure, failure } from "../failure.ts";
import { raise } from "../finish.ts";
import { nextLook, ON_CONDITION } from "../people/next-look.ts";
import type { LeafFrame, OpenGate } from "../run.ts";
import type { Told } from "../signal.ts";
import { get } from "../tables/table.ts";
import { allowedAs, type Halting, voidedBy, whyHalted } from "./grant.ts";
import {
  type Asking,
  type Edited,
  goesOn,
  idempotencyOf,
  isHeldUp,
  judgedBy,
  tellJudged,
  type Wanted,
  withinBudget,
} from "./judging.ts";
import { type Asked, gateFor } from "./use-gate.ts";
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
import { gateForAll, isOfOneGate } from "./uses-gate.ts";

type Use = Extract<Told, { type: "use" | "uses" }>;

/**
 * The agent of an attempt asks to use a tool, or several at once. What was answered before is not asked
 * again, and what is under way is waited for: neither is an event. All else is judged, each by itself, and
 * the judgement is on disk before anything is done (U1). A write waits while the run is paused. Of several,
 * those for which the same people are asked are asked about together; then what only reads is for when they
 * have decided.
 */
export function heardUse(draft: Draft, told: Use): Problem | null {
  const all = told.type === "use" ? [told] : told.all;
  const open = whoAsks(draft, told.key);
  if (open === null) return null;
  const against = tooMany(draft, open, all);
  if (against !== null) return against;
  const many: Many = { asked: [], later: [], halted: null, isAlone: all.length === 1 };
  for (const one of all) takeUp(draft, asking(draft, told.key, one), many);
  const [first] = many.asked;
  if (first !== undefined) suspend(draft, told.key, many.asked);
  else if (many.halted !== null) holdBack(draft, told.key, many.halted);
  else for (const one of many.later) readNow(draft, asking(draft, told.key, one));
  return null;
}

/** What was asked at once, while it is gone through. */
type Many = {
  /** People are asked about these, together. */
  readonly asked: Asked[];
  /** What only reads, when nothing has to be asked first: its attempt would be over. */
  readonly later: Wanted[];
  halted: Halted | null;
  readonly isAlone: boolean;
};

/** @returns null where nobody waits for an answer any more */
function whoAsks({ run }: Draft, key: Key): OpenAttempt | null {
  const open = get(run.open, key);
  if (open?.type !== "attempt" || open.child !== null || open.stopping) return null;
  if (open.effects === "ask" && !open.begun) return null;
  const frame = get(run.frames, open.path);
  if (frame?.kind !== "leaf" || frame.key !== key) return null;
  if (frame.stopping?.abort === true || frame.hold !== null) return null;
  return open;
}

/** As it is now: what was asked before it at the same time may have changed it. */
function asking({ run, facts }: Draft, attempt: Key, told: Wanted): Asking | null {
  const open = get(run.open, attempt);
  const frame = open?.type === "attempt" ? get(run.frames, open.path) : undefined;
  if (open?.type !== "attempt" || frame?.kind !== "leaf") return null;
  return { frame, open, attempt, told, ask: askOf(facts.digest, told) };
}

/** People decide on a use in the fold of `gate.closed`; its step goes on. */
export function useDecided(draft: Draft, { path }: OpenGate): void {
  draft.queue.push(path);
}

function tooMany(draft: Draft, { path }: OpenAttempt, all: readonly Wanted[]): Problem | null {
  const frame = get(draft.run.frames, path);
  if (all.length > ACTIONS_MOST)
    return { code: "limit", message: `At most ${ACTIONS_MOST} uses are asked for at once.` };
  if (frame?.kind !== "leaf") return null;
  for (const [at, one] of all.entries()) {
    const why = tooMuch(frame, one, at);
    if (why !== null) return { code: "limit", message: why };
  }
  return null;
}

function tooMuch(frame: LeafFrame, { name, args, tool }: Wanted, before: number): string | null {
  const { count, done } = frame.uses ?? NO_USES;
  return name.length > USE_NAME_CHARS_MOST || tool.length > USE_NAME_CHARS_MOST
    ? `The name of a use has at most ${USE_NAME_CHARS_MOST} characters.`
    : JSON.stringify(args).length > USE_ARGS_BYTES_MOST
      ? `The arguments of "${tool}" are more than ${USE_ARGS_BYTES_MOST} bytes.`
      : count + before >= USES_PER_ATTEMPT_MOST
        ? `One attempt uses tools at most ${USES_PER_ATTEMPT_MOST} times.`
        : done.size + before >= USES_KEPT_MOST
          ? `One step uses tools at most ${USES_KEPT_MOST} times.`
          : null;
}

function takeUp(draft: Draft, one: Asking | null, many: Many): void {
  if (one === null || isAnswered(one)) return;
  const known = openUseOf(draft.run, one.frame, one.ask);
  if (known === null) return judge(draft, one, many);
  if (known.use.state !== "granted") return;
  const isRead = known.use.effects === "pure";
  if (isRead && !many.isAlone) many.later.push(one.told);
  else useGrant(draft, one, { ...known, many });
}

function isAnswered({ frame, ask }: Asking): boolean {
  return get(frame.uses?.done ?? NO_USES.done, ask) !== undefined;
}

/** Nobody has to be asked first: what only reads is begun, as if it were asked for by itself. */
function readNow(draft: Draft, one: Asking | null): void {
  const many: Many = { asked: [], later: [], halted: null, isAlone: true };
  takeUp(draft, one, many);
  if (one === null) return;
  if (many.asked.length > 0) suspend(draft, one.attempt, many.asked);
  else if (many.halted !== null) holdBack(draft, one.attempt, many.halted);
}

function judge(draft: Draft, one: Asking, many: Many): void {
  const { open, told, edited } = one;
  const { tool, preview } = told;
  const args = edited?.args ?? told.args;
  const call = { agent: open.agent, tool, args, preview, key: draft.run.seq + 1 };
  const judgement = judgedBy(draft, open.path, call);
  const isWrite = judgement.effects !== "pure";
  if (isPutOff(draft, { told, judgement, many })) return;
  const key = tellJudged(draft, one, withinBudget(draft, one, judgement));
  const use = get(draft.run.open, key);
  if (use?.type !== "use") return;
  if (told.fault !== undefined) unseen(draft, key, { use, error: told.fault });
  else if (judgement.verdict === "ask") many.asked.push(askedFor(key, { use, judgement }, one));
  else if (isWrite) startWrite(draft, key, use);
}

type Putting = { readonly told: Wanted; readonly judgement: Judged; readonly many: Many };

/** It is for later: while the run is paused, or until people have decided on what was asked with it. */
function isPutOff(draft: Draft, { told, judgement, many }: Putting): boolean {
  const isWrite = judgement.effects !== "pure";
  if (goesOn(judgement)) {
    if (isWrite) return isHeldUp(draft);
    if (!many.isAlone) many.later.push(told);
    return !many.isAlone;
  }
  // Other people are asked about it when these have decided: its agent asks again then.
  return judgement.verdict === "ask" && !isOfOneGate(draft, many.asked, { told, judgement });
}

function askedFor(
  key: Key,
  of: { readonly use: OpenUse; readonly judgement: Judged },
  { told, edited }: Asking,
): Asked {
  const { preview } = told;
  if (edited === undefined) return { key, ...of, preview };
  return { key, ...of, preview, isEdited: true, editors: edited.editors };
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

/** M8: people decide on the exact action; until they have, nothing of the step is in flight but what it writes. */
function suspend(draft: Draft, attempt: Key, asked: readonly Asked[]): void {
  const [first] = asked;
  if (first === undefined) return;
  const { path } = first.use;
  tell(draft, { type: "attempt.suspended", path, key: attempt, on: first.key });
  const frame = get(draft.run.frames, path);
  if (frame?.kind !== "leaf") return;
  const gate = asked.length === 1 ? gateFor(draft, frame, first) : gateForAll(draft, frame, asked);
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

type Halted = { readonly key: Key; readonly use: OpenUse; readonly halting: Halting };

/**
 * What people allowed stays allowed while it is held back: its attempt is no failure. A person goes on with
 * it; it goes on by itself where a condition is all that holds it.
 */
function holdBack(draft: Draft, attempt: Key, { key, use, halting }: Halted): void {
  const { path, tool, owner } = use;
  const { why, isUnmet } = halting;
  tell(draft, { type: "attempt.suspended", path, key: attempt, on: key });
  const now = get(draft.run.frames, path);
  if (now?.kind !== "leaf") return;
  const message = ended(`"${tool}" was allowed${why}`);
  const error = failure("rejected", message);
  if (!isUnmet) return void raise(draft, now, { error, look: HALTED, owner });
  const until = { due: nextLook(draft.at), use: key };
  raise(draft, now, { error, look: ON_CONDITION, owner, until });
}

const HALTED =
  "It stays allowed. Try it again when nothing stands in its way, or go on without it.";

type Granted = { readonly key: Key; readonly use: OpenUse; readonly many: Many };

/**
 * U4: the agent has come back to what people allowed. It is judged again as things are now; the grant
 * is used up in the decision that performs it, or it is void and people are asked about what is now. What a
 * decider changed of it holds.
 */
function useGrant(draft: Draft, one: Asking, { key, use, many }: Granted): void {
  const { approval, path } = use;
  const { told, open } = one;
  if (approval === null || (isHeldUp(draft) && use.effects !== "pure")) return;
  const allowed = allowedAs(draft, approval);
  const judgement = judgedNow(draft, one, { key, use, allowed });
  const halting = whyHalted(draft, { use, judgement });
  if (halting !== null) {
    many.halted ??= { key, use, halting };
    return;
  }
  // What cannot be looked at now is not another record: its agent is told so, and it stays allowed.
  if (told.fault !== undefined) return;
  const noCalls = noCallsLeft(draft, one.frame, open);
  const gone =
    voidedBy(draft, { use, approval, judgement, preview: told.preview }) ??
    (noCalls === null ? null : ({ how: "denied", why: noCalls } as const));
  if (gone === null) return consume(draft, key, { use, gate: approval.gate });
  const { which, editors } = listedAs(allowed, use);
  tell(draft, { type: "gate.voided", path, key: approval.gate, use: key, ...gone, ...which });
  judgeAnew(draft, one, { use, many, editors });
}

type Now = {
  readonly key: Key;
  readonly use: OpenUse;
  readonly allowed: ReturnType<typeof allowedAs>;
};

function judgedNow(draft: Draft, { told, open }: Asking, { key, use, allowed }: Now): Judged {
  const conditions = allowed?.conditions;
  return judgedBy(draft, use.path, {
    agent: open.agent,
    tool: told.tool,
    args: use.edited ?? told.args,
    preview: told.preview,
    key,
    isConsuming: true,
    ...(conditions === undefined ? {} : { conditions }),
  });
}

/** Of several that were allowed, this one; and who has changed it. */
function listedAs(allowed: Now["allowed"], { action }: OpenUse) {
  const listed = allowed?.gate.terms?.actions?.find(({ digest }) => digest === action);
  if (listed === undefined) return { which: {}, editors: allowed?.editors ?? [] };
  return { which: { action }, editors: listed.editors ?? [] };
}

function consume(
  draft: Draft,
  key: Key,
  { use, gate }: { readonly use: OpenUse; readonly gate: Key },
): void {
  const { path, action, effects } = use;
  const isRead = effects === "pure";
  const reads = isRead ? ({ reads: true } as const) : {};
  tell(draft, { type: "gate.consumed", path, key: gate, action, use: key, ...reads });
  if (!isRead) startWrite(draft, key, use);
}

type Anew = { readonly use: OpenUse; readonly many: Many; readonly editors: readonly string[] };

function judgeAnew(draft: Draft, one: Asking, { use, many, editors }: Anew): void {
  const now = asking(draft, one.attempt, one.told);
  if (now === null) return;
  const edited: Edited | null = use.edited === undefined ? null : { args: use.edited, editors };
  judge(draft, edited === null ? now : { ...now, edited }, many);
}
