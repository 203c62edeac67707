import { unreachable } from "../unreachable.ts";
import { changeLeaf } from "./attempt.ts";
import type { Event } from "./event.ts";
import type { Fold, OpenTask } from "./run.ts";
import { get, remove, set } from "./table.ts";

type Of<T extends Event["type"]> = Extract<Event, { type: T }>;

type OfPeople = Extract<Event["type"], `gate.${string}` | `task.${string}` | `exception.${string}`>;

/** Fold: what people decide, take on, and are asked to look at. */
export function foldOfPeople(run: Fold, event: Of<OfPeople>): void {
  switch (event.type) {
    case "gate.voted":
      return voted(run, event);
    case "gate.escalated":
      return escalated(run, event.key);
    case "gate.closed":
      return gateClosed(run, event);
    case "task.claimed":
      return changeTask(run, event.key, { claimed: { by: event.person, at: event.at } });
    case "task.released":
      return changeTask(run, event.key, { claimed: null });
    case "task.escalated":
      return taskEscalated(run, event);
    case "exception.raised":
      return raised(run, event);
    case "exception.closed":
      return exceptionClosed(run, event);
    default:
      return unreachable(event);
  }
}

function voted(run: Fold, event: Of<"gate.voted">): void {
  const open = get(run.open, event.key);
  if (open?.type !== "gate") return;
  const { voter, allow, reason, at } = event;
  run.open = set(run.open, event.key, {
    ...open,
    votes: [...open.votes, { voter, allow, reason, at }],
  });
}

function escalated(run: Fold, key: number): void {
  const open = get(run.open, key);
  if (open?.type === "gate") run.open = set(run.open, key, { ...open, due: null });
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

function gateClosed(run: Fold, event: Of<"gate.closed">): void {
  const open = get(run.open, event.key);
  run.open = remove(run.open, event.key);
  if (open?.type !== "gate" || !event.allowed) return;
  changeLeaf(run, event.path, { state: "ready", grant: open.gate.digest, key: null });
}

function raised(run: Fold, event: Of<"exception.raised">): void {
  const { seq, path, why, error, owner, look, at, recipients } = event;
  const timer = get(run.frames, path)?.timer ?? null;
  if (timer !== null) run.open = remove(run.open, timer);
  const to = recipients === undefined ? {} : { recipients };
  run.open = set(run.open, seq, { type: "exception", path, why, error, owner, look, at, ...to });
  changeLeaf(run, path, { state: "held", timer: null, exception: seq, exceptionWhy: why });
}

function exceptionClosed(run: Fold, event: Of<"exception.closed">): void {
  run.open = remove(run.open, event.key);
  const change = { exception: null, exceptionWhy: null } as const;
  if (event.how !== "retry") return changeLeaf(run, event.path, change);
  // A person ordered it again: that is a new call, whatever became of the old one.
  const again = { state: "ready", tries: 0, call: null, doubt: false, error: null } as const;
  changeLeaf(run, event.path, { ...change, ...again });
}
