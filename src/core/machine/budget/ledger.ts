import {
  type Amounts,
  CURRENCY_DEFAULT,
  isCurrency,
  minus,
  NO_AMOUNTS,
  plus,
} from "../../amounts.ts";
import { ownOf } from "../../own.ts";
import type { Event, Path, Reserving, Usage } from "../event.ts";
import type { Failure } from "../failure.ts";
import type { Fold, LeafFrame, Open, Run } from "../run.ts";
import { get, set } from "../tables/table.ts";

/**
 * What a run has used and set aside. It has one as soon as something limits it, or an agent says what
 * it used: a run without either pays nothing.
 */
export type Ledger = {
  readonly spent: Amounts;
  /** For attempts in flight. */
  readonly reserved: Amounts;
  /** For attempts that ended and whose use nobody knows: kept until a late answer says it. */
  readonly unknown: Amounts;
  /** The part of these three that error handling used. */
  readonly spare: Amounts;
  /** What people added to the limits. */
  readonly raised: Amounts;
  /** What its parent set aside for a sub-run. */
  readonly granted?: Amounts;
  /** What the company's accounts hold for this run, by account. */
  readonly claims?: Amounts;
  /** Steps that wait for money, or for a person because of it: first come, first served. */
  readonly short: readonly Short[];
};

type Short = {
  readonly path: Path;
  readonly need: Amounts;
  readonly spare: boolean;
  /** It fits, and has not begun yet. */
  readonly found: boolean;
  /** It is the fallback that does not fit, of which a person is asked: why it is asked at all. */
  readonly after?: Failure;
};

/** What is set aside for one attempt. */
export type Held = {
  readonly reserve: Amounts;
  /** When: the company's accounts are those of that day. */
  readonly at: number;
  readonly spare?: true;
  readonly claims?: readonly string[];
  readonly withinMs?: number;
};

/** What a step has used in the attempts that were answered, and what people added to its limit. */
export type StepMoney = {
  readonly used: Amounts;
  readonly usedMs: number;
  readonly raised: Amounts;
};

/** So many steps of a run wait for money at once; nothing more begins until one of them can go on. */
export const SHORT_MOST = 100;

/** So many wait for money that nothing more begins. */
export function isStuck({ short }: Ledger): boolean {
  return short.length >= SHORT_MOST && short.filter((one) => !one.found).length >= SHORT_MOST;
}

export const NEW_LEDGER: Ledger = {
  spent: NO_AMOUNTS,
  reserved: NO_AMOUNTS,
  unknown: NO_AMOUNTS,
  spare: NO_AMOUNTS,
  raised: NO_AMOUNTS,
  short: [],
};
export const NEW_STEP_MONEY: StepMoney = { used: NO_AMOUNTS, usedMs: 0, raised: NO_AMOUNTS };

/** The unit of a company's account: "tokens day 2026-11-20" is of tokens. */
export function unitOf(account: string): string {
  return account.slice(0, account.indexOf(" "));
}

/** Fold: something is set aside. Undefined where nothing is. */
export function hold(run: Fold, by: Reserving, at: number): Held | undefined {
  const { reserve = NO_AMOUNTS, spare, claims, withinMs } = by;
  if (by.reserve === undefined && claims === undefined && withinMs === undefined) return undefined;
  const ledger = run.ledger ?? NEW_LEDGER;
  run.ledger = {
    ...ledger,
    reserved: plus(ledger.reserved, reserve),
    ...(spare === true ? { spare: plus(ledger.spare, reserve) } : {}),
    ...claimed(ledger, claims, reserve),
  };
  return {
    reserve,
    at,
    ...(spare === true ? { spare } : {}),
    ...(claims === undefined ? {} : { claims }),
    ...(withinMs === undefined ? {} : { withinMs }),
  };
}

/** What became of what was set aside: what was used, nothing was tried, or nobody knows. */
export type Settled =
  | { readonly kind: "used"; readonly usage: Usage | undefined; readonly at: number }
  | { readonly kind: "nothing" }
  | { readonly kind: "unknown" };

