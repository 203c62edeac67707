import { type Amounts, amountOf, isCurrency, NO_AMOUNTS, plus, sayAmount } from "../amounts.ts";
import { sayDuration } from "../definition/index.ts";
import type { JsonObject } from "../json.ts";
import { entries, some } from "../machine/index.ts";
import type { History } from "./history.ts";
import { placeAt, UNDO_PATH } from "./place.ts";
import { timeLeftMs } from "./progress.ts";
import { heldIn } from "./use.ts";

/** What only others know: the clock, an estimate from past runs, a limit of calls a minute that holds it up. */
export type Known = {
  readonly now: number;
  readonly estimatedMs?: number | null;
  readonly isRateLimited?: boolean;
};

/**
 * What a run used and may still use, with the names that readers of such documents know: tokens,
 * api_calls, duration. `remaining` is what is neither used nor set aside for what is in flight or in doubt.
 */
export function resourceDocument(history: History, known: Known): JsonObject {
  const { workflow, use, raised } = history;
  const held = heldIn(use);
  const limits = limitsOf(workflow.budget?.total ?? NO_AMOUNTS, raised);
  const units = new Set([...Object.keys(limits), ...Object.keys(use.spent), ...Object.keys(held)]);
  const money = [...units].filter(isCurrency).toSorted();
  const { calls: limit = null } = limits;
  return {
    tokens: unitDocument(history, "tokens", { limits, held }),
    ...(money.length === 0
      ? {}
      : {
          money: Object.fromEntries(
            money.map((unit) => [unit, unitDocument(history, unit, { limits, held })]),
          ),
        }),
    api_calls: {
      made: amountOf(use.spent, "calls"),
      limit,
      rate_limited: known.isRateLimited === true || isHeldUp(history),
    },
    duration: durationDocument(history, known),
  };
}

/** Tokens that a run may use in all; null where there is no limit. */
export function tokensBudgetOf({ workflow, raised }: History): number | null {
  return limitsOf(workflow.budget?.total ?? NO_AMOUNTS, raised)["tokens"] ?? null;
}

function limitsOf(total: Amounts, raised: Amounts): Amounts {
  return Object.fromEntries(
    Object.keys(total).map((unit) => [unit, amountOf(plus(total, raised), unit)]),
  );
}

/** Money is told as text with its currency, so that nobody reads it as a fraction. */
function unitDocument(
  { use, places }: History,
  unit: string,
  { limits, held }: { readonly limits: Amounts; readonly held: Amounts },
): JsonObject {
  const say = (amount: number) => (isCurrency(unit) ? sayAmount(unit, amount) : amount);
  const limit = limits[unit];
  const used = amountOf(use.spent, unit);
  const reserved = amountOf(held, unit);
  const steps = [...entries(use.steps)].filter(([, amounts]) => amountOf(amounts, unit) > 0);
  return {
    budget: limit === undefined ? null : say(limit),
    used: say(used),
    reserved: say(reserved),
    remaining: limit === undefined ? null : say(limit - used - reserved),
    per_step: Object.fromEntries(
      steps
        .map(([path, amounts]) => [nameOf(places, path), say(amountOf(amounts, unit))] as const)
        .toSorted(([one], [other]) => (one < other ? -1 : 1)),
    ),
  };
}

function nameOf(places: History["places"], path: string): string {
  if (path === UNDO_PATH) return "undo";
  const id = placeAt(places, path).step?.id ?? path;
  return /^\d+$/.test(id) ? `step_${id}` : id;
}

/** A step is tried again later because an interface was called too often. */
function isHeldUp({ records }: History): boolean {
  return some(
    records,
    ({ status, error }) => status === "retrying" && error?.kind === "api_rate_limit",
  );
}

function durationDocument(history: History, { now, estimatedMs = null }: Known): JsonObject {
  const { acceptedAt, endedAt } = history;
  if (acceptedAt === null) return { estimated: null, elapsed: null, remaining: null };
  const elapsed = (endedAt ?? now) - acceptedAt;
  const guessed = timeLeftMs(history, now);
  const left =
    endedAt !== null ? 0 : estimatedMs === null ? guessed : Math.max(0, estimatedMs - elapsed);
  const whole = estimatedMs ?? (left === null ? null : elapsed + left);
  return {
    estimated: whole === null ? null : sayDuration(whole),
    elapsed: sayDuration(elapsed),
    remaining: left === null ? null : sayDuration(left),
  };
}
