import { isObject, type Json, type JsonObject } from "../json.ts";
import { ownOf } from "../own.ts";
import type { PolicyRule } from "../rules/index.ts";
import type { RuleSaid } from "./judgement.ts";

/** What all rules together say of a call. */
export type Ruled = {
  readonly said: readonly RuleSaid[];
  /** The first that refuses. */
  readonly denied: RuleSaid | null;
  readonly say: string;
  /** Chains that are asked. */
  readonly chains: readonly string[];
  readonly asking: readonly RuleSaid[];
  /** A published rule allows it by name without a person. */
  readonly permitted: RuleSaid | null;
  readonly args: JsonObject;
  readonly held: readonly string[];
  readonly redact: readonly string[];
};

/**
 * Asks every rule that can mean the call. A rule that cannot be told is taken as the stricter way has it:
 * what would refuse, ask or hold back does, and what would permit does not. A fault refuses.
 */
export function askRules(rules: readonly PolicyRule[], tool: string, facts: JsonObject): Ruled {
  const asked = rules.filter(({ tools }) => tools === null || tools.includes(tool));
  const heard = asked.map((rule) => ({ rule, said: saidBy(rule, facts) }));
  const inForce = heard.filter(({ rule }) => !rule.isShadow);
  const strict = inForce.filter(({ said }) => said.holds !== "false");
  const faulty = strict.find(({ said }) => said.holds === "fault");
  const refusing = faulty ?? strict.find(({ rule }) => rule.follows.kind === "deny");
  const asking = strict.filter(({ rule }) => rule.follows.kind === "approve");
  const limiting = strict.flatMap(({ rule }) =>
    rule.follows.kind === "limit" ? [rule.follows] : [],
  );
  const permitting = inForce.find(
    ({ rule, said }) => rule.follows.kind === "permit" && said.holds === "true",
  );
  const then = refusing?.rule.follows;
  return {
    said: heard.map(({ said }) => said),
    denied: refusing?.said ?? null,
    say: then?.kind === "deny" ? then.say : "",
    chains: [...new Set(asking.flatMap(({ rule }) => chainOf(rule)))],
    asking: asking.map(({ said }) => said),
    permitted: permitting?.said ?? null,
    ...heldWithin(
      actionArgs(facts),
      limiting.map(({ args }) => args),
    ),
    redact: [...new Set(limiting.flatMap(({ redact }) => redact))],
  };
}

function chainOf({ follows }: PolicyRule): readonly string[] {
  return follows.kind === "approve" ? [follows.chain] : [];
}

function saidBy(rule: PolicyRule, facts: JsonObject): RuleSaid {
  const { id, digest, follows, isShadow, because } = rule;
  const outcome = rule.evaluate(facts);
  return { rule: id, version: digest, follows: follows.kind, isShadow, because, ...outcome };
}

function actionArgs({ action }: JsonObject): JsonObject {
  const args = isObject(action) ? action["args"] : undefined;
  return isObject(args) ? args : {};
}

/** Numbers are held within `most` and `least`; `held` says in words which were. */
function heldWithin(
  args: JsonObject,
  limits: readonly JsonObject[],
): { readonly args: JsonObject; readonly held: readonly string[] } {
  const held: string[] = [];
  const now: Record<string, Json> = { ...args };
  for (const limit of limits)
    for (const [name, within] of Object.entries(limit)) {
      const value = ownOf(now, name);
      if (typeof value !== "number" || !isObject(within)) continue;
      const { most, least } = within;
      const low = typeof least === "number" ? Math.max(value, least) : value;
      const kept = typeof most === "number" ? Math.min(low, most) : low;
      if (kept === value) continue;
      now[name] = kept;
      held.push(`"${name}" was ${value} and is held to ${kept}`);
    }
  return { args: now, held };
}