/** Fold: an attempt is over. */
export function settle(run: Fold, open: Extract<Open, { type: "attempt" }>, as: Settled): void {
  const { held } = open;
  const usage = as.kind === "used" ? as.usage : undefined;
  const ledger = run.ledger ?? NEW_LEDGER;
  const reserve = held?.reserve ?? NO_AMOUNTS;
  const free = { ...ledger, reserved: minus(ledger.reserved, reserve) };
  if (as.kind === "unknown") {
    run.ledger = { ...free, unknown: plus(ledger.unknown, reserve) };
    return;
  }
  const used = as.kind === "nothing" ? NO_AMOUNTS : usedBy(run, open, usage);
  run.ledger = paid(free, held, used);
  const frame = get(run.frames, open.path);
  if (held === undefined || frame?.kind !== "leaf") return;
  charge(run, frame, { used, ms: as.kind === "used" ? as.at - held.at : 0 });
}

/** Fold: a use of a tool is performed. It is a call of its own, where calls are counted. */
export function payCall(
  run: Fold,
  { attempt, path, tool }: { readonly attempt: number; readonly path: Path; readonly tool: string },
): void {
  run.calls = { ...run.calls, [tool]: (ownOf(run.calls, tool) ?? 0) + 1 };
  const ledger = run.ledger ?? NEW_LEDGER;
  const open = get(run.open, attempt);
  const claims = open?.type === "attempt" ? open.held?.claims : undefined;
  const spent = plus(ledger.spent, ONE_CALL);
  run.ledger = { ...ledger, spent, ...claimed(ledger, claims, ONE_CALL) };
  const frame = get(run.frames, path);
  if (frame?.kind === "leaf" && frame.step.budget !== undefined)
    charge(run, frame, { used: ONE_CALL, ms: 0 });
}

const ONE_CALL: Amounts = { calls: 1 };

/** Fold: the answer of an attempt that was over before says what it used. */
export function settleLate(
  run: Fold,
  doubt: { readonly path: Path; readonly held: Held },
  as: Exclude<Settled, { kind: "unknown" }>,
): void {
  const ledger = run.ledger ?? NEW_LEDGER;
  const { held, path } = doubt;
  const used = as.kind === "nothing" ? NO_AMOUNTS : withCalls(amountsOf(run, as.usage), 1);
  run.ledger = paid({ ...ledger, unknown: minus(ledger.unknown, held.reserve) }, held, used);
  const frame = get(run.frames, path);
  if (frame?.kind === "leaf") charge(run, frame, { used, ms: 0 });
}

/** Fold: it is performed again. What was set aside before may be used up; nobody will say. */
export function holdAgain(run: Fold, held: Held, by: Reserving & { readonly at: number }): Held {
  const ledger = run.ledger ?? NEW_LEDGER;
  run.ledger = {
    ...ledger,
    reserved: minus(ledger.reserved, held.reserve),
    unknown: plus(ledger.unknown, held.reserve),
  };
  return hold(run, { reserve: NO_AMOUNTS, ...by }, by.at) ?? held;
}

/** What the end of an attempt says of its use. */
export function settledBy(
  event: Extract<Event, { type: "attempt.ended" | "step.finished" }>,
): Settled {
  const { usage, at } = event;
  if (event.unanswered === true || event.outcome === "cancelled") return { kind: "unknown" };
  if (event.type === "step.finished")
    return event.cached === undefined ? { kind: "used", usage, at } : { kind: "nothing" };
  const { outcome, error } = event;
  if (outcome === "refused") return { kind: "nothing" };
  if (outcome === "unknown") return { kind: "unknown" };
  if (usage === undefined && isSilent(error)) return { kind: "unknown" };
  return { kind: "used", usage, at };
}

/** Who ends so has no chance to say what it used. */
function isSilent(error: Failure): boolean {
  return SILENT.has(error.kind);
}

const SILENT: ReadonlySet<string> = new Set([
  "crashed",
  "lost",
  "timeout",
  "memory_limit",
  "output_limit",
  "invalid_answer",
]);

/** Fold: a step does not fit. */
export function foldShort(run: Fold, event: Extract<Event, { type: "budget.exceeded" }>): void {
  if (event.follows === "refuse") return;
  const ledger = run.ledger ?? NEW_LEDGER;
  const { path, need, spare = false } = event;
  const frame = get(run.frames, path);
  const error = event.fallback === true && frame?.kind === "leaf" ? frame.error : null;
  const now = { path, need, spare, found: false, ...(error === null ? {} : { after: error }) };
  const isIn = ledger.short.some((one) => one.path === path);
  const short = isIn
    ? ledger.short.map((one) => (one.path === path ? now : one))
    : [...ledger.short, now];
  run.ledger = { ...ledger, short };
}

