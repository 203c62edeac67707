import type { Problem } from "../problem.ts";
import { unreachable } from "../unreachable.ts";
import { heardAnswer, heardExpired, heardLost } from "./attempts/answer.ts";
import { heardDeny, heardRaise } from "./budget/raise.ts";
import { lookAgain } from "./budget/reserve.ts";
import { heardAmend } from "./control/amend.ts";
import { heardControl, heardUndo, resume } from "./control/control.ts";
import { forked } from "./control/fork.ts";
import { heardInform, keptAs } from "./control/inform.ts";
import { heardMove } from "./control/move.ts";
import { endsLate, ruleForLate, runTookTooLong, tookTooLong } from "./control/too-long.ts";
import { lookForStall } from "./control/watch.ts";
import { type Draft, store, tell } from "./draft.ts";
import { failure } from "./failure.ts";
import { complete } from "./finish.ts";
import { accepted } from "./output.ts";
import { gateDue, heardAtGate, isGate } from "./people/gate.ts";
import { lookAtCondition, lookAtConditions } from "./people/on-condition.ts";
import { heardOfTask, taskDue } from "./people/person.ts";
import { heardHandback, heardTake } from "./people/take.ts";
import { heardGive, heardRetry, heardSkip } from "./people/way-out.ts";
import { MACHINE_VERSION, type Open } from "./run.ts";
import type { Told } from "./signal.ts";
import { waited } from "./steps/leaf.ts";
import { get } from "./tables/table.ts";
import { isLabelled } from "./uses/run-labels.ts";
import { heardUse } from "./uses/use.ts";
import { heardUsed, heardVerified } from "./uses/used.ts";

/** What a signal says happened. Null, and perhaps no event, when it was taken; else why it is refused. */
// oxlint-disable-next-line complexity -- a flat switch, one case for each kind of signal
export function hear(draft: Draft, told: Told): Problem | null {
  const { run } = draft;
  if (told.type === "start") return heardStart(draft, told);
  if (run.phase === "absent") return { code: "not-found", message: `There is no run ${run.id}.` };
  // oxlint-disable-next-line switch-exhaustiveness-check -- the others are those of heardSteering
  switch (told.type) {
    case "answer":
      return heardAnswer(draft, told.key, told.outcome);
    case "begin":
      return heardBegin(draft, told.key);
    case "use":
    case "uses":
      return heardUse(draft, told);
    case "used":
      return heardUsed(draft, told);
    case "verified":
      return heardVerified(draft, told);
    case "lost":
      return heardLost(draft, told.key);
    case "expired":
      return heardExpired(draft, told.key);
    case "fired":
      return heardFired(draft, told.key);
    case "arrived":
      return heardArrived(draft, told);
    case "proceed":
      return null;
    case "vote":
    case "override":
    case "edit":
    case "ask":
    case "reply":
    case "view":
      return heardAtGate(draft, told);
    case "claim":
    case "release":
      return isGate(draft, told.key) ? heardAtGate(draft, told) : heardOfTask(draft, told);
    case "decline":
      return heardOfTask(draft, told);
    case "pause":
    case "resume":
    case "cancel":
      return heardControl(draft, told);
    case "undo":
      return heardUndo(draft, told);
    case "inform":
      return heardOfCase(draft, told);
    default:
      return heardSteering(draft, told);
  }
}

/** What was allowed on a condition of its case may go on. */
function heardOfCase(draft: Draft, told: Extract<Told, { type: "inform" }>): null {
  heardInform(draft, told);
  lookAtConditions(draft);
  return null;
}

type Steering =
  | "retry"
  | "skip"
  | "give"
  | "take"
  | "handback"
  | "amend"
  | "move"
  | "deny"
  | "raise";

/** What people say about a step, or about what the run may use. */
function heardSteering(draft: Draft, told: Extract<Told, { type: Steering }>): Problem | null {
  switch (told.type) {
    case "retry":
      return heardRetry(draft, told);
    case "skip":
      return heardSkip(draft, told);
    case "give":
      return heardGive(draft, told);
    case "take":
      return heardTake(draft, told);
    case "handback":
      return heardHandback(draft, told);
    case "amend":
      return heardAmend(draft, told);
    case "move":
      return heardMove(draft, told);
    case "deny":
      return heardDeny(draft, told);
    case "raise":
      return heardRaise(draft, told);
    default:
      return unreachable(told);
  }
}

/** What only some runs are started with. */
function besideParams({
  origin,
  settings,
  bound,
  budget,
  subject,
}: Extract<Told, { type: "start" }>) {
  return {
    ...(origin === undefined ? {} : { origin }),
    ...(settings === undefined ? {} : { settings }),
    ...(bound === undefined ? {} : { bound }),
    ...(budget === undefined ? {} : { budget }),
    ...(subject === undefined ? {} : { subject }),
  };
}

