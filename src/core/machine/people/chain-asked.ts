import { type AskedOf, type Chain, type Evidence, joinedChains } from "../../approval/index.ts";
import type { Draft } from "../draft.ts";
import { meant } from "./meant.ts";

/** A chain of the map of today; null: there is none of that name. */
export function chainNamed({ facts }: Draft, name: string): Chain | null {
  return name === "" ? null : (facts.approvals?.chain(name) ?? null);
}

/** The chain that several rules ask together; null where the map has not all of them. */
export function chainAsked(draft: Draft, names: readonly string[]): Chain | null {
  const chains = names.map((name) => chainNamed(draft, name));
  const [only] = chains;
  if (only == null || chains.some((chain) => chain === null)) return null;
  if (chains.length === 1) return only;
  const known = chains.filter((chain) => chain !== null);
  return joinedChains(known, draft.facts.digest);
}

/** What the deciders of a chain see besides what is asked. */
export function knownOf({ facts, run }: Draft): Partial<Evidence> {
  return facts.approvals?.evidence?.({ run: run.id, case: run.case }) ?? {};
}

/** Those on whose behalf it is asked: who made the request, and who started the run. */
function requestersIn({ request }: Partial<Evidence>, by: string): readonly string[] {
  return request == null || request.from === by ? [by] : [by, request.from];
}

type Binding = Pick<AskedOf["terms"], "chain" | "what" | "args"> & { readonly agent: string };

/** What an approval in this run is bound to. Who started the run asks for it; its owner answers for its agents. */
export function termsOf(draft: Draft, binding: Binding): AskedOf["terms"] {
  const { agent, ...bound } = binding;
  const { run } = draft;
  const owners = run.workflow.owner === "" ? [] : meant(draft, [run.workflow.owner]);
  return {
    ...bound,
    parties: { requesters: requestersIn(knownOf(draft), run.by), owners, agent },
    rules: [],
  };
}