/** Fold: it fits now; until it has begun, that is as good as set aside. */
export function foldFound(run: Fold, path: Path): void {
  const { ledger } = run;
  if (ledger === null || ledger.short.length === 0) return;
  const short = ledger.short.map((one) => (one.path === path ? { ...one, found: true } : one));
  run.ledger = { ...ledger, short };
}

/** Fold: a step waits for money no longer. */
export function unshort(run: Fold, path: Path): void {
  const { ledger } = run;
  if (ledger === null || ledger.short.length === 0) return;
  const short = ledger.short.filter((one) => one.path !== path);
  if (short.length !== ledger.short.length) run.ledger = { ...ledger, short };
}

/** Fold: people add to a limit, of the run or of one step. */
export function foldRaised(run: Fold, event: Extract<Event, { type: "budget.raised" }>): void {
  const { amounts, step } = event;
  const ledger = run.ledger ?? NEW_LEDGER;
  if (step === undefined) {
    run.ledger = { ...ledger, raised: plus(ledger.raised, amounts) };
    return;
  }
  const frame = get(run.frames, step);
  if (frame?.kind !== "leaf") return;
  const money = frame.money ?? NEW_STEP_MONEY;
  const raised = plus(money.raised, amounts);
  run.frames = set(run.frames, step, { ...frame, money: { ...money, raised } });
}

/** All that a run used, as an agent would say it. A second currency stays on the run's own record. */
export function usageOfRun({ ledger, workflow }: Run): Usage | undefined {
  if (ledger === null) return undefined;
  const { spent } = ledger;
  const known = Object.keys(workflow.budget?.total ?? ledger.granted ?? NO_AMOUNTS).find(
    isCurrency,
  );
  const currency = known ?? Object.keys(spent).toSorted().find(isCurrency);
  const { tokens, calls = 0 } = spent;
  return {
    ...(tokens === undefined ? {} : { tokens }),
    ...(currency === undefined || spent[currency] === undefined
      ? {}
      : { costMicros: spent[currency], currency }),
    calls,
  };
}

/** The currency in which the run's money is limited; null where it is not. */
export function currencyOf(run: Run): string | null {
  const limits = { ...run.workflow.budget?.total, ...run.ledger?.granted };
  return Object.keys(limits).find(isCurrency) ?? null;
}

function usedBy(run: Run, open: { readonly child: unknown }, usage: Usage | undefined): Amounts {
  return withCalls(amountsOf(run, usage), open.child === null ? 1 : 0);
}

/** An attempt is one call, unless its agent says how many it made. */
function withCalls(used: Amounts, calls: number): Amounts {
  return used["calls"] !== undefined || calls === 0 ? used : { ...used, calls };
}

function amountsOf(run: Run, usage: Usage | undefined): Amounts {
  if (usage === undefined) return NO_AMOUNTS;
  const { tokens, costMicros, calls, currency } = usage;
  const amounts: Record<string, number> = {};
  if (tokens !== undefined) amounts["tokens"] = tokens;
  if (calls !== undefined) amounts["calls"] = calls;
  if (costMicros !== undefined)
    amounts[currency ?? currencyOf(run) ?? CURRENCY_DEFAULT] = costMicros;
  return amounts;
}

/** What was set aside becomes what was used, here and in the company's accounts. */
function paid(ledger: Ledger, held: Held | undefined, used: Amounts): Ledger {
  const spent = plus(ledger.spent, used);
  if (held === undefined) return { ...ledger, spent };
  const more = minus(used, held.reserve);
  return {
    ...ledger,
    spent,
    ...(held.spare === true ? { spare: plus(ledger.spare, more) } : {}),
    ...claimed(ledger, held.claims, more),
  };
}

function claimed(
  ledger: Ledger,
  accounts: readonly string[] | undefined,
  amounts: Amounts,
): { claims?: Amounts } {
  if (accounts === undefined) return {};
  const more: Record<string, number> = {};
  for (const account of accounts) {
    const amount = ownOf(amounts, unitOf(account)) ?? 0;
    if (amount !== 0) more[account] = amount;
  }
  return { claims: plus(ledger.claims ?? NO_AMOUNTS, more) };
}

function charge(
  run: Fold,
  frame: LeafFrame,
  by: { readonly used: Amounts; readonly ms: number },
): void {
  const money = frame.money ?? NEW_STEP_MONEY;
  const used = plus(money.used, by.used);
  const usedMs = money.usedMs + by.ms;
  run.frames = set(run.frames, frame.path, { ...frame, money: { ...money, used, usedMs } });
}
