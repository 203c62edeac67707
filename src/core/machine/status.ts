import { unreachable } from "../unreachable.ts";
import type { Key, Path } from "./event.ts";
import { lookFor } from "./finish.ts";
import { approvalIn } from "./people/of-gates.ts";
import type { Frame, LeafFrame, Open, OpenGate, OpenTask, Run } from "./run.ts";
import { entries, get, some } from "./tables/table.ts";
import { isToBeSeen, isUnderWay, type OpenUse } from "./uses/uses.ts";

export type RunStatus =
  | "accepted"
  | "running"
  | "waiting"
  | "paused"
  | "completed"
  | "failed"
  | "cancelled"
  | "rolled back";

/**
 * What a run is doing, in one word. `waiting`: all that is left waits for a person, an event or a
 * long timer; nothing moves by itself.
 */
export function statusOf(run: Run): RunStatus {
  if (run.phase === "finished") return run.outcome ?? "failed";
  if (run.paused !== null) return "paused";
  if (run.frames.size <= 1 && run.work.done === 0 && run.phase === "running")
    return run.unsettled || run.seq <= 2 ? "accepted" : "running";
  return run.unsettled ? "running" : statusOfOpen(run);
}

function statusOfOpen(run: Run): "running" | "waiting" {
  return !some(run.open, isMoving) && some(run.open, isWaiting) ? "waiting" : "running";
}

function isMoving(open: Open): boolean {
  return isInFlight(open) || (open.type === "timer" && open.why === "backoff");
}

function isWaiting(open: Open): boolean {
  // What people decide on a use is a gate of its own.
  return open.type !== "use" && (open.type !== "timer" || open.why === "wait");
}

function isInFlight(open: Open): boolean {
  if (open.type === "use") return isUnderWay(open);
  return open.type === "attempt" || open.type === "report";
}

/** Pieces of work ended and expected. `done / expected` never falls, except when the graph grows. */
export function progressOf(run: Run): { readonly done: number; readonly expected: number } {
  return run.work;
}

/**
 * Something is in flight or left to decide: the stream must be folded again when the folder is opened.
 * What waits for a timer, a person or an event does not: a row of the store wakes it.
 */
export function isUnsettled(run: Run): boolean {
  if (run.unsettled && run.paused === null) return run.phase !== "finished";
  return some(run.open, isInFlight);
}

/** One thing that a run waits for. `until` is in milliseconds since 1970. */
export type Wait = {
  readonly key: Key;
  readonly path: Path;
  readonly name: string;
  readonly what:
    | {
        readonly kind: "agent";
        readonly agent: string;
        readonly attempt: number;
        readonly begun: boolean;
        readonly stopping: boolean;
        /** Resources it must hold while it is performed. */
        readonly uses: readonly string[];
      }
    | { readonly kind: "child"; readonly run: string }
    /** A tool is being used, or what it wrote is looked at again. */
    | {
        readonly kind: "use";
        readonly tool: string;
        readonly use: string;
        readonly agent: string;
        readonly writes: boolean;
        readonly verifying: boolean;
      }
    | {
        readonly kind: "backoff";
        readonly until: number;
        readonly error: string;
        readonly attempt: number;
      }
    | { readonly kind: "timer"; readonly until: number }
    | {
        readonly kind: "event";
        readonly event: string;
        readonly match: string;
        /** Names of what it must bring. */
        readonly fields: readonly string[];
        readonly until: number | null;
      }
    | {
        readonly kind: "gate";
        readonly ask: string;
        /** What would be done, in one sentence; "" is: `ask` says it. */
        readonly says: string;
        /** Why people are asked, as the rules have it; "" where none asks. */
        readonly because: string;
        readonly claimed: string | null;
        readonly digest: string;
        readonly from: readonly string[];
        readonly need: number;
        readonly votes: number;
        readonly until: number | null;
      }
    | {
        /** A person's task. */
        readonly kind: "person";
        readonly agent: string;
        /** Who may do it; empty is: anyone who may act on the run. */
        readonly to: readonly string[];
        readonly claimed: string | null;
        /** Names of what it must give; empty is: whatever is given. */
        readonly fields: readonly string[];
        readonly until: number | null;
      }
    | {
        readonly kind: "exception";
        readonly why: string;
        readonly owner: string;
        readonly error: string;
        /** The kind of the failure: `budget_exceeded`. */
        readonly failure: string;
        readonly look: string;
      }
    /** A person has it in hand; `look`: what is to be looked at first, "" where nothing is in doubt. */
    | {
        readonly kind: "held";
        readonly by: string;
        readonly why: string;
        readonly look: string;
      }
    | { readonly kind: "place" }
    | {
        readonly kind: "budget";
        readonly unit: string;
        readonly needed: number;
        readonly left: number;
        /** "step", "run", or an account of the company. */
        readonly of: string;
        readonly until: number | null;
      }
    | { readonly kind: "report"; readonly run: string };
};

