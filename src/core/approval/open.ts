import type { JsonObject } from "../json.ts";
import { ownOf } from "../own.ts";
import { type Approval, newApproval } from "./approval.ts";
import { type Chain, type Excluded, type KeptChain, keptChain, type Stage } from "./chain.ts";
import { meantBy } from "./deciders.ts";
import { termOf } from "./due.ts";
import type { ApprovalFacts } from "./facts.ts";
import { type GateOpening, presentedDigest, type Terms } from "./opening.ts";

/** What is asked of a chain. */
export type AskedOf = Pick<GateOpening, "digest" | "ask" | "show" | "use" | "evidence"> & {
  readonly terms: Omit<Terms, "presented" | "isLowRisk" | "chain"> & { readonly chain: Chain };
  /**
   * What the chain's condition for many at once reads of each action: `action`, `case`. Absent, or of none:
   * it is decided by itself.
   */
  readonly reads?: readonly JsonObject[];
};

/** A gate of a chain of the map: who may decide first, until when, and all that it is bound to. */
export function openApproval(asked: AskedOf, facts: ApprovalFacts): GateOpening {
  const { terms, reads = [], ...gate } = asked;
  const { chain, parties } = terms;
  const { onlyIf = null } = chain.bulk ?? {};
  const isLow = reads.every((each) => onlyIf?.evaluate(each).holds === "true");
  const isLowRisk = reads.length > 0 && isLow;
  const presented = presentedDigest(gate, facts.digest);
  const [stage] = chain.stages;
  const opening: GateOpening = {
    ...gate,
    chain: chain.name,
    from: stage === undefined ? [] : (meantBy(stage.from, parties, facts) ?? []),
    need: stage?.need ?? 1,
    terms: {
      ...terms,
      chain: keptChain(chain),
      presented,
      ...(isLowRisk ? { isLowRisk } : {}),
    },
  };
  return { ...opening, ...termOf(newApproval(opening), stage?.due ?? null, facts) };
}

/** Between the names of chains that are asked together. */
export const JOINED = " + ";

/** Several chains ask for one action: the stages of each, one after another, and the stricter of everything else. */
export function joinedChains(
  chains: readonly KeptChain[],
  digest: (text: string) => string,
): KeptChain & { readonly bulk: null } {
  const [first, ...rest] = chains;
  if (first === undefined) throw new Error("No chain is named to ask.");
  if (rest.length === 0) return { ...first, bulk: null };
  const fields = Object.entries(first.edit).filter(([path, how]) =>
    rest.every((one) => ownOf(one.edit, path) === how),
  );
  const isReject = chains.every((one) => one.onTimeout.length > 0);
  return {
    name: chains.map(({ name }) => name).join(JOINED),
    digest: digest(chains.map((one) => one.digest).join(" ")),
    stages: chains.flatMap((one): readonly Stage[] => one.stages),
    not: [...new Set(chains.flatMap((one): readonly Excluded[] => one.not))],
    edit: Object.fromEntries(fields),
    remind: first.remind,
    onTimeout: isReject ? first.onTimeout : [],
    bulk: null,
    breakGlass: null,
  };
}

/** An approval that begins. */
export function begunApproval(asked: AskedOf, facts: ApprovalFacts): Approval {
  return newApproval(openApproval(asked, facts));
}
