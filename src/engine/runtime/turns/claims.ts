import { type Amounts, amountOf, minus, NO_AMOUNTS } from "../../../core/amounts.ts";
import type { Account, Event, Facts, Run } from "../../../core/machine/index.ts";
import type { Claim } from "../../store/index.ts";

/**
 * What a decision asks of the company's accounts: the store checks it in the same transaction.
 * Undefined, for almost every decision of almost every run: nothing.
 */
export function claimsOf(
  before: Run,
  after: Run,
  by: { readonly facts: Facts; readonly events: readonly Event[] },
): readonly Claim[] | undefined {
  if (before.ledger?.claims === after.ledger?.claims) return undefined;
  const more = Object.entries(minus(heldBy(after), heldBy(before)));
  if (more.length === 0) return undefined;
  const limits = limitsAsked(by.events, by.facts);
  return more.map(([account, amount]) => ({ account, amount, most: limits.get(account) ?? null }));
}

/** The facts as the next signal of a run may see them: what it claimed a moment ago is not on disk yet. */
export function factsAfter(facts: Facts, disk: Run, now: Run): Facts {
  const { accounts } = facts;
  if (accounts === undefined || disk.ledger?.claims === now.ledger?.claims) return facts;
  const more = minus(heldBy(now), heldBy(disk));
  const lessened = (one: Account): Account => ({
    ...one,
    left: one.left - amountOf(more, one.name),
  });
  return { ...facts, accounts: (at) => accounts(at).map(lessened) };
}

function heldBy({ ledger }: Run): Amounts {
  return ledger?.claims ?? NO_AMOUNTS;
}

/** Of the accounts in which something is newly set aside; what was used already is not asked for. */
function limitsAsked(events: readonly Event[], facts: Facts): ReadonlyMap<string, number> {
  const asked = new Set(events.flatMap(accountsAsked));
  const at = events[0]?.at ?? 0;
  const accounts = asked.size === 0 ? [] : (facts.accounts?.(at) ?? []);
  return new Map(
    accounts.flatMap(({ name, most }) => (asked.has(name) ? [[name, most] as const] : [])),
  );
}

function accountsAsked(event: Event): readonly string[] {
  if (event.type === "step.started") return event.attempt?.claims ?? NONE;
  return event.type === "attempt.started" || event.type === "attempt.repeated"
    ? (event.claims ?? NONE)
    : NONE;
}

const NONE: readonly string[] = [];
