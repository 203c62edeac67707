import type { Cache, Task } from "../definition/index.ts";
import { usageOfRun } from "./budget/ledger.ts";
import { isUndo } from "./control/undo.ts";
import type { Call, Effect } from "./effect.ts";
import type { EffectClass, Event, EventType, Key, Parent, Usage } from "./event.ts";
import type { Open, Run } from "./run.ts";
import { entries, get } from "./tables/table.ts";
import { isLabelled } from "./uses/run-labels.ts";
import { isUnderWay, type OpenUse } from "./uses/uses.ts";

/**
 * Everything that the world still owes a run: at start, after a pause and a resume. Costs what is in
 * flight. In the order of keys.
 */
export function owed(run: Run): readonly Effect[] {
  const effects: Effect[] = [];
  const keys = [...entries(run.open)].sort(([a], [b]) => a - b);
  for (const [key, open] of keys) push(effects, run, { key, open });
  if (mayProceed(run)) effects.push({ type: "proceed" });
  return effects;
}

/**
 * The part of it that one decision made new. Law: the keys of `owed(after)` are among those of
 * `owed(before)` and `owedBy(after, events)`.
 */
export function owedBy(run: Run, events: readonly Event[]): readonly Effect[] {
  if (events.some((event) => event.type === "run.resumed")) return owed(run);
  const effects: Effect[] = [];
  const from = events[0]?.seq ?? 0;
  if (events.some((event) => event.type === "run.paused")) pushPauses(effects, run, from);
  for (const event of events) {
    const key = opens(event);
    // What this decision both opened and changed is told once, as it is now.
    if (key !== null && key !== event.seq && key >= from) continue;
    const open = key === null ? undefined : get(run.open, key);
    if (key !== null && open !== undefined) push(effects, run, { key, open });
  }
  if (mayProceed(run) && events.length > 0) effects.push({ type: "proceed" });
  return effects;
}

/** Fixed for a task: the resources it uses, in name order, with their capacities. */
const resources = new WeakMap<Task, Call["uses"]>();

const OPENING: readonly EventType[] = [
  "step.started",
  "attempt.started",
  "timer.set",
  "budget.exceeded",
  "gate.opened",
  "run.finished",
  "run.attached",
  "tool.judged",
  "exception.raised",
];
const CHANGING: readonly EventType[] = [
  "attempt.begun",
  "attempt.repeated",
  "attempt.stopping",
  "listen.refused",
  "task.escalated",
  "gate.advanced",
  "gate.edited",
  "gate.reminded",
  "gate.escalated",
  "budget.waited",
  "exception.waited",
  "tool.repeated",
  "writeback.started",
  "writeback.committed",
];

/** Under which key an event opens an effect, or makes another of it. */
function opens(event: Event): Key | null {
  if (OPENING.includes(event.type)) return event.seq;
  // A write is told with what starts it.
  if (event.type === "gate.consumed") return event.reads === true ? (event.use ?? null) : null;
  return CHANGING.includes(event.type) && "key" in event ? event.key : null;
}

function mayProceed(run: Run): boolean {
  return run.unsettled && run.paused === null && run.phase !== "finished";
}

/** When the timer under this key is due; null: none is owed. */
export function timerDue(run: Run, key: Key): number | null {
  const open = get(run.open, key);
  if (open === undefined || !("due" in open)) return null;
  // What people are asked is due by their clock, whether or not the run is paused.
  const isOfPeople = open.type === "gate" || open.type === "task";
  return isOfPeople || run.paused === null ? (open.due ?? null) : null;
}

function push(effects: Effect[], run: Run, one: { key: Key; open: Open }): void {
  const { key, open } = one;
  switch (open.type) {
    case "attempt":
      pushAttempt(effects, run, { key, open });
      return;
    case "timer":
    case "budget":
    case "gate":
    case "task":
    case "listen":
      pushWaiting(effects, run, { key, open });
      return;
    case "use":
      if (isUnderWay(open)) effects.push(useEffect(run, key, open));
      return;
    case "report":
      pushReport(effects, run, { key, to: open.to });
      return;
    case "exception":
      if (open.due !== undefined && run.paused === null)
        effects.push({ type: "timer", key, due: open.due });
      return;
    case "hold":
      return;
  }
}

