import type { AgentNeed, Fallback, Step, Task } from "../../definition/index.ts";
import type { RunId } from "../../id.ts";
import { exceeded, isShort, reserving } from "../budget/reserve.ts";
import { undoStep } from "../control/undo.ts";
import { type Draft, tell } from "../draft.ts";
import type { Opening, TaskOpening } from "../event.ts";
import type { Asked } from "../facts.ts";
import { type Failure, failure } from "../failure.ts";
import { fail, raise } from "../finish.ts";
import { askAnew, isGranted, usesGrant, voidsGrant } from "../people/approval.ts";
import { meant } from "../people/meant.ts";
import { runOwner } from "../people/run-owner.ts";
import type { LeafFrame, Run } from "../run.ts";
import type { Position } from "../scope.ts";
import { type Choosing, chosen } from "./choice.ts";
import { following } from "./strategy.ts";

/** A leaf that has its place goes on: the next attempt, by the same agent or, when that one is through, by the fallback. */
export function attempt(draft: Draft, frame: LeafFrame): void {
  const { step } = frame;
  if (frame.uses?.unknown) return uncertain(draft, frame, frame.uses.unknown.error);
  if (!mayBegin(draft, frame)) return;
  if (
    frame.error !== null &&
    step.kind === "task" &&
    step.fallback !== null &&
    !frame.doubt &&
    following(frame, frame.error, draft.run) === "fallback"
  ) {
    return fallBack(draft, frame, { step, fallback: step.fallback });
  }
  if (frame.undoes !== null && step.kind === "workflow") {
    tell(draft, { type: "attempt.started", path: frame.path, ...undoOpening(draft.run) });
    return;
  }
  const opening = openingFor(draft, step, againBy(frame));
  // While a call is in doubt it stays what it was, whatever its agent declares by now.
  const effects = frame.doubt ? frame.effects : opening.effects;
  const spare = frame.attempts > 0 || frame.undoes !== null;
  const aside = reserving(draft, { step, frame, opening, spare });
  if (isShort(aside)) return exceeded(draft, frame, { short: aside, isFallback: false });
  tell(draft, { type: "attempt.started", path: frame.path, ...opening, effects, ...aside });
  timeLimit(draft, frame.path, step);
}

/** M8: what needs people has their grant, and uses it up. */
function mayBegin(draft: Draft, frame: LeafFrame): boolean {
  if (isGranted(draft, frame)) return usesGrant(draft, frame);
  ungranted(draft, frame);
  return false;
}

function fallBack(
  draft: Draft,
  frame: LeafFrame,
  { step, fallback }: { readonly step: Task; readonly fallback: Fallback },
): void {
  const opening = fallbackOpening(draft, frame, { step, agent: fallback.agent });
  const aside = reserving(draft, { step, frame, opening, spare: true });
  if (isShort(aside)) return exceeded(draft, frame, { short: aside, isFallback: true });
  const begun = { type: "attempt.started", path: frame.path, fallback: fallback.reason } as const;
  tell(draft, { ...begun, ...opening, ...aside });
}

/** U3: nothing is tried again while nobody knows what became of what it wrote. */
function uncertain(draft: Draft, frame: LeafFrame, error: Failure): void {
  raise(draft, frame, { error });
}

/** What a fork inherited was approved in another run: it is approved anew (M8). */
function ungranted(draft: Draft, frame: LeafFrame): void {
  const { step } = frame;
  if (frame.grant === null && step.kind === "task") return askAnew(draft, frame, step);
  if (step.kind === "task" && voidsGrant(draft, frame, step)) return;
  const error = failure("rejected", "What was approved is not what would be done now.");
  if (frame.doubt) raise(draft, frame, { error });
  else fail(draft, frame, error);
}

type FallingBack = { readonly step: Task; readonly agent: string };

/** A fallback that nobody declared is a person's task: there is somebody who owns what fails. */
function fallbackOpening(draft: Draft, frame: LeafFrame, { step, agent }: FallingBack): Opening {
  const need = { kind: "named", agent } as const;
  if (draft.facts.agents(need).length > 0)
    return openingFor(draft, step, { need, call: null, at: frame, before: null });
  return { agent, effects: "pure", task: { to: meant(draft, [runOwner(draft)]) } };
}

