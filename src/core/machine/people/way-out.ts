import type { Problem } from "../../problem.ts";
import { hasEnded, resume } from "../control/control.ts";
import { type Draft, store, tell } from "../draft.ts";
import type { Key } from "../event.ts";
import { failure } from "../failure.ts";
import { complete, degrade, type Ending } from "../finish.ts";
import { accepted } from "../output.ts";
import type { Frame, LeafFrame, Run } from "../run.ts";
import { stepsOf } from "../scope.ts";
import type { Meant, Told } from "../signal.ts";
import { get } from "../tables/table.ts";
import { isUncertain, isWriting } from "../uses/uses.ts";
import { holdsGate, whereIs } from "../whereabouts.ts";
import { heardGiven, isTask } from "./person.ts";

type Of<T extends Told["type"]> = Extract<Told, { type: T }>;

/** It is tried again: an exception, a step that a person holds, or what would be tried again later. */
export function heardRetry(draft: Draft, told: Of<"retry">): Problem | null {
  const frame = leafMeant(draft, told);
  if ("code" in frame) return frame;
  const { path, exception, hold, timer, state } = frame;
  if (exception === null && hold === null && state !== "backoff")
    return conflict(`"${frame.step.name}" has not failed: there is nothing to try again.`);
  if (frame.stopping !== null) return isEnding(frame);
  const writing = stillWriting(draft.run, frame);
  if (writing !== null) return writing;
  const why = told.why ?? "";
  if (exception !== null) outOf(draft, frame, { how: "retry", why });
  else if (hold !== null && state === "calling") return stillStopping(frame);
  else if (hold !== null) tell(draft, { type: "step.released", path, key: hold, why, again: true });
  else if (timer !== null) tell(draft, { type: "timer.ended", key: timer });
  draft.queue.push(path);
  return null;
}

/** The run goes on without a step: one that waits, or one that has not begun, when its turn comes. */
export function heardSkip(draft: Draft, told: Of<"skip">): Problem | null {
  if ("path" in told) {
    const where = whereIs(draft.run, told.path);
    if (where.is === "ahead") return skipLater(draft, told, where.step);
  }
  const frame = liveMeant(draft, told);
  if ("code" in frame) return frame;
  const against = whySkipNot(frame) ?? stillWriting(draft.run, frame);
  if (against !== null) return against;
  const because = saying(`${draft.by} went on without it`, told.why);
  const error = errorOf(frame) ?? failure("optional_step_failure", because);
  outOf(draft, frame, {
    how: "skip",
    end: () => degrade(draft, frame, { error, warnings: [because], ...closingTask(frame) }),
  });
  return null;
}

function skipLater(
  draft: Draft,
  told: { readonly why: string; readonly path: string },
  step: Parameters<typeof holdsGate>[0],
): Problem | null {
  if (draft.run.phase !== "running") return isOver(draft.run, told.path);
  if (holdsGate(step)) return decidedByPeople(step.name);
  if (get(draft.run.skipping, told.path) !== undefined) return null;
  const why = saying(`${draft.by} went on without it`, told.why);
  tell(draft, { type: "step.skipping", path: told.path, why });
  return null;
}

function whySkipNot(frame: Frame): Problem | null {
  const { name } = frame.step;
  switch (frame.kind) {
    case "leaf":
      if (frame.state === "calling")
        return conflict(
          `"${name}" is being done: it cannot be left out now.`,
          "Take it from its agent first, or cancel the run.",
        );
      return isSeenTo(frame) ? null : unseen(frame, "it cannot be left out now");
    case "wait":
      return null;
    case "gate":
      return decidedByPeople(name);
    case "block":
    case "each":
    case "choose":
    case "repeat":
      return conflict(`"${name}" has begun.`, "Leave out the steps in it, one by one.");
  }
}

/** U3: a person who has it in hand, or was asked about it, looks at what it may have written. */
function isSeenTo(frame: LeafFrame): boolean {
  return !isUncertain(frame) || frame.hold !== null || frame.exception !== null;
}

function unseen({ step, state }: LeafFrame, what: string): Problem {
  return conflict(
    `"${step.name}" may have written something, and nobody has looked yet: ${what}.`,
    state === "calling"
      ? "Its agent was told to stop; when it has, a person is asked about it."
      : "Take it from its agent first, and see what was written.",
  );
}

/** A person answers in the place of the agent, or of the event. What they give is checked like any answer. */
export function heardGive(draft: Draft, told: Of<"give">): Problem | null {
  // A person's task is answered by those who may.
  const task = taskMeant(draft.run, told);
  if (task !== null) return heardGiven(draft, { ...told, key: task });
  const frame = liveMeant(draft, told);
  if ("code" in frame) return frame;
  const against = whyGiveNot(draft, frame) ?? stillWriting(draft.run, frame);
  if (against !== null) return against;
  if (frame.kind !== "leaf" && frame.kind !== "wait") return null;
  const given = "value" in told.output ? store(draft, told.output.value) : told.output;
  const taken = accepted(draft, given, frame.step.outputs);
  if ("why" in taken)
    return {
      code: "bad-input",
      message: `These are not the outputs that "${frame.step.name}" promises. ${taken.why}`,
    };
  const warnings = [saying(`Given by ${draft.by}`, told.why)];
  outOf(draft, frame, {
    how: "give",
    end: () => complete(draft, frame, { output: taken.output, warnings, ...closing(frame) }),
  });
  return null;
}

