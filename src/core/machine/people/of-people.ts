import { unreachable } from "../../unreachable.ts";
import { changeLeaf } from "../attempts/attempt.ts";
import { foldFound, unshort } from "../budget/ledger.ts";
import { currentText } from "../control/moved.ts";
import type { Event } from "../event.ts";
import type { Fold, LeafFrame, OpenTask, Run } from "../run.ts";
import { get, remove, set } from "../tables/table.ts";
import { holdsGrant, writtenOnly } from "../uses/uses-closed.ts";
import { foldOfGate, isAtGate, openedGate, ungrantedAgain } from "./of-gates.ts";

type Of<T extends Event["type"]> = Extract<Event, { type: T }>;

type OfPeople =
  | Extract<Event["type"], `gate.${string}` | `task.${string}` | `exception.${string}`>
  | "step.held"
  | "step.released";

/** Fold: what people decide, take on, and are asked to look at. */
export function foldOfPeople(run: Fold, event: Of<OfPeople>): void {
  if (isAtGate(event)) return foldOfGate(run, event);
  switch (event.type) {
    case "gate.opened":
      return gateOpened(run, event);
    case "task.claimed":
      return changeTask(run, event.key, { claimed: { by: event.person, at: event.at } });
    case "task.released":
      return changeTask(run, event.key, { claimed: null });
    case "task.escalated":
      return taskEscalated(run, event);
    case "step.held":
      return held(run, event);
    case "step.released":
      return released(run, event);
    case "exception.raised":
      return raised(run, event);
    case "exception.waited":
      return waited(run, event);
    case "exception.closed":
      return exceptionClosed(run, event);
    default:
      return unreachable(event);
  }
}

function gateOpened(run: Fold, { seq, path, gate }: Of<"gate.opened">): void {
  run.open = set(run.open, seq, openedGate(path, gate));
  changeLeaf(run, path, { state: "approving", key: seq });
}

function changeTask(run: Fold, key: number, change: Partial<OpenTask>): void {
  const open = get(run.open, key);
  if (open?.type === "task") run.open = set(run.open, key, { ...open, ...change });
}

function taskEscalated(run: Fold, { key, to, due }: Of<"task.escalated">): void {
  const open = get(run.open, key);
  if (open?.type !== "task") return;
  changeTask(run, key, { to, due: due ?? null, next: open.next.slice(1), claimed: null });
}

function raised(run: Fold, event: Of<"exception.raised">): void {
  const { seq, path, why, error, owner, look, at, recipients, due, use } = event;
  const frame = get(run.frames, path);
  const timer = frame?.timer ?? null;
  if (timer !== null) run.open = remove(run.open, timer);
  // Whoever had it in hand has it no longer: the run is ended, and what may have been done is seen to.
  if (frame?.kind === "leaf" && frame.hold !== null) run.open = remove(run.open, frame.hold);
  const to = recipients === undefined ? {} : { recipients };
  const until = due === undefined ? {} : { due, ...(use === undefined ? {} : { use }) };
  const open = { type: "exception", path, why, error, owner, look, at, ...to, ...until } as const;
  run.open = set(run.open, seq, open);
  const raisedNow = { timer: null, hold: null, exception: seq, exceptionWhy: why } as const;
  changeLeaf(run, path, { state: "held", ...raisedNow });
}

function waited(run: Fold, { key, due }: Of<"exception.waited">): void {
  const open = get(run.open, key);
  if (open?.type === "exception") run.open = set(run.open, key, { ...open, due });
}

function exceptionClosed(run: Fold, event: Of<"exception.closed">): void {
  run.open = remove(run.open, event.key);
  if (event.how === "found") foldFound(run, event.path);
  else unshort(run, event.path);
  const change = { exception: null, exceptionWhy: null } as const;
  if (event.how !== "retry" && event.how !== "found") return changeLeaf(run, event.path, change);
  const frame = get(run.frames, event.path);
  if (frame?.kind !== "leaf") return;
  const again = orderedAgain(run, frame, event.seq);
  const next = event.how === "found" ? { ...again, ...whereItWas(run, frame) } : again;
  changeLeaf(run, event.path, { ...change, ...next });
}

/** Money is no order to try it more often: it goes on where there was too little, with its fallback if that was so. */
function whereItWas({ ledger }: Run, { path, tries }: LeafFrame): Partial<LeafFrame> {
  const after = ledger?.short.find((one) => one.path === path)?.after ?? null;
  return { tries, error: after };
}

/** A person ordered it again: that is a new call, whatever became of the old one, with the params and the text of now. */
function orderedAgain(run: Fold, frame: LeafFrame, seq: number): Partial<LeafFrame> {
  const fresh = { tries: 0, call: null, doubt: false, error: null } as const;
  const uses =
    frame.uses === undefined ? {} : { uses: writtenOnly(frame.uses, holdsGrant(run, frame.uses)) };
  const anew = { ...fresh, ...uses, ...ungrantedAgain(frame) };
  return { state: "ready", ...anew, born: { seq }, ...currentText(run, frame) };
}

/** What is in flight is told to stop by the event after this; a wait for the next attempt is over. */
function held(run: Fold, event: Of<"step.held">): void {
  const { seq, path, by, why, at } = event;
  const frame = get(run.frames, path);
  if (frame?.kind !== "leaf") return;
  run.open = set(run.open, seq, { type: "hold", path, by, why, at });
  if (frame.state === "calling" || frame.state === "asking")
    return changeLeaf(run, path, { hold: seq });
  if (frame.timer !== null) run.open = remove(run.open, frame.timer);
  if (frame.state === "short" && frame.key !== null) run.open = remove(run.open, frame.key);
  unshort(run, path);
  changeLeaf(run, path, { state: "held", key: null, timer: null, hold: seq });
}

/** A call that may have been done stays the same call, unless the person orders it again. */
function released(run: Fold, { seq, path, key, again }: Of<"step.released">): void {
  run.open = remove(run.open, key);
  const frame = get(run.frames, path);
  if (frame?.kind !== "leaf") return;
  const kept = { state: "ready", tries: 0, error: null } as const;
  const next = frame.doubt && again !== true ? kept : orderedAgain(run, frame, seq);
  changeLeaf(run, path, { ...next, hold: null });
}
