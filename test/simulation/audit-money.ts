import { type Amounts, amountOf } from "../../src/core/amounts.ts";
import type { Step, Workflow } from "../../src/core/definition/index.ts";
import { type Event, type Reserving, stepsOf } from "../../src/core/machine/index.ts";
import type { Audited } from "./audit.ts";
import { bare, isUndo } from "./book.ts";
import type { Shell } from "./shell.ts";
import type { World } from "./world.ts";

/** What is set aside for one attempt. */
type Hold = {
  readonly path: string;
  readonly amount: number;
  readonly spare: boolean;
  /** An `ask` that was not begun: nobody was asked yet. */
  isUnbegun: boolean;
};

/** Tokens as an auditor counts them, without asking the machine. */
type Purse = {
  readonly workflow: Workflow;
  readonly steps: ReadonlyMap<string, Step>;
  readonly tell: Audited["tell"];
  /** Null: nothing limits the run. */
  limit: number | null;
  spent: number;
  spare: number;
  readonly held: Map<number, Hold>;
  /** Ended, and nobody knows what was used: by key, and those whose first performance was lost. */
  readonly doubts: Map<number, Hold>;
  lost: number;
  readonly usedBy: Map<string, number>;
  readonly raisedFor: Map<string, number>;
};

const UNIT = "tokens";
/** Who ends so has no chance to say what it used. */
const SILENT = new Set([
  "crashed",
  "lost",
  "timeout",
  "memory_limit",
  "output_limit",
  "invalid_answer",
]);

/** M11: what was really used is spent or set aside, and what is set aside fits; whatever came late, twice or never. */
export function auditMoney(world: World, shell: Shell, { run: id, tell }: Audited): void {
  const events = shell.stored(id);
  const [first] = events;
  const workflow =
    first?.type === "run.accepted" ? world.definitions.get(first.definition) : undefined;
  const live = shell.look(id);
  if (workflow === undefined || live === null || first?.type !== "run.accepted") return;
  const purse = openPurse(workflow, first.budget, tell);
  for (const event of events) note(purse, event);
  const held = sumOf(purse.held.values());
  const unknown = sumOf(purse.doubts.values()) + purse.lost;
  const { ledger } = live;
  const told = (part: "spent" | "reserved" | "unknown"): number => amountOf(ledger?.[part], UNIT);
  if (told("spent") !== purse.spent) tell("M11", `spent ${purse.spent} and says ${told("spent")}`);
  if (told("reserved") !== held) tell("M11", `holds ${held} and says ${told("reserved")}`);
  if (told("unknown") !== unknown) tell("M11", `doubts ${unknown} and says ${told("unknown")}`);
  if (live.phase === "finished" && held > 0) tell("M11", `has ended and holds ${held}`);
  const deeds = world.deeds.filter((deed) => deed.run === id);
  const real = deeds.reduce((sum, deed) => sum + deed.tokens, 0);
  if (real > purse.spent + held + unknown)
    tell("M11", `has really used ${real}, and knows of ${purse.spent + held + unknown}`);
}

function openPurse(workflow: Workflow, granted: Amounts | undefined, tell: Audited["tell"]): Purse {
  const limits = [workflow.budget?.total[UNIT], granted?.[UNIT]].filter((one) => one !== undefined);
  const steps = new Map<string, Step>();
  for (const step of stepsOf(workflow.root)) steps.set(step.path, step);
  return {
    workflow,
    steps,
    tell,
    limit: limits.length === 0 ? null : Math.min(...limits),
    spent: 0,
    spare: 0,
    held: new Map(),
    doubts: new Map(),
    lost: 0,
    usedBy: new Map(),
    raisedFor: new Map(),
  };
}

function sumOf(holds: Iterable<Hold>): number {
  return [...holds].reduce((sum, { amount }) => sum + amount, 0);
}

