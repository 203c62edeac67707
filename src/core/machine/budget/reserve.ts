import { type Amounts, amountOf, NO_AMOUNTS, plus, sayAmount } from "../../amounts.ts";
import { type OnExceeded, type StepBudget, sayDuration } from "../../definition/index.ts";
import type { OpenAttempt } from "../attempts/attempt.ts";
import { type Draft, tell } from "../draft.ts";
import type { Opening, Reserving } from "../event.ts";
import type { Account } from "../facts.ts";
import { type Failure, failure } from "../failure.ts";
import { raise } from "../finish.ts";
import type { LeafFrame, Run } from "../run.ts";
import { get } from "../tables/table.ts";
import { NEW_LEDGER, NEW_STEP_MONEY, unitOf } from "./ledger.ts";

/** M11: what an attempt sets aside, or of what too little is left. */
export type Shortfall = {
  readonly need: Amounts;
  readonly unit: string;
  readonly left: number;
  /** "step", "run", or an account of the company. */
  readonly of: string;
  readonly spare: boolean;
};

type Asked = {
  readonly step: LeafFrame["step"];
  /** null: its first attempt. */
  readonly frame: LeafFrame | null;
  readonly opening: Opening;
  /** A retry, a repeat, a fallback or a compensation: it may use what is kept back for those. */
  readonly spare: boolean;
};

const NO_ACCOUNTS: readonly Account[] = [];

/**
 * What is set aside for an attempt: what its agent says one attempt uses; else all that the step may
 * still use; else what attempts of its agent used before; else one call, and as long as anything is left.
 *
 * @returns null where nothing limits it
 */
export function reserving(draft: Draft, asked: Asked): Reserving | Shortfall | null {
  const { step, frame, spare } = asked;
  const { run } = draft;
  const { budget } = step;
  // A person's task uses nothing up.
  if (asked.opening.task !== undefined) return null;
  const accounts = accountsFor(draft, step);
  const isLimited = budget !== undefined || hasLimits(run) || accounts.length > 0;
  if (!isLimited) return null;
  const need = needOf(draft, asked, accounts);
  const short = shortOf(draft, { need, spare, budget, frame, accounts });
  if (short !== null) return short;
  const claims = accounts.map(({ name }) => name);
  const within = withinMs(budget, frame, step.timeoutMs);
  return {
    ...(Object.keys(need).length === 0 ? {} : { reserve: need }),
    ...(spare ? { spare } : {}),
    ...(claims.length === 0 ? {} : { claims }),
    ...(within === null ? {} : { withinMs: within }),
  };
}

export function isShort(one: Reserving | Shortfall | null): one is Shortfall {
  return one !== null && "left" in one;
}

/** The same again for a repeat after a crash; null where the attempt has nothing set aside. */
export function reservingAgain(draft: Draft, open: OpenAttempt): Reserving | Shortfall | null {
  const { held, path } = open;
  const frame = get(draft.run.frames, path);
  if (held === undefined || frame?.kind !== "leaf") return null;
  const need = held.reserve;
  const accounts = accountsFor(draft, frame.step);
  const spare = true;
  const short = shortOf(draft, { need, spare, budget: undefined, frame, accounts });
  if (short !== null) return short;
  const claims = accounts.map(({ name }) => name);
  const { withinMs: within } = held;
  return {
    reserve: need,
    spare,
    ...(claims.length === 0 ? {} : { claims }),
    ...(within === undefined ? {} : { withinMs: within }),
  };
}

/** It does not fit: it fails, waits, or a person is asked. What is in doubt is a person's in any case. */
export function exceeded(
  draft: Draft,
  frame: LeafFrame,
  how: { readonly short: Shortfall; readonly isFallback: boolean },
): void {
  const { short, isFallback } = how;
  const { need, unit, left, of, spare } = short;
  const follows = followsOf(draft.run, frame);
  const error = failureOf(frame, short);
  tell(draft, {
    type: "budget.exceeded",
    path: frame.path,
    need,
    unit,
    left,
    of,
    follows,
    error,
    ...(spare ? { spare } : {}),
    ...(isFallback && follows !== "wait" ? { fallback: true as const } : {}),
    ...(follows === "wait" && isOfCompany(of) ? { due: draft.at + LOOK_MS_LEAST } : {}),
  });
  const now = get(draft.run.frames, frame.path);
  if (follows === "ask" && now?.kind === "leaf") raise(draft, now, { error, look: LOOK });
}

const LOOK =
  "It goes on by itself when the budget is raised; or deny it, and it fails; or go on without it.";

/** Where nobody tells that money came back it is looked at again: after half a minute, later after an hour. */
const LOOK_MS_LEAST = 30_000;
const LOOK_MS_MOST = 3_600_000;

/** Those that wait for money, or for a person because of it, go on in their order as soon as they fit. */
export function letGoOn(draft: Draft): void {
  const short = draft.run.ledger?.short ?? [];
  // Those that were let go on and have no place yet have their money too.
  const ahead = short.reduce((sum, one) => (one.found ? plus(sum, one.need) : sum), NO_AMOUNTS);
  for (const one of short) if (!one.found && goesOn(draft, one, ahead)) return;
  draft.isFreed = false;
}

