import { sayAmount } from "../../amounts.ts";
import type { Labels } from "../../governance/index.ts";
import type { Problem } from "../../problem.ts";
import { currencyOf } from "../budget/ledger.ts";
import { isShort, reservingAgain } from "../budget/reserve.ts";
import { isUndo } from "../control/undo.ts";
import { type Draft, tell } from "../draft.ts";
import type { Stored, Usage } from "../event.ts";
import { classed, failure, isCertain } from "../failure.ts";
import { complete, type Ending } from "../finish.ts";
import { accepted } from "../output.ts";
import { noRoomFor } from "../publish.ts";
import type { LeafFrame } from "../run.ts";
import type { Answer } from "../signal.ts";
import { get } from "../tables/table.ts";
import { lostUse } from "../uses/used.ts";
import { isUncertain, isWriting } from "../uses/uses.ts";
import type { OpenAttempt } from "./attempt.ts";
import { attemptTooLong } from "./time-limit.ts";

/** After this many crashes during one attempt nobody performs it again by itself. */
export const REPEATS_MOST = 20;

/** An effect was done, or not: it names the key it answers, so that an answer twice is an answer once. */
export function heardAnswer(draft: Draft, key: number, answer: Answer): Problem | null {
  const open = get(draft.run.open, key);
  if (open?.type === "report") {
    tell(draft, { type: "report.told", key });
    return null;
  }
  if (open?.type !== "attempt") return late(draft, key, answer);
  const frame = get(draft.run.frames, open.path);
  if (frame?.kind !== "leaf") return null;
  if (answer.kind === "ok") return heardOk(draft, frame, { key, open, answer });
  const doubt = inDoubt(frame, open, answer);
  const outcome = answer.kind === "failed" && open.stopping ? "stopped" : answer.kind;
  tell(draft, {
    type: "attempt.ended",
    path: open.path,
    key,
    outcome,
    error: classed(answer.error, draft.run.workflow.kinds),
    doubt,
    ...usageOf(answer),
    ...labelsOf(answer),
  });
  return null;
}

/** The time of an attempt is over. What only reads or may be repeated ends now; a begun `ask` is stopped and awaited. */
export function heardExpired(draft: Draft, key: number): Problem | null {
  const open = get(draft.run.open, key);
  if (open?.type !== "attempt" || open.stopping) return null;
  const frame = get(draft.run.frames, open.path);
  if (frame === undefined) return null;
  const error = classed(attemptTooLong(frame.step, open.agent), draft.run.workflow.kinds);
  if ((open.effects === "ask" && open.begun) || open.child !== null)
    tell(draft, { type: "attempt.stopping", key, why: error.message });
  else
    tell(draft, {
      type: "attempt.ended",
      path: open.path,
      key,
      outcome: "failed",
      error,
      doubt: open.effects === "idempotent" || (frame.kind === "leaf" && isUncertain(frame)),
      ...(open.effects === "ask" ? {} : { unanswered: true }),
    });
  return null;
}

/** It was in flight when Muster was ended. A begun `ask` may have been done: a person looks. All else is done again. */
export function heardLost(draft: Draft, key: number): Problem | null {
  const open = get(draft.run.open, key);
  if (open?.type === "use") lostUse(draft, key, open);
  if (open?.type !== "attempt" || open.child !== null) return null;
  if (open.effects === "ask" && !open.begun)
    return open.stopping ? heardAnswer(draft, key, { kind: "refused", error: NOT_BEGUN }) : null;
  if (open.effects !== "ask" && !isToStop(draft, open) && open.repeats < REPEATS_MOST) {
    const aside = reservingAgain(draft, open);
    if (!isShort(aside)) {
      tell(draft, { type: "attempt.repeated", key, ...aside });
      return null;
    }
  }
  const lost = "Muster was ended while it was being done; nobody knows how far it got.";
  const error = classed(failure("lost", lost), draft.run.workflow.kinds);
  tell(draft, {
    type: "attempt.ended",
    path: open.path,
    key,
    outcome: "unknown",
    error,
    doubt: open.effects !== "pure" || isInDoubt(draft, open),
    unanswered: true,
  });
  return null;
}

/** It was told to stop before it was begun, and whoever would have said so is gone. */
const NOT_BEGUN = failure("stopped", "It was stopped before it was begun; nothing was done.");

function isInDoubt({ run }: Draft, { path }: OpenAttempt): boolean {
  const frame = get(run.frames, path);
  return frame?.kind === "leaf" && isUncertain(frame);
}

/** Told to stop, or the run is, and the step was not told yet. */
function isToStop({ run }: Draft, { stopping, path }: OpenAttempt): boolean {
  return stopping || (run.phase === "stopping" && run.stopping?.abort === true && !isUndo(path));
}

type Ok = {
  readonly key: number;
  readonly open: OpenAttempt;
  readonly answer: Extract<Answer, { kind: "ok" }>;
};

