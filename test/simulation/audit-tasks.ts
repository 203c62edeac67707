import type { Event, Opening } from "../../src/core/machine/index.ts";
import type { Audited } from "./audit.ts";
import type { Shell } from "./shell.ts";
import type { World } from "./world.ts";

type Task = {
  readonly path: string;
  to: readonly string[];
  due: number | null;
  next: readonly (readonly string[])[];
  claimed: string | null;
};

type Of<T extends Event["type"]> = Extract<Event, { type: T }>;

/** People's tasks, read off the log without the machine: nobody performs them, one who may does them, once. */
export function auditTasks(world: World, shell: Shell, audited: Audited): void {
  const tasks = new Map<number, Task>();
  for (const event of shell.stored(audited.run)) {
    const tell = (what: string): void => audited.tell("person", `at ${event.seq}: ${what}`);
    look(tasks, event, tell);
    note(tasks, event);
  }
  for (const deed of world.deeds)
    if (deed.run === audited.run && (deed.agent === "lawyer" || deed.agent === "notary"))
      audited.tell("person", `${deed.path} was performed, and it is a task for ${deed.agent}`);
}

/** Asked before the event is noted. */
function look(tasks: ReadonlyMap<number, Task>, event: Event, tell: (what: string) => void): void {
  switch (event.type) {
    case "task.claimed": {
      const task = tasks.get(event.key);
      if (task === undefined) return tell(`${event.person} claims ${event.key}, which is not open`);
      if (task.claimed !== null) tell(`${event.person} claims what ${task.claimed} has`);
      if (!isMeant(task, event.person)) tell(`${event.person} claims ${task.path} and may not`);
      return;
    }
    case "task.escalated": {
      const task = tasks.get(event.key);
      if (task?.due === undefined || task.due === null || event.at < task.due)
        tell(`task ${event.key} is handed on before its time has passed`);
      return;
    }
    case "attempt.ended": {
      const task = tasks.get(event.key);
      if (task === undefined || event.error.kind !== "timeout") return;
      if (task.next.length > 0) tell(`${task.path} is given up, and others could be asked`);
      if (task.due === null || event.at < task.due) tell(`${task.path} is given up too early`);
      return;
    }
    case "step.finished":
      return lookAtAnswer(tasks, event, tell);
    default:
      return;
  }
}

function lookAtAnswer(
  tasks: ReadonlyMap<number, Task>,
  event: Of<"step.finished">,
  tell: (what: string) => void,
): void {
  const task = event.closes === undefined ? undefined : tasks.get(event.closes);
  if (task === undefined || event.outcome !== "completed") return;
  const { by } = event;
  if (!isMeant(task, by)) tell(`${by} answers ${task.path} and may not`);
  if (task.claimed !== null && task.claimed !== by)
    tell(`${by} answers ${task.path}, which ${task.claimed} has claimed`);
}

function isMeant({ to }: Task, person: string): boolean {
  return to.length === 0 || to.includes(person);
}

function note(tasks: Map<number, Task>, event: Event): void {
  const opening = openingIn(event);
  if (opening?.task !== undefined && "path" in event) {
    const { to, due = null, next = [] } = opening.task;
    tasks.set(event.seq, { path: event.path, to, due, next, claimed: null });
  }
  if (event.type === "task.claimed") change(tasks, event.key, { claimed: event.person });
  if (event.type === "task.released") change(tasks, event.key, { claimed: null });
  if (event.type === "task.escalated") {
    const next = tasks.get(event.key)?.next.slice(1) ?? [];
    change(tasks, event.key, { to: event.to, due: event.due ?? null, next, claimed: null });
  }
  if (event.type === "attempt.ended") tasks.delete(event.key);
  if (event.type === "step.finished" && event.closes !== undefined) tasks.delete(event.closes);
}

function change(tasks: Map<number, Task>, key: number, to: Partial<Task>): void {
  const task = tasks.get(key);
  if (task !== undefined) Object.assign(task, to);
}

function openingIn(event: Event): Opening | undefined {
  if (event.type === "attempt.started") return event;
  return event.type === "step.started" ? event.attempt : undefined;
}