function useEffect(run: Run, key: Key, use: OpenUse): Effect {
  const { path, attempt, agent, tool, effects, map, redact, preview, written } = use;
  return {
    type: "use",
    key,
    path,
    attempt,
    do: use.state === "verifying" ? "verify" : "perform",
    agent,
    tool,
    effects,
    args: use.edited === undefined ? use.args : { value: use.edited },
    map,
    idempotency: `${run.id}.${key}`,
    redact,
    preview,
    repeats: use.repeats,
    notBefore: use.notBefore ?? null,
    left: written?.after ?? null,
  };
}

function pushReport(effects: Effect[], run: Run, one: { key: Key; to: Parent }): void {
  const { outcome, result, error } = run;
  if (outcome === null) return;
  const report = {
    type: "report",
    ...one,
    outcome,
    output: result ?? { value: {} },
    error,
  } as const;
  const labels = isLabelled(run.labels) ? { labels: run.labels } : {};
  effects.push({ ...report, ...usedBy(run), ...labels });
}

/** What waits for an event, and for a time: while paused only a gate's deadline goes on. */
function pushWaiting(
  effects: Effect[],
  run: Run,
  { key, open }: { key: Key; open: Extract<Open, { readonly due: number | null }> },
): void {
  if (open.type === "listen") {
    const { event, match, after } = open;
    effects.push({ type: "listen", key, event, match, after });
  }
  if (open.due !== null && (open.type === "gate" || open.type === "task" || run.paused === null))
    effects.push({ type: "timer", key, due: open.due });
}

function pushAttempt(
  effects: Effect[],
  run: Run,
  one: { key: Key; open: Extract<Open, { type: "attempt" }> },
): void {
  const { key, open } = one;
  if (open.stopping) effects.push({ type: "abort", key });
  else if (open.child !== null && isUndo(open.path))
    effects.push({ type: "undo", key, path: open.path, child: open.child });
  else if (open.child !== null && run.paused !== null)
    effects.push({ type: "pause", key, path: open.path, child: open.child, why: run.paused.why });
  else if (open.child !== null) {
    effects.push({
      type: "child",
      key,
      path: open.path,
      child: open.child,
      definition: open.definition,
      ...(open.held === undefined ? {} : { budget: open.held.reserve }),
    });
  } else if (open.effects === "ask" && !open.begun) {
    if (run.paused === null) effects.push(callAs("prepare", run, one));
  } else effects.push(callAs("perform", run, one));
}

/** Those below that were begun before are told; of what this decision opened each is told by itself. */
function pushPauses(effects: Effect[], run: Run, before: Key): void {
  for (const [key, open] of entries(run.open))
    if (key < before && open.type === "attempt" && open.child !== null && !open.stopping)
      if (run.paused !== null && !isUndo(open.path)) pushAttempt(effects, run, { key, open });
}

function callAs(
  type: "prepare" | "perform",
  run: Run,
  { key, open }: { key: Key; open: Extract<Open, { type: "attempt" }> },
): Call & { readonly type: "prepare" | "perform" } {
  const frame = get(run.frames, open.path);
  const step = frame?.kind === "leaf" ? frame.step : null;
  return {
    type,
    key,
    call: open.call,
    path: open.path,
    attempt: open.attempt,
    agent: open.agent,
    effects: open.effects,
    timeoutMs: open.held?.withinMs ?? step?.timeoutMs ?? null,
    uses: step?.kind === "task" ? usesOf(run, step) : NOTHING,
    ...(step?.kind === "task" ? ofTask(step, open.effects) : {}),
  };
}

function ofTask({ tool, cache }: Task, effects: EffectClass): Pick<Call, "tool" | "cacheMs"> {
  if (tool !== undefined) return { tool };
  return cache === undefined ? {} : cacheOf(cache, effects);
}

function usedBy(run: Run): { usage?: Usage } {
  const usage = usageOfRun(run);
  return usage === undefined ? {} : { usage };
}

/** What an `ask` gave is used again only where its author says so: else it would be left undone. */
function cacheOf({ ttlMs, allowsAsk }: Cache, effects: EffectClass): { cacheMs?: number } {
  return effects === "ask" && !allowsAsk ? {} : { cacheMs: ttlMs };
}

const NOTHING: Call["uses"] = [];

function usesOf(run: Run, step: Task): Call["uses"] {
  if (step.uses.length === 0) return NOTHING;
  const known = resources.get(step);
  if (known !== undefined) return known;
  const made = [...step.uses]
    .sort()
    .map((resource) => ({ resource, capacity: run.workflow.resources[resource] ?? 1 }));
  resources.set(step, made);
  return made;
}