function heardOk(draft: Draft, frame: LeafFrame, ok: Ok): Problem | null {
  const { key, open, answer } = ok;
  if (isWriting(draft.run, frame) || isUncertain(frame)) return tooSoon(draft, frame, ok);
  const taken = accepted(draft, answer.output, frame.step.outputs);
  const against = "why" in taken ? taken.why : noRoomFor(draft, frame, taken.output);
  if ("why" in taken || against !== null) {
    const kind = "why" in taken ? "invalid_output" : "context_limit";
    const wrong = failure(kind, `${open.agent}: ${against ?? ""}`);
    const error = classed(wrong, draft.run.workflow.kinds);
    tell(draft, {
      type: "attempt.ended",
      path: open.path,
      key,
      outcome: "failed",
      error,
      doubt: open.effects !== "pure" && open.child === null,
      ...usageOf(answer),
    });
    return null;
  }
  complete(draft, frame, endingOf(draft, { answer, output: taken.output, key }));
  return null;
}

/** U3: it gave its outputs while a write was under way, or is in doubt: they do not count. */
function tooSoon(draft: Draft, frame: LeafFrame, { key, open, answer }: Ok): null {
  const why = `${open.agent} answered before it was known what became of all that it wrote.`;
  const error = classed(failure("agent_failed", why), draft.run.workflow.kinds);
  const doubt = isUncertain(frame) || frame.doubt;
  const ended = { type: "attempt.ended", path: open.path, key, outcome: "failed" } as const;
  tell(draft, { ...ended, error, doubt, ...usageOf(answer) });
  return null;
}

function endingOf(
  draft: Draft,
  { answer, output, key: closes }: Pick<Ok, "answer" | "key"> & { readonly output: Stored },
): Ending {
  const { usage, cached, warnings: given = [] } = answer;
  if (cached !== undefined) return { output, closes, cached };
  const labels = labelsOf(answer);
  if (usage === undefined && given.length === 0) return { output, closes, ...labels };
  const warnings = [...given, ...foreignMoney(draft, usage)];
  const said = warnings.length === 0 ? {} : { warnings };
  return { output, closes, ...usageOf(answer), ...said, ...labels };
}

/** Amounts of two currencies are kept apart: no budget holds what was paid in another one. */
function foreignMoney({ run }: Draft, usage: Usage | undefined): readonly string[] {
  const { costMicros, currency } = usage ?? {};
  const known = costMicros === undefined || currency === undefined ? null : currencyOf(run);
  if (known === null || known === currency || currency === undefined) return [];
  return [
    `It cost ${sayAmount(currency, costMicros ?? 0)}, which no budget holds: the run's budget is in ${known}.`,
  ];
}

/**
 * Whether the call may have been done, after this answer. Reading is never in doubt. Only the agent's
 * own word that nothing was done under this call ends a doubt; a refusal, or a kind of failure that
 * means nothing was done, adds none.
 */
function inDoubt(
  frame: LeafFrame,
  open: OpenAttempt,
  answer: Exclude<Answer, { kind: "ok" }>,
): boolean {
  if (isUncertain(frame)) return true;
  if (open.effects === "pure") return false;
  if (open.child !== null) return answer.kind === "unknown";
  if (answer.kind === "unknown") return true;
  if (answer.kind === "refused") return frame.doubt;
  if (answer.certain === true) return false;
  const certain = answer.certain === undefined && isCertain(answer.error.kind);
  return certain ? frame.doubt : true;
}

/** An answer to an attempt that was closed before: its price is kept; and if a person was asked what became of it, it tells. */
function late(draft: Draft, key: number, answer: Answer): Problem | null {
  const doubt = get(draft.run.doubts, key);
  if (doubt === undefined) return null;
  tell(draft, { type: "attempt.settled", key, outcome: answer.kind, ...usageOf(answer) });
  const frame = get(draft.run.frames, doubt.path);
  if (frame?.kind !== "leaf" || answer.kind !== "ok" || !isAwaited(draft, frame, doubt.call))
    return null;
  const taken = accepted(draft, answer.output, frame.step.outputs);
  if ("why" in taken || (frame.exception === null && frame.hold === null)) return null;
  const { exception, path } = frame;
  const pausedBy = exception !== null && draft.run.paused?.exception === exception;
  if (exception !== null)
    tell(draft, { type: "exception.closed", key: exception, path, how: "answered" });
  complete(draft, frame, { output: taken.output });
  if (pausedBy) tell(draft, { type: "run.resumed" });
  return null;
}

/** A person was asked what became of this call, and it alone is in doubt. */
function isAwaited({ run }: Draft, frame: LeafFrame, call: number): boolean {
  if (frame.state !== "held" || frame.call !== call) return false;
  return !isUncertain(frame) && !isWriting(run, frame);
}

function labelsOf(answer: Answer): { labels?: Labels } {
  return "labels" in answer && answer.labels !== undefined ? { labels: answer.labels } : {};
}

function usageOf(answer: Answer): { usage?: Usage } {
  return "usage" in answer && answer.usage !== undefined ? { usage: answer.usage } : {};
}