function note(purse: Purse, event: Event): void {
  switch (event.type) {
    case "step.started":
      return event.attempt === undefined ? undefined : hold(purse, event, event.attempt);
    case "attempt.started":
      return hold(purse, event, event);
    case "attempt.begun": {
      const held = purse.held.get(event.key);
      if (held !== undefined) held.isUnbegun = false;
      return;
    }
    case "attempt.repeated":
      return again(purse, event);
    case "step.finished":
      if (event.closes === undefined) return;
      return event.outcome === "cancelled" || event.unanswered === true
        ? doubt(purse, event.closes)
        : settle(purse, event.closes, event.usage?.tokens ?? 0);
    case "attempt.ended": {
      const { usage, outcome, key, error } = event;
      const isSilent = usage === undefined && SILENT.has(error.kind);
      if (outcome === "refused") return settle(purse, key, 0);
      if (event.unanswered === true || outcome === "unknown" || isSilent) return doubt(purse, key);
      return settle(purse, key, usage?.tokens ?? 0);
    }
    case "attempt.suspended":
      return doubt(purse, event.key);
    case "attempt.settled":
      return settledLate(purse, event);
    case "budget.raised": {
      const by = amountOf(event.amounts, UNIT);
      if (event.step !== undefined)
        purse.raisedFor.set(event.step, (purse.raisedFor.get(event.step) ?? 0) + by);
      else if (purse.limit !== null) purse.limit += by;
      return;
    }
    default:
      return;
  }
}

/** What is set aside fits into the run's limit, less what is kept back, and into the step's own. */
function hold(
  purse: Purse,
  { seq, path }: { readonly seq: number; readonly path: string },
  by: Reserving & { readonly task?: unknown; readonly effects: string },
): void {
  const amount = amountOf(by.reserve, UNIT);
  const spare = by.spare === true;
  // A person's task uses nothing up, however much others used before it.
  const isTask = by.task !== undefined;
  if (!isTask) checkFits(purse, path, { amount, spare });
  const most = isUndo(path) || isTask ? undefined : budgetOf(purse, path);
  const used = purse.usedBy.get(path) ?? 0;
  if (most !== undefined && amount > most + (purse.raisedFor.get(path) ?? 0) - used)
    purse.tell("M11", `${path} sets ${amount} aside, used ${used}, and may use ${most}`);
  purse.held.set(seq, { path, amount, spare, isUnbegun: by.effects === "ask" });
  if (spare) purse.spare += amount;
}

function checkFits(
  purse: Purse,
  path: string,
  { amount, spare }: { readonly amount: number; readonly spare: boolean },
): void {
  if (purse.limit === null) return;
  const kept = amountOf(purse.workflow.budget?.reserved, UNIT) - purse.spare;
  const used = purse.spent + purse.lost + sumOf(purse.held.values()) + sumOf(purse.doubts.values());
  const left = purse.limit - used - (spare ? 0 : Math.max(0, kept));
  if (left <= 0 || amount > left)
    purse.tell("M11", `${path} begins with ${amount} set aside, and ${left} are left`);
}

function budgetOf({ steps }: Purse, path: string): number | undefined {
  const step = steps.get(bare(path));
  return step?.kind === "task" || step?.kind === "workflow" ? step.budget?.most[UNIT] : undefined;
}

/** What the first performance used nobody will say; the second has as much set aside. */
function again(purse: Purse, event: Reserving & { readonly key: number }): void {
  const before = purse.held.get(event.key);
  if (before === undefined) return;
  const amount = amountOf(event.reserve, UNIT);
  if (amount !== before.amount)
    purse.tell("M11", `${before.path} is repeated with ${amount} set aside, not ${before.amount}`);
  // Let begin while something was left, it sets nothing aside this time either.
  if (amount > 0) checkFits(purse, before.path, { amount, spare: true });
  purse.lost += before.amount;
  if (amount > 0) purse.spare += amount;
  purse.held.set(event.key, { ...before, amount, spare: true });
}

function settle(purse: Purse, key: number, tokens: number): void {
  const before = purse.held.get(key);
  purse.held.delete(key);
  paid(purse, before, tokens);
}

function paid(purse: Purse, before: Hold | undefined, tokens: number): void {
  purse.spent += tokens;
  if (before === undefined) return;
  if (before.spare) purse.spare += tokens - before.amount;
  purse.usedBy.set(before.path, (purse.usedBy.get(before.path) ?? 0) + tokens);
}

function doubt(purse: Purse, key: number): void {
  const before = purse.held.get(key);
  if (before?.isUnbegun === true) return settle(purse, key, 0);
  purse.held.delete(key);
  if (before !== undefined) purse.doubts.set(key, before);
}

function settledLate(purse: Purse, event: Extract<Event, { type: "attempt.settled" }>): void {
  const { key, outcome, usage } = event;
  const before = purse.doubts.get(key);
  if (before === undefined || outcome === "unknown") return;
  if (outcome === "failed" && usage === undefined) return;
  purse.doubts.delete(key);
  paid(purse, before, outcome === "refused" ? 0 : (usage?.tokens ?? 0));
}
