import type { Event, EventType, Key, Opening } from "../machine/index.ts";
import { get, set } from "../machine/index.ts";
import { recordAt, write } from "./change.ts";
import type { History } from "./history.ts";
import type { StepRecord, TaskRecord } from "./record.ts";

type Of<Type extends EventType> = Extract<Event, { readonly type: Type }>;

/** A person is asked: nothing is in flight, and the step waits. */
export function taskOpened(
  history: History,
  record: StepRecord,
  opening: Opening & { readonly seq: Key; readonly at: number },
): History {
  const { seq: key, agent, at, task } = opening;
  const { path, error: after } = record;
  const { to = [], due = null } = task ?? {};
  const opened: TaskRecord = { key, path, agent, to, openedAt: at, due, claimed: null, after };
  const now = write(history, { ...record, status: "waiting", attempt: null, task: opened });
  return { ...now, tasks: set(now.tasks, key, opened) };
}

export function taskClaimed(history: History, event: Of<"task.claimed">): History {
  return changed(history, event.key, { claimed: { by: event.person, at: event.at } });
}

export function taskReleased(history: History, event: Of<"task.released">): History {
  return changed(history, event.key, { claimed: null });
}

export function taskEscalated(history: History, event: Of<"task.escalated">): History {
  return changed(history, event.key, { to: event.to, due: event.due ?? null, claimed: null });
}

function changed(history: History, key: Key, change: Partial<TaskRecord>): History {
  const before = get(history.tasks, key);
  if (!before) return history;
  const task = { ...before, ...change };
  const after = write(history, { ...recordAt(history, task.path), task });
  return { ...after, tasks: set(after.tasks, key, task) };
}
