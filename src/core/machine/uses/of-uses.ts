import { unreachable } from "../../unreachable.ts";
import { changeLeaf } from "../attempts/attempt.ts";
import { occupy, seat } from "../attempts/places.ts";
import { payCall, settle } from "../budget/ledger.ts";
import { isUndo } from "../control/undo.ts";
import type { Event, Key } from "../event.ts";
import type { Fold, LeafFrame } from "../run.ts";
import { get, remove, set } from "../tables/table.ts";
import { labelled, NOTHING_LABELLED } from "./run-labels.ts";
import type { UseBody } from "./use-event.ts";
import { type DoneUse, NO_USES, type OpenUse, useAt } from "./uses.ts";
import { foldUsesClosed } from "./uses-closed.ts";

type Of<T extends UseBody["type"]> = Extract<Event, { type: T }>;

const OF_USES: { readonly [Type in UseBody["type"]]: true } = {
  "tool.judged": true,
  "tool.finished": true,
  "tool.repeated": true,
  "data.denied": true,
  "attempt.suspended": true,
  "writeback.started": true,
  "writeback.committed": true,
  "writeback.failed": true,
  "writeback.unknown": true,
  "writeback.verified": true,
};

export function isOfUses(event: Event): event is Of<UseBody["type"]> {
  return Object.hasOwn(OF_USES, event.type);
}

/** Fold: what becomes of the uses of tools. */
export function foldOfUses(run: Fold, event: Of<UseBody["type"]>): void {
  switch (event.type) {
    case "tool.judged":
      return judged(run, event);
    case "tool.finished":
      return finished(run, event);
    case "tool.repeated":
      return repeated(run, event);
    case "attempt.suspended":
      return suspended(run, event);
    case "writeback.started":
      return started(run, event);
    case "writeback.committed":
      return committed(run, event);
    case "writeback.failed":
      return closeUse(run, event.key);
    case "writeback.unknown":
      return unknown(run, event);
    case "writeback.verified":
      return verified(run, event);
    case "data.denied":
      return;
    default:
      return unreachable(event);
  }
}

/** Fold: people have decided on a use; its agent goes on in another attempt. */
export function foldUseDecided(
  run: Fold,
  key: Key,
  by: {
    readonly gate: Key;
    readonly allowed: boolean;
    readonly voters: readonly string[];
    /** Of several, why this was not allowed: what its agent is told. */
    readonly say?: string;
  },
): void {
  const use = useAt(run, key);
  if (use === null) return;
  if (by.allowed) {
    const approval = { gate: by.gate, digest: use.action, by: by.voters };
    changeUse(run, key, { state: "granted", approval });
  } else {
    closeUse(run, key);
    const denied = by.say === undefined ? NOT_APPROVED : { denied: by.say };
    answered(run, use, { ...deniedUse(key, use), result: { value: denied } });
  }
  changeLeaf(run, use.path, { state: "ready", key: null });
}

/** What an agent is told of what people refused: why is between them. */
const NOT_APPROVED = { denied: "It was not approved." };

export function changeUse(run: Fold, key: Key, change: Partial<OpenUse>): void {
  const use = useAt(run, key);
  if (use !== null) run.open = set(run.open, key, { ...use, ...change });
}

function judged(run: Fold, event: Of<"tool.judged">): void {
  const frame = leafOf(run, event.path);
  if (frame === null) return;
  const uses = frame.uses ?? NO_USES;
  const use = useOf(frame, event);
  const counted = { ...uses, count: uses.count + 1 };
  if (event.verdict === "deny") {
    changeLeaf(run, event.path, { uses: counted });
    const result = { value: { denied: event.say ?? "It is not allowed." } };
    return answered(run, use, { ...deniedUse(event.seq, use), result });
  }
  run.open = set(run.open, event.seq, use);
  changeLeaf(run, event.path, { uses: { ...counted, open: [...uses.open, event.seq] } });
  if (use.state === "performing") payCall(run, use);
}

function useOf(frame: LeafFrame, event: Of<"tool.judged">): OpenUse {
  const { path, key: attempt, ask, name, tool, agent, level, effects, args, action, map } = event;
  return {
    type: "use",
    path,
    attempt,
    call: frame.call ?? attempt,
    ask,
    name,
    tool,
    agent,
    level,
    effects,
    args,
    action,
    map,
    redact: event.redact ?? [],
    labels: event.labels ?? NOTHING_LABELLED,
    owner: event.owner ?? "",
    verifies: event.verifies === true,
    preview: event.preview ?? null,
    precondition: event.precondition ?? null,
    state: event.verdict !== "ask" && effects === "pure" ? "performing" : "asked",
    approval: null,
    repeats: 0,
    ...(event.edited === undefined ? {} : { edited: event.edited }),
  };
}

function finished(run: Fold, event: Of<"tool.finished">): void {
  const use = useAt(run, event.key);
  closeUse(run, event.key);
  run.labels = labelled(run.labels, event.labels);
  if (use === null || event.outcome !== "ok") return;
  const result = event.result ?? { value: null };
  answered(run, use, { ...doneUse(event.key, use), outcome: "ok", wrote: false, result });
}

function repeated(run: Fold, { key, due }: Of<"tool.repeated">): void {
  const use = useAt(run, key);
  if (use !== null) changeUse(run, key, { repeats: use.repeats + 1, notBefore: due ?? null });
}