function heardStart(draft: Draft, told: Extract<Told, { type: "start" }>): Problem | null {
  const { run } = draft;
  const { definition, params, parent, from: fork } = told;
  if (run.phase === "absent") {
    const { name, version, limits } = run.workflow;
    tell(draft, {
      type: "run.accepted",
      run: run.id,
      definition,
      workflow: name,
      version,
      params,
      ...besideParams(told),
      ...pinnedTo(draft, told),
      parent,
      machine: MACHINE_VERSION,
    });
    draft.queue.push("");
    if (fork !== undefined) forked(draft, fork);
    if (limits.totalTimeoutMs !== null)
      tell(draft, {
        type: "timer.set",
        path: "",
        due: draft.at + limits.totalTimeoutMs,
        why: "total",
      });
    return null;
  }
  if (parent === null) return null;
  if (parent.key > (run.parent?.key ?? 0)) tell(draft, { type: "run.attached", parent });
  // The run above goes on, and asks for it again.
  if (run.paused?.above === true) resume(draft, `${parent.run}, which it is a part of, goes on.`);
  return null;
}

function pinnedTo(
  draft: Draft,
  { map, case: of, known, labels }: Extract<Told, { type: "start" }>,
) {
  return {
    ...(known === undefined ? {} : { known: keptAs(draft, known) }),
    ...(map === undefined ? {} : { map }),
    ...(of === undefined ? {} : { case: of }),
    ...(labels === undefined || !isLabelled(labels) ? {} : { labels }),
  };
}

/** Performed only after the event; a run that is paused or stopping lets nothing begin, and the shell forgets that it asked. */
function heardBegin(draft: Draft, key: number): Problem | null {
  const open = get(draft.run.open, key);
  if (
    open?.type !== "attempt" ||
    open.begun ||
    open.stopping ||
    open.effects !== "ask" ||
    draft.run.paused !== null
  )
    return null;
  tell(draft, { type: "attempt.begun", key });
  return null;
}

function heardFired(draft: Draft, key: number): Problem | null {
  const open = get(draft.run.open, key);
  // No timer runs, or none any more: a deadline that was escalated has passed once.
  if (open === undefined || !("due" in open) || open.due == null) return null;
  // It was on its way while a pause moved its moment.
  if (draft.at < open.due) return null;
  if (open.type === "gate") gateDue(draft, key, open);
  else if (open.type === "task") taskDue(draft, key, open);
  // While paused no timer is owed; on resume its due has moved.
  else if (draft.run.paused !== null) return null;
  else if (open.type === "timer") timerDue(draft, key, open);
  else if (open.type === "budget") lookAgain(draft, key);
  else if (open.type === "exception") lookAtCondition(draft, key);
  else listenDue(draft, key, open);
  return null;
}

function timerDue(draft: Draft, key: number, open: Extract<Open, { type: "timer" }>): void {
  const frame = get(draft.run.frames, open.path);
  switch (open.why) {
    case "backoff":
      tell(draft, { type: "timer.ended", key });
      return waited(draft, open.path);
    case "wait":
      if (frame !== undefined) complete(draft, frame);
      return;
    case "block":
      tell(draft, { type: "timer.ended", key });
      if (frame?.kind === "leaf" && frame.key !== null) heardExpired(draft, frame.key);
      else if (frame !== undefined) tookTooLong(draft, frame);
      return;
    case "total":
      tell(draft, { type: "timer.ended", key });
      return runTookTooLong(draft);
    case "stalled":
      lookForStall(draft, key);
  }
}

function listenDue(draft: Draft, key: number, open: Extract<Open, { type: "listen" }>): void {
  const frame = get(draft.run.frames, open.path);
  if (frame === undefined) return;
  const what = `No event "${open.event}" came for "${frame.step.name}" in time.`;
  const error = failure("timeout", what);
  const action = ruleForLate(draft, open.path, { key, error });
  if (action !== "pause_workflow") endsLate(action)(draft, frame, error);
}

function heardArrived(draft: Draft, told: Extract<Told, { type: "arrived" }>): Problem | null {
  const { key, position } = told;
  const open = get(draft.run.open, key);
  if (open?.type !== "listen" || (position ?? Infinity) <= open.after) return null;
  const frame = get(draft.run.frames, open.path);
  if (frame?.kind !== "wait") return null;
  const taken = accepted(draft, store(draft, told.payload), frame.step.outputs);
  if ("why" in taken) {
    const why = `The event "${open.event}" is not what "${frame.step.name}" waits for. ${taken.why}`;
    if (position === undefined) return { code: "bad-input", message: why };
    tell(draft, { type: "listen.refused", path: open.path, key, position, why });
    return null;
  }
  const from = position === undefined ? {} : { position };
  tell(draft, { type: "listen.ended", key, payload: {}, source: told.source, ...from });
  complete(draft, frame, { output: taken.output });
  return null;
}