type Waiting = { readonly path: string; readonly need: Amounts; readonly spare: boolean };

/** @returns whether something was told of it */
function goesOn(draft: Draft, { path, need, spare }: Waiting, ahead: Amounts): boolean {
  const frame = get(draft.run.frames, path);
  if (frame?.kind !== "leaf" || frame.stopping !== null) return false;
  const accounts = accountsFor(draft, frame.step);
  const { budget } = frame.step;
  const short = shortOf(draft, { need, spare, budget, frame, accounts, ahead });
  if (short === null) return found(draft, frame);
  if (!isAnother(draft, frame, short)) return false;
  exceeded(draft, frame, { short, isFallback: false });
  return true;
}

function found(draft: Draft, { path, state, key, exception }: LeafFrame): boolean {
  if (state === "short" && key !== null) tell(draft, { type: "budget.found", path, key });
  else if (exception !== null) {
    const pausedBy = draft.run.paused?.exception === exception;
    tell(draft, { type: "exception.closed", key: exception, path, how: "found" });
    if (pausedBy) tell(draft, { type: "run.resumed" });
  } else return false;
  return true;
}

/** It waits for another limit than before: people who raise that one would wait in vain. */
function isAnother(draft: Draft, frame: LeafFrame, { unit, of }: Shortfall): boolean {
  const open =
    frame.state === "short" && frame.key !== null ? get(draft.run.open, frame.key) : null;
  return open?.type === "budget" && (open.unit !== unit || open.of !== of);
}

/** The moment to look again has come. */
export function lookAgain(draft: Draft, key: number): void {
  const open = get(draft.run.open, key);
  if (open?.type !== "budget") return;
  draft.isFreed = true;
  const grown = Math.min(Math.max(draft.at - open.since, LOOK_MS_LEAST), LOOK_MS_MOST);
  tell(draft, { type: "budget.waited", path: open.path, key, due: draft.at + grown });
}

function followsOf({ workflow }: Run, frame: LeafFrame): OnExceeded {
  if (frame.doubt) return "refuse";
  // What is to be undone is never left out because of money.
  if (frame.undoes !== null) return "ask";
  return frame.step.budget?.onExceeded ?? workflow.budget?.onExceeded ?? "refuse";
}

function hasLimits({ workflow, ledger }: Run): boolean {
  return workflow.budget !== undefined || ledger?.granted !== undefined;
}

/** A sub-run claims for its own attempts. */
function accountsFor(draft: Draft, step: LeafFrame["step"]): readonly Account[] {
  return step.kind === "workflow" ? NO_ACCOUNTS : (draft.facts.accounts?.(draft.at) ?? NO_ACCOUNTS);
}

function isOfCompany(of: string): boolean {
  return of !== "step" && of !== "run";
}

function needOf(
  draft: Draft,
  { step, frame, opening: { agent } }: Asked,
  accounts: readonly Account[],
): Amounts {
  const { workflow, ledger } = draft.run;
  const most = step.budget?.most ?? NO_AMOUNTS;
  const units = new Set([
    ...Object.keys(most),
    ...Object.keys(workflow.budget?.total ?? NO_AMOUNTS),
    ...Object.keys(ledger?.granted ?? NO_AMOUNTS),
    ...accounts.map(({ unit }) => unit),
  ]);
  if (units.size === 0) return NO_AMOUNTS;
  const { said, learned } = step.kind === "task" ? usualOf(draft, agent) : UNTOLD;
  const need: Record<string, number> = {};
  for (const unit of units) {
    const left = stepLeft(most, frame, unit);
    const amount = said[unit] ?? left ?? learned[unit] ?? 0;
    if (amount > 0) need[unit] = amount;
  }
  return need;
}

type Usual = { readonly said: Amounts; readonly learned: Amounts };
const UNTOLD: Usual = { said: NO_AMOUNTS, learned: NO_AMOUNTS };

/** What its author says one attempt of it uses, and what the past shows; an attempt is a call. */
function usualOf(draft: Draft, agent: string): Usual {
  const learned = draft.facts.learned?.(agent) ?? NO_AMOUNTS;
  return { said: estimateOf(draft, agent), learned: { calls: 1, ...learned } };
}

function estimateOf({ facts }: Draft, agent: string): Amounts {
  const [found] = facts.agents({ kind: "named", agent });
  return found?.estimate ?? NO_AMOUNTS;
}

/** What the step's own limit leaves; null where it has none. What is in doubt counts for the run, not for the step. */
function stepLeft(most: Amounts, frame: LeafFrame | null, unit: string): number | null {
  const limit = most[unit];
  if (limit === undefined) return null;
  const { used, raised } = frame?.money ?? NEW_STEP_MONEY;
  return limit + amountOf(raised, unit) - amountOf(used, unit);
}

type Fit = {
  readonly need: Amounts;
  readonly spare: boolean;
  readonly budget: StepBudget | undefined;
  readonly frame: LeafFrame | null;
  readonly accounts: readonly Account[];
  /** What is as good as set aside for others. */
  readonly ahead?: Amounts;
};