/** The fields of a first attempt, as they stand in `step.started`; none where it does not fit into a budget. */
export function firstOpening(
  draft: Draft,
  step: LeafFrame["step"],
  at: Position,
): { attempt?: Opening } {
  const need = needOf(step);
  const opening = openingFor(draft, step, { need, call: null, at, before: null });
  const aside = reserving(draft, { step, frame: null, opening, spare: false });
  if (aside === null) return { attempt: opening };
  return isShort(aside) ? {} : { attempt: { ...opening, ...aside } };
}

/** A sub-run that has ended is asked to undo what it did: that it does itself. */
export function undoOpening({ undo, workflow }: Pick<Run, "undo" | "workflow">): Opening {
  const child = undo?.child ?? null;
  const step = undo === null ? null : undoStep(workflow, undo.path);
  const agent = step?.kind === "workflow" ? step.workflow : "";
  return { agent, effects: "idempotent", ...(child === null ? {} : { child }) };
}

/** A sub-run has no performer to watch its time: a timer does. */
export function timeLimit(draft: Draft, path: string, step: Step): void {
  const ms = step.kind === "workflow" || step.kind === "block" ? step.timeoutMs : null;
  if (ms !== null) tell(draft, { type: "timer.set", path, due: draft.at + ms, why: "block" });
}

function needOf(step: LeafFrame["step"]): AgentNeed {
  return step.kind === "task" ? step.agent : { kind: "named", agent: step.workflow };
}

type Asking = Choosing & { readonly call: number | null };

/**
 * Whoever had it goes on; but where anybody may do it who can, and nothing of it is in doubt, another
 * takes over from one that is not well any more.
 */
function againBy(frame: LeafFrame): Asking {
  const { step, agent: before, call, fellBack } = frame;
  const need = needOf(step);
  const isFree = need.kind === "capable" && call === null && !fellBack && !frame.doubt;
  if (isFree || before === null || before === "") return { need, call, at: frame, before };
  return { need: { kind: "named", agent: before }, call, at: frame, before };
}

function openingFor(draft: Draft, step: LeafFrame["step"], ask: Asking): Opening {
  const call = ask.call === null ? {} : { call: ask.call };
  if (step.kind === "workflow") return { ...call, ...childOpening(draft, step.workflow, ask.call) };
  // Nobody is asked: what it does is in its use of the tool.
  if (step.tool !== undefined) return { ...call, agent: toolAgent(step), effects: "pure" };
  const { best, why } = chosen(draft, step, ask);
  // Nobody: the performer refuses it with a sentence, so that every refusal is an event.
  if (best === null)
    return { ...call, agent: ask.need.kind === "named" ? ask.need.agent : "", effects: "pure" };
  const { agent, digest: agentDigest, effects } = best;
  // Who takes nothing new is not given a task: the performer says why.
  if (best.person !== undefined && best.healthy) {
    const task = taskFor(draft, step, best.person);
    const because = why === null ? {} : { chosen: why };
    return { ...call, agent, agentDigest, effects: "pure", ...because, task };
  }
  if (why !== null) return { ...call, agent, agentDigest, effects, chosen: why };
  return ask.call === null
    ? { agent, agentDigest, effects }
    : { ...call, agent, agentDigest, effects };
}

function toolAgent({ agent }: Task): string {
  return agent.kind === "named" ? agent.agent : "";
}

function taskFor(draft: Draft, step: LeafFrame["step"], { to, dueMs, next }: Asked): TaskOpening {
  const ms = dueMs ?? step.timeoutMs;
  if (ms === null) return { to };
  return { to, due: draft.at + ms, ...(next.length === 0 ? {} : { dueMs: ms, next }) };
}

/** The child of a call is always the same run: asked for twice, it is attached, not started again. */
function childOpening(draft: Draft, workflow: string, call: number | null): Opening {
  const key = call ?? draft.run.seq + 1;
  const child = `wf_${draft.facts.digest(`${draft.run.id}.${key}`).slice(7, 39)}` as RunId;
  const definition = draft.facts.workflow(workflow);
  return {
    agent: workflow,
    effects: "idempotent",
    child,
    ...(definition === null ? {} : { definition }),
  };
}
