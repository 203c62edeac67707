import { isObject, type Json, type JsonObject } from "../json.ts";
import type { CheckedEvent, Wrong } from "./log-check.ts";
import { violation } from "./violation.ts";

/** A rule that lets a tool be used without a person, as the event says that it was asked. */
export type Permit = { readonly rule: string; readonly version: string };

/** What is kept of the maps that a record rests on. */
export type KeptMaps = {
  /** Whether a version of the map is in the store, as its digest says. */
  readonly isKept: (digest: string) => boolean;
  /** Whether it has this rule, in this version, and that permits the tool; null: nobody can read it here. */
  readonly permits: (digest: string, permit: Permit, tool: string) => boolean | null;
};

/** What an external write rested on that no person approved. */
type Rested = {
  readonly event: CheckedEvent;
  readonly map: string;
  readonly tool: string;
  readonly permits: readonly Permit[];
};

/** P1, of writes without a person: the rule that permitted it stands in a map that was published. */
export type PermitCheck = {
  readonly rest: (rested: Rested) => void;
  readonly publish: (digest: string) => void;
  readonly last: (maps: KeptMaps) => readonly Wrong[];
};

export function openPermitCheck(): PermitCheck {
  const rests = new Map<string, Rested>();
  const published = new Set<string>();
  return {
    rest: (rested) => {
      const { map, tool, permits } = rested;
      const name = JSON.stringify([map, tool, permits]);
      if (!rests.has(name)) rests.set(name, rested);
    },
    publish: (digest) => {
      published.add(digest);
    },
    last: (maps) => [...rests.values()].flatMap((one) => wrongIn(one, published, maps)),
  };
}

function wrongIn(
  { event, map, tool, permits }: Rested,
  published: ReadonlySet<string>,
  maps: KeptMaps,
): readonly Wrong[] {
  const names = permits.map(({ rule }) => rule).join(", ");
  const began = `began an external write with ${tool} by the rule ${names}`;
  if (!published.has(map))
    return [violation(event, `${began} of a map that was never published (P1)`)];
  // One that nobody can read here is either not kept, which P5 says, or of another version of Muster.
  return permits.every((permit) => maps.permits(map, permit, tool) === false)
    ? [violation(event, `${began}, which does not permit it in the map that it names (P1)`)]
    : [];
}

/** Rules of a judgement that permitted it. */
export function permitsIn({ verdict, rules }: JsonObject): readonly Permit[] {
  if ((verdict !== "allow" && verdict !== "limit") || !Array.isArray(rules)) return [];
  return (rules as readonly Json[]).flatMap((rule) => {
    if (!isObject(rule) || rule["follows"] !== "permit") return [];
    if (rule["holds"] !== "true" || rule["isShadow"] === true) return [];
    const { rule: name, version } = rule;
    return typeof name === "string" && typeof version === "string" ? [{ rule: name, version }] : [];
  });
}