/** Whoever finds the way out of an exception goes on with the run that it paused. */
export function outOf(
  draft: Draft,
  frame: Frame,
  way: {
    readonly how: "retry" | "skip" | "give";
    readonly why?: string;
    readonly end?: () => void;
  },
): void {
  const { how, why = "", end } = way;
  const key = frame.kind === "leaf" ? frame.exception : null;
  const wasPausedBy = key !== null && draft.run.paused?.exception === key;
  const told = why === "" ? {} : { why };
  if (key !== null) tell(draft, { type: "exception.closed", key, path: frame.path, how, ...told });
  end?.();
  if (wasPausedBy) resume(draft);
}

function taskMeant(run: Run, meant: Meant): Key | null {
  if ("key" in meant) return isTask(run, meant.key) ? meant.key : null;
  const frame = get(run.frames, meant.path);
  return frame?.kind === "leaf" && frame.state === "asking" ? frame.key : null;
}

/** Nobody is to do it any more. */
function closingTask(frame: Frame): Pick<Ending, "closes"> {
  return frame.kind === "leaf" && frame.state === "asking" && frame.key !== null
    ? { closes: frame.key }
    : {};
}

/** The attempt in flight is answered by somebody else. */
function closing(frame: Frame): Pick<Ending, "closes" | "unanswered"> {
  if (frame.kind !== "leaf" || frame.state !== "calling" || frame.key === null) return {};
  return { closes: frame.key, unanswered: true };
}

function whyGiveNot({ run }: Draft, frame: Frame): Problem | null {
  const { name } = frame.step;
  switch (frame.kind) {
    case "wait":
      return null;
    case "leaf": {
      if (frame.state === "approving") return decidedByPeople(name);
      if (!isSeenTo(frame)) return unseen(frame, "its outputs cannot be given now");
      if (frame.state !== "calling" || frame.step.kind === "task") return null;
      return conflict(
        `"${name}" is done by a sub-run, which goes on.`,
        "Take the step from it first: that ends the sub-run. Then give the outputs.",
      );
    }
    case "gate":
      return decidedByPeople(name);
    case "block":
    case "each":
    case "choose":
    case "repeat":
      return conflict(
        `"${name || run.workflow.name}" consists of steps.`,
        "Give the outputs of those.",
      );
  }
}

/** The live step that is meant: by the key of its open exception, or by its path. */
function liveMeant(draft: Draft, meant: Meant): Frame | Problem {
  const { run } = draft;
  if ("key" in meant) {
    const open = get(run.open, meant.key);
    const frame = open?.type === "exception" ? get(run.frames, open.path) : undefined;
    if (frame !== undefined) return frame;
    return conflict(
      `There is no open exception ${meant.key} in ${run.id}: it was closed before, or never raised.`,
    );
  }
  const where = whereIs(run, meant.path);
  if (where.is === "live" && meant.path !== "") return where.frame;
  if (where.is === "ahead") return conflict(`"${where.step.name}" has not begun.`);
  return where.is === "over" ? isOver(run, meant.path) : noSuchStep(run, meant.path);
}

export function leafMeant(draft: Draft, meant: Meant): LeafFrame | Problem {
  const frame = liveMeant(draft, meant);
  if ("code" in frame || frame.kind === "leaf") return frame;
  return conflict(`"${frame.step.name}" is not done by an agent.`);
}

export function conflict(message: string, mend?: string): Problem {
  return { code: "conflict", message, ...(mend === undefined ? {} : { mend }) };
}

export function stillStopping(frame: LeafFrame): Problem {
  return conflict(
    `The attempt at "${frame.step.name}" was told to stop, and has not answered yet.`,
    "Try it in a moment, or give the outputs.",
  );
}

/** U3: what is being written is awaited, whoever wants what. */
function stillWriting(run: Run, frame: Frame): Problem | null {
  if (frame.kind !== "leaf" || !isWriting(run, frame)) return null;
  return conflict(
    `What "${frame.step.name}" writes is under way, and has not been answered.`,
    "Try it in a moment.",
  );
}

export function isEnding(frame: Frame): Problem {
  return conflict(
    `"${frame.step.name}" is being stopped and is not tried again.`,
    "Give its outputs where it was done; go on without it where it was not.",
  );
}

function isOver(run: Run, path: string): Problem {
  if (run.phase === "finished") return hasEnded(run);
  return conflict(`"${path}" has ended, or nothing of it begins any more.`);
}

function noSuchStep(run: Run, path: string): Problem {
  return {
    code: "not-found",
    message: `"${path}" is no step of ${run.id}.`,
    mend: `Its steps: ${stepsNamed(run)}.`,
  };
}

const STEPS_NAMED_MOST = 20;

function stepsNamed({ workflow }: Run): string {
  const paths = [...stepsOf(workflow.root)].flatMap(({ path, kind }) =>
    kind === "block" || path === "" ? [] : [path],
  );
  const more = paths.length > STEPS_NAMED_MOST ? ", …" : "";
  return `${paths.slice(0, STEPS_NAMED_MOST).join(", ")}${more}`;
}

function decidedByPeople(name: string): Problem {
  return conflict(
    `At "${name}" people decide; that is neither left out nor given.`,
    "Approve or reject it in the inbox.",
  );
}

function errorOf(frame: Frame) {
  return frame.kind === "leaf" ? frame.error : null;
}

function saying(what: string, why: string): string {
  return why === "" ? `${what}.` : `${what}: ${why}`;
}
