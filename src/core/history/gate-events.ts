import { evolveApproval, type GateOpening, newApproval } from "../approval/index.ts";
import type { Event, EventType, Key } from "../machine/index.ts";
import { get, remove, set } from "../machine/index.ts";
import { recordAt, write } from "./change.ts";
import { ESCALATIONS_KEPT_MOST, type History } from "./history.ts";
import type { GateRecord, StepRecord } from "./record.ts";

type Of<Type extends EventType> = Extract<Event, { readonly type: Type }>;

export function gateOpened(
  history: History,
  record: StepRecord,
  opening: GateOpening & { readonly seq: Key; readonly at: number },
): History {
  const gate: GateRecord = {
    key: opening.seq,
    path: record.path,
    ask: opening.ask,
    show: opening.show ?? {},
    digest: opening.digest,
    from: opening.from,
    need: opening.need,
    openedAt: opening.at,
    due: opening.due ?? null,
    escalatedTo: null,
    votes: [],
    approval: newApproval(opening),
    closed: null,
  };
  const startedAt = record.startedAt ?? opening.at;
  const after = write(history, { ...record, status: "waiting", startedAt, gate });
  return { ...after, gates: set(after.gates, gate.key, gate) };
}

function gateChanged(
  history: History,
  key: Key,
  change: (gate: GateRecord) => GateRecord,
): History {
  const gate = get(history.gates, key);
  if (!gate) return history;
  const changed = change(gate);
  const after = write(history, { ...recordAt(history, gate.path), gate: changed });
  return { ...after, gates: set(after.gates, key, changed) };
}

export function gateClosed(history: History, event: Of<"gate.closed">): History {
  const { allowed, why, at, path } = event;
  const closed = gateChanged(history, event.key, (gate) => ({
    ...gate,
    approval: evolveApproval(gate.approval, event, event),
    closed: { allowed, why, at },
  }));
  const after = write(closed, { ...recordAt(closed, path), status: "ready" });
  return { ...after, gates: remove(after.gates, event.key) };
}

export function exceptionRaised(history: History, event: Of<"exception.raised">): History {
  const { seq: key, at, path, why, owner, error, look, recipients } = event;
  const before = recordAt(history, path);
  const record = { ...before, status: "waiting", exception: key, error, hold: null } as const;
  const released =
    before.hold === null ? history : { ...history, holds: remove(history.holds, before.hold) };
  const after = write(released, { ...record, nextTryAt: null });
  const to = recipients === undefined ? {} : { recipients };
  const exceptions = set(after.exceptions, key, { key, at, path, why, owner, error, look, ...to });
  return { ...after, exceptions };
}

export function ruleActed(history: History, event: Of<"rule.acted">): History {
  const { at, path, condition, action, why, owner, recipients = [] } = event;
  if (history.escalations.length >= ESCALATIONS_KEPT_MOST) return history;
  const acted = { at, path, condition, action, why, owner, recipients };
  return { ...history, escalations: [...history.escalations, acted] };
}

export function exceptionClosed(history: History, event: Of<"exception.closed">): History {
  const after = write(history, {
    ...recordAt(history, event.path),
    status: "ready",
    exception: null,
  });
  return { ...after, exceptions: remove(after.exceptions, event.key) };
}

/** While its attempt is told to stop it is still at work. */
export function stepHeld(
  history: History,
  { seq: key, at, path, by, why }: Of<"step.held">,
): History {
  const before = recordAt(history, path);
  const status = before.attempt === null ? "waiting" : before.status;
  const after = write(history, { ...before, status, hold: key, nextTryAt: null });
  return { ...after, holds: set(after.holds, key, { key, at, path, by, why }) };
}

export function stepReleased(history: History, { path, key }: Of<"step.released">): History {
  const after = write(history, { ...recordAt(history, path), status: "ready", hold: null });
  return { ...after, holds: remove(after.holds, key) };
}

/** A step that has ended asks nobody any more, whether or not anybody has answered. */
export function nothingAwaited(
  history: History,
  { gate, task, exception, hold }: StepRecord,
): History {
  return {
    ...history,
    holds: hold === null ? history.holds : remove(history.holds, hold),
    gates: gate && !gate.closed ? remove(history.gates, gate.key) : history.gates,
    tasks: task === null ? history.tasks : remove(history.tasks, task.key),
    exceptions: exception === null ? history.exceptions : remove(history.exceptions, exception),
  };
}

type AtGate = Exclude<
  Of<Extract<EventType, `gate.${string}`>>,
  { readonly type: "gate.opened" | "gate.closed" }
>;

/** What is asked, of whom and until when, may change; so does what was said there. */
export function gateHappened(history: History, event: AtGate): History {
  return gateChanged(history, event.key, (before) => {
    const approval = evolveApproval(before.approval, event, event);
    const { gate, due, votes } = approval;
    const { ask, show = {}, digest, from, need } = gate;
    const escalatedTo = event.type === "gate.escalated" ? event.to : before.escalatedTo;
    const changed = { ask, show, digest, from, need, due, votes, escalatedTo, approval };
    return { ...before, ...changed };
  });
}