/** The first limit that it breaks: its own, the run's, the company's. */
function shortOf(draft: Draft, fit: Fit): Shortfall | null {
  const { need, spare, budget, frame, accounts, ahead } = fit;
  const short = (unit: string, left: number | null, of: string): Shortfall | null => {
    const rest = left === null || of === "step" ? left : left - amountOf(ahead, unit);
    const fits = rest === null || (rest > 0 && rest >= amountOf(need, unit));
    return fits ? null : { need, unit, left: rest, of, spare };
  };
  for (const unit in budget?.most) {
    const found = short(unit, stepLeft(budget.most, frame, unit), "step");
    if (found !== null) return found;
  }
  if (budget !== undefined) {
    const left = timeLeft(budget, frame);
    if (left !== null && left <= 0) return { need, unit: "ms", left, of: "step", spare };
  }
  const limits = limitsOf(draft.run);
  for (const unit in limits) {
    const found = short(unit, runLeft(draft.run, unit, spare), "run");
    if (found !== null) return found;
  }
  for (const { name, unit, left } of accounts) {
    const found = short(unit, left - claimedHere(draft, name), name);
    if (found !== null) return found;
  }
  return null;
}

/** What the run may use in all; of its own limit and what its parent set aside the least counts. */
export function limitsOf({ workflow, ledger }: Run): Amounts {
  const total = workflow.budget?.total ?? NO_AMOUNTS;
  const granted = ledger?.granted;
  if (granted === undefined) return total;
  const least: Record<string, number> = { ...total };
  for (const unit in granted)
    least[unit] = Math.min(amountOf(granted, unit), least[unit] ?? Number.POSITIVE_INFINITY);
  return least;
}

/** What is left of the run's limit; what is kept back for error handling only where it may be used. */
export function runLeft(run: Run, unit: string, spare: boolean): number | null {
  const limit = limitsOf(run)[unit];
  if (limit === undefined) return null;
  const ledger = run.ledger ?? NEW_LEDGER;
  const used =
    amountOf(ledger.spent, unit) + amountOf(ledger.reserved, unit) + amountOf(ledger.unknown, unit);
  const kept = amountOf(run.workflow.budget?.reserved, unit) - amountOf(ledger.spare, unit);
  return limit + amountOf(ledger.raised, unit) - used - (spare ? 0 : Math.max(0, kept));
}

/** What this decision claimed already: the facts do not know of it. */
function claimedHere({ run, before }: Draft, account: string): number {
  return amountOf(run.ledger?.claims, account) - amountOf(before.ledger?.claims, account);
}

/**
 * Why one more call of an attempt in flight does not fit; null: it does. What the attempt has set aside
 * for itself is its own to use.
 */
export function noCallsLeft(draft: Draft, frame: LeafFrame, open: OpenAttempt): string | null {
  const { run } = draft;
  const own = amountOf(open.held?.reserve, CALLS) - 1;
  const most = frame.step.budget?.most ?? NO_AMOUNTS;
  const ofStep = stepLeft(most, frame, CALLS);
  if (ofStep !== null && ofStep - 1 < 1)
    return `The budget of "${frame.step.name}" has no call left.`;
  const ofRun = runLeft(run, CALLS, true);
  if (ofRun !== null && ofRun + Math.max(0, own) < 1) return "The run's budget has no call left.";
  const account = accountsFor(draft, frame.step).find(
    ({ name, unit, left }) =>
      unit === CALLS && left - claimedHere(draft, name) + Math.max(0, own) < 1,
  );
  return account === undefined ? null : `The company's budget (${account.name}) has no call left.`;
}

const CALLS = "calls";

function timeLeft({ timeMs }: StepBudget, frame: LeafFrame | null): number | null {
  if (timeMs === null) return null;
  const { usedMs, raised } = frame?.money ?? NEW_STEP_MONEY;
  return timeMs + amountOf(raised, "ms") - usedMs;
}

function withinMs(
  budget: StepBudget | undefined,
  frame: LeafFrame | null,
  timeoutMs: number | null,
): number | null {
  const left = budget === undefined ? null : timeLeft(budget, frame);
  return left === null || timeoutMs === null ? left : Math.min(left, timeoutMs);
}

function failureOf({ step }: LeafFrame, { need, unit, left, of }: Shortfall): Failure {
  const say = (amount: number): string =>
    unit === "ms" ? sayDuration(Math.max(0, amount)) : sayAmount(unit, amount);
  const whose =
    of === "step"
      ? "its own budget"
      : of === "run"
        ? "the run's budget"
        : `the company's budget (${of.slice(unitOf(of).length + 1)})`;
  const wants = amountOf(need, unit);
  const needs = wants === 0 ? `needs some of` : `needs ${say(wants)} of`;
  const rest = left > 0 ? `${say(left)} ${left === 1 ? "is" : "are"} left` : "nothing is left";
  return failure("budget_exceeded", `"${step.name}" ${needs} ${whose}, and ${rest}.`);
}
