import { attempt } from "../attempts/open-attempt.ts";
import { hasPlace } from "../attempts/places.ts";
import { backoffMs } from "../attempts/retry.ts";
import { following } from "../attempts/strategy.ts";
import { type Draft, tell } from "../draft.ts";
import type { EffectClass, Path } from "../event.ts";
import { type Failure, failure } from "../failure.ts";
import { degrade, fail, raise, stopped } from "../finish.ts";
import { causeOf, halt, ruleActsOnStep } from "../people/escalation.ts";
import type { LeafFrame } from "../run.ts";
import { get } from "../tables/table.ts";
import { isWriting } from "../uses/uses.ts";

/** Looks at a leaf as it is and tells what follows. Twice does no harm. */
export function advanceLeaf(draft: Draft, frame: LeafFrame): void {
  if (frame.stopping !== null) return stop(draft, frame);
  // What follows waits for what is being written.
  if (frame.state === "judging" && isWriting(draft.run, frame)) return;
  if (frame.state === "judging") return judge(draft, frame, frame.error ?? NO_REASON);
  if (frame.state === "ready" && frame.undoes !== null) attempt(draft, frame);
}

const NO_REASON = failure("crashed", "It ended without a reason.");

/** The wait for the next attempt is over: whether there is one is said by the limits of now. */
export function waited(draft: Draft, path: Path): void {
  const frame = get(draft.run.frames, path);
  if (frame?.kind !== "leaf") return;
  const error = frame.error ?? NO_REASON;
  const follows = following(frame, error, draft.run);
  if (frame.stopping !== null || follows === "retry" || follows === "fallback")
    draft.queue.push(path);
  else judge(draft, frame, error);
}

/** An attempt failed: the error's class and the step's strategy say what follows. */
function judge(draft: Draft, frame: LeafFrame, error: Failure): void {
  const follows = following(frame, error, draft.run);
  if (draft.run.workflow.rules !== undefined) {
    const cause = causeOf(draft, frame, follows);
    if (cause !== null && ruleActsOnStep(draft, frame, cause)) return;
  }
  switch (follows) {
    case "retry": {
      const wait = backoffMs(frame.step.retry, frame.tries, {
        seed: `${draft.run.id}/${frame.path}`,
        error,
      });
      tell(draft, { type: "timer.set", path: frame.path, due: draft.at + wait, why: "backoff" });
      return;
    }
    case "fallback":
      if (hasPlace(draft.run, frame.parent)) return attempt(draft, frame);
      tell(draft, { type: "timer.set", path: frame.path, due: draft.at, why: "backoff" });
      return;
    case "degrade":
      return degrade(draft, frame, { error });
    case "fail":
      return fail(draft, frame, error);
    case "ask":
      raise(draft, frame, { error });
      return;
    case "escalate":
      return halt(draft, frame, { error });
  }
}

/**
 * The step is to end. What only reads is dropped at once, its answer no longer waited for; a writer
 * that was begun is awaited, because it may have done its work; when people or a time limit stop it,
 * it is told to stop first. A step in doubt ends by a person.
 */
function stop(draft: Draft, frame: LeafFrame): void {
  if (isWriting(draft.run, frame)) return stopWriter(draft, frame);
  if (frame.state === "calling") return stopCall(draft, frame);
  if (frame.state === "asking" && frame.key !== null) return stopTask(draft, frame, frame.key);
  if (frame.state === "held" && frame.hold === null) {
    if (frame.doubt || frame.exceptionWhy === "unknown" || frame.exception === null) return;
    tell(draft, {
      type: "exception.closed",
      key: frame.exception,
      path: frame.path,
      how: "cancelled",
    });
    return stopped(draft, frame);
  }
  // In somebody's hand or not: what may have been done is seen to before it ends.
  if (frame.doubt) {
    const lost = failure("lost", "It was stopped while it may have been done.");
    raise(draft, undecided(draft, frame), { error: frame.error ?? lost });
    return;
  }
  stopped(draft, frame);
}

/** People who are asked about a use of it are asked no longer. */
function undecided(draft: Draft, frame: LeafFrame): LeafFrame {
  const { key, path, state } = frame;
  if (state !== "approving" || key === null) return frame;
  tell(draft, { type: "gate.closed", key, path, allowed: false, why: "The step was stopped." });
  const now = get(draft.run.frames, path);
  return now?.kind === "leaf" ? now : frame;
}

/** Its agent is told to stop, where it was told so; the write is awaited. */
function stopWriter(draft: Draft, frame: LeafFrame): void {
  const { key, stopping } = frame;
  const open = key === null ? undefined : get(draft.run.open, key);
  if (key === null || open?.type !== "attempt" || open.stopping || stopping?.abort !== true) return;
  tell(draft, { type: "attempt.stopping", key, why: stopping.why });
}

/** Nothing of a person's task is in flight; but whoever had the step before may have done it. */
function stopTask(draft: Draft, frame: LeafFrame, key: number): void {
  if (!frame.doubt) return stopped(draft, frame, { closes: key });
  const error = frame.stopping?.error ?? failure("stopped", "The step was stopped.");
  const { path } = frame;
  tell(draft, { type: "attempt.ended", path, key, outcome: "stopped", error, doubt: true });
}

function dropped({ stopping }: LeafFrame, effects: EffectClass): { unanswered?: true } {
  return effects === "pure" && stopping?.outcome === "failed" ? { unanswered: true } : {};
}

function stopCall(draft: Draft, frame: LeafFrame): void {
  const key = frame.key;
  const open = key === null ? undefined : get(draft.run.open, key);
  if (key === null || open?.type !== "attempt" || open.stopping) return;
  const untouched = open.effects === "pure" || (open.effects === "ask" && !open.begun);
  if (untouched && !frame.doubt) {
    // What was cancelled is unanswered by its nature.
    return stopped(draft, frame, { closes: key, ...dropped(frame, open.effects) });
  }
  if (frame.stopping?.abort === true)
    tell(draft, { type: "attempt.stopping", key, why: frame.stopping.why });
}