/** It was not answered, and is no failure: the next attempt is the same try of the same call. */
function suspended(run: Fold, { path, key, at }: Of<"attempt.suspended">): void {
  const frame = leafOf(run, path);
  const open = get(run.open, key);
  if (frame === null || open?.type !== "attempt") return;
  const { held } = open;
  foldUsesClosed(run, path);
  if (held !== undefined) run.doubts = set(run.doubts, key, { path, call: open.call, held });
  if (run.ledger !== null || held !== undefined) {
    const used = { kind: "used", usage: undefined, at } as const;
    settle(run, open, held === undefined ? used : { kind: "unknown" });
  }
  run.open = remove(run.open, key);
  occupy(run, frame.parent, -1);
  const now = leafOf(run, path) ?? frame;
  if (now.timer !== null) run.open = remove(run.open, now.timer);
  const uses = { ...(now.uses ?? NO_USES), count: 0 };
  const tries = Math.max(0, now.tries - 1);
  seat(run, { ...now, state: "approving", key: null, timer: null, tries, uses });
}

function started(run: Fold, { key }: Of<"writeback.started">): void {
  const use = useAt(run, key);
  changeUse(run, key, { state: "performing" });
  if (use !== null) payCall(run, use);
}

/** Looked at again, it is not over before that. */
function committed(run: Fold, event: Of<"writeback.committed">): void {
  const use = useAt(run, event.key);
  run.labels = labelled(run.labels, event.labels);
  if (use === null) return;
  const { key, result, left } = event;
  undoable(run, use, event);
  if (use.verifies) {
    const written = { result, after: left ?? null };
    changeUse(run, key, { state: "verifying", written });
    return;
  }
  closeUse(run, key);
  answered(run, use, { ...doneUse(key, use), outcome: "ok", wrote: true, result });
}

/** Remembered for a rollback, newest first, unless the step itself says how it is undone. */
function undoable(run: Fold, use: OpenUse, event: Of<"writeback.committed">): void {
  const frame = leafOf(run, use.path);
  if (event.undo === undefined || frame === null || isUndo(use.path)) return;
  if (frame.step.kind === "task" && frame.step.compensate !== null) return;
  const { path, agent } = use;
  run.undo = {
    path,
    output: null,
    child: null,
    use: { ...event.undo, agent, key: event.key },
    born: frame.born.seq,
    next: run.undo,
  };
}

/** The step is in doubt from now on. */
function unknown(run: Fold, event: Of<"writeback.unknown">): void {
  const use = useAt(run, event.key);
  closeUse(run, event.key);
  if (use !== null) doubted(run, use, event);
}

function verified(run: Fold, event: Of<"writeback.verified">): void {
  const use = useAt(run, event.key);
  closeUse(run, event.key);
  if (use?.written === undefined) return;
  const { result } = use.written;
  answered(run, use, { ...doneUse(event.key, use), outcome: "ok", wrote: true, result });
  if (event.ok) return;
  const message = event.why ?? "What was written is not there as it should be.";
  const error = { class: "permanent", kind: "unverified", message } as const;
  doubted(run, use, { key: event.key, error });
}

function doubted(
  run: Fold,
  { path, tool, owner }: OpenUse,
  { key, error }: Pick<Of<"writeback.unknown">, "key" | "error">,
): void {
  const frame = leafOf(run, path);
  if (frame === null) return;
  const uses = { ...(frame.uses ?? NO_USES), unknown: { key, tool, owner, error } };
  changeLeaf(run, path, { doubt: true, uses });
}

/** Fold: the grant of a use is used up; what only reads is performed by that. */
export function foldUseConsumed(run: Fold, key: Key): void {
  const use = useAt(run, key);
  if (use === null) return;
  const now = use.effects === "pure" ? ({ state: "performing" } as const) : {};
  const attempt = leafOf(run, use.path)?.key ?? use.attempt;
  changeUse(run, key, { approval: null, attempt, ...now });
  if (use.effects === "pure") payCall(run, use);
}

/** Fold: it is over, or is judged anew. */
export function closeUse(run: Fold, key: Key): void {
  const use = useAt(run, key);
  run.open = remove(run.open, key);
  const frame = use === null ? null : leafOf(run, use.path);
  if (frame?.uses === undefined) return;
  const open = frame.uses.open.filter((one) => one !== key);
  changeLeaf(run, frame.path, { uses: { ...frame.uses, open } });
}

function answered(run: Fold, use: OpenUse, done: DoneUse): void {
  const frame = leafOf(run, use.path);
  if (frame === null) return;
  const uses = frame.uses ?? NO_USES;
  const wrote = uses.wrote + (done.wrote ? 1 : 0);
  const now = use.edited === undefined ? done : { ...done, edited: use.edited };
  changeLeaf(run, use.path, { uses: { ...uses, wrote, done: set(uses.done, use.ask, now) } });
}

function doneUse(key: Key, { name, tool }: OpenUse): Pick<DoneUse, "key" | "name" | "tool"> {
  return { key, name, tool };
}

function deniedUse(key: Key, use: OpenUse): Omit<DoneUse, "result"> {
  return { ...doneUse(key, use), outcome: "denied", wrote: false };
}

function leafOf(run: Fold, path: string): LeafFrame | null {
  const frame = get(run.frames, path);
  return frame?.kind === "leaf" ? frame : null;
}