/** What every open step waits for, by path; steps that only wait for their own parts are not named. */
export function waitsOf(run: Run): readonly Wait[] {
  const waits: Wait[] = [];
  for (const [key, open] of entries(run.open)) {
    const wait = waitOf(run, key, open);
    if (wait !== null) waits.push(wait);
  }
  for (const [path, frame] of entries(run.frames)) {
    if (frame.kind === "leaf" && frame.state === "ready")
      waits.push({ key: frame.born.seq, path, name: frame.step.name, what: { kind: "place" } });
  }
  return waits.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.key - b.key));
}

// oxlint-disable-next-line complexity -- a flat switch, one case for each thing that is open
function waitOf(run: Run, key: Key, open: Open): Wait | null {
  if (open.type === "report")
    return { key, path: "", name: run.workflow.name, what: { kind: "report", run: open.to.run } };
  const frame = get(run.frames, open.path);
  const wait = { key, path: open.path, name: frame?.step.name || run.workflow.name };
  switch (open.type) {
    case "attempt":
      return { ...wait, what: attemptWait(frame, open) };
    case "timer":
      return timerWait(wait, frame, open);
    case "listen": {
      const { event, match, due } = open;
      const fields = frame?.kind === "wait" ? Object.keys(frame.step.outputs.fields) : [];
      return { ...wait, what: { kind: "event", event, match, fields, until: due } };
    }
    case "gate":
      return { ...wait, what: gateWait(open) };
    case "task":
      return { ...wait, what: taskWait(frame, open) };
    case "hold":
      return { ...wait, what: heldWait(frame, open) };
    case "use":
      return isUnderWay(open) ? { ...wait, what: useWait(open) } : null;
    case "exception":
      return {
        ...wait,
        what: {
          kind: "exception",
          why: open.why,
          owner: open.owner,
          error: open.error.message,
          failure: open.error.kind,
          look: open.look,
        },
      };
    case "budget": {
      const { unit, needed, left, of, due } = open;
      return { ...wait, what: { kind: "budget", unit, needed, left, of, until: due } };
    }
    default:
      return unreachable(open);
  }
}

function heldWait(
  frame: Frame | undefined,
  { by, why }: Extract<Open, { type: "hold" }>,
): Wait["what"] {
  const isDoubtful = frame?.kind === "leaf" && isToBeSeen(frame);
  return { kind: "held", by, why, look: isDoubtful ? lookFor(frame, "unknown") : "" };
}

/** Who has changed what is asked decides it no more: the others are named, where there are any. */
function gateWait(open: OpenGate): Wait["what"] {
  const { ask, digest, from, need, evidence } = open.gate;
  const { votes: all, stage, due: until, claimed, editors } = approvalIn(open);
  const votes = all.filter((vote) => (vote.stage ?? 0) === stage).length;
  const says = evidence?.action ?? "";
  const edited =
    editors.length === 0 ? [] : [`${editors.join(" and ")} changed it, so another decides.`];
  const because = [...(evidence?.rules ?? []).map((rule) => rule.because), ...edited].join(" ");
  const others = from.filter((person) => !editors.includes(person));
  const whom = others.length === 0 ? from : others;
  return { kind: "gate", ask, says, because, claimed, digest, from: whom, need, votes, until };
}

function useWait({ tool, name, agent, effects, state }: OpenUse): Wait["what"] {
  const how = { writes: effects !== "pure", verifying: state === "verifying" };
  return { kind: "use", tool, use: name, agent, ...how };
}

function taskWait(frame: Frame | undefined, open: OpenTask): Wait["what"] {
  const { agent, to, due } = open;
  const fields = frame?.kind === "leaf" ? Object.keys(frame.step.outputs.fields) : [];
  return { kind: "person", agent, to, claimed: open.claimed?.by ?? null, fields, until: due };
}

function attemptWait(
  frame: Frame | undefined,
  open: Extract<Open, { type: "attempt" }>,
): Wait["what"] {
  const { child, agent, attempt, begun, stopping } = open;
  if (child !== null) return { kind: "child", run: child };
  const uses = frame?.kind === "leaf" && frame.step.kind === "task" ? frame.step.uses : [];
  return { kind: "agent", agent, attempt, begun, stopping, uses };
}

function timerWait(
  wait: Omit<Wait, "what">,
  frame: Frame | undefined,
  open: Extract<Open, { type: "timer" }>,
): Wait | null {
  switch (open.why) {
    case "backoff": {
      const leaf = frame as LeafFrame | undefined;
      return {
        ...wait,
        what: {
          kind: "backoff",
          until: open.due,
          error: leaf?.error?.message ?? "",
          attempt: (leaf?.attempts ?? 0) + 1,
        },
      };
    }
    case "wait":
      return { ...wait, what: { kind: "timer", until: open.due } };
    case "total":
    case "block":
    case "stalled":
      return null;
  }
}
