import type { Chain } from "../../src/core/approval/index.ts";
import { emptyTable, type Facts, get, type Run, set } from "../../src/core/machine/index.ts";
import { folding, MACHINE, writing } from "./planting.ts";
import type { Plant } from "./plants.ts";

/** The same machine with a chain that it reads otherwise than the auditor does. */
function withChain(change: (chain: Chain) => Chain): NonNullable<Plant["machine"]> {
  const otherwise = (facts: Facts): Facts => {
    const { approvals } = facts;
    if (approvals === undefined) return facts;
    const chain: typeof approvals.chain = (name) => {
      const found = approvals.chain(name);
      return found === null ? null : change(found);
    };
    return { ...facts, approvals: { ...approvals, chain } };
  };
  return {
    ...MACHINE,
    decide: (run, signal, facts) => MACHINE.decide(run, signal, otherwise(facts)),
  };
}

/** Faults of approvals, each of which the simulation must find. */
export const PLANTS_OF_APPROVALS: Readonly<Record<string, Plant>> = {
  "who asks for it decides it, and who edits it": {
    promise: "approval",
    machine: withChain((chain) => ({ ...chain, not: [] })),
  },
  "one stage is enough": {
    promise: "approval",
    machine: withChain((chain) => ({ ...chain, stages: chain.stages.slice(0, 1) })),
  },
  "one person decides at both stages": {
    promise: "approval",
    machine: withChain((chain) => ({
      ...chain,
      stages: chain.stages.map((stage) => ({ ...stage, isDistinct: false })),
    })),
  },
  "what was voted holds for what was edited": {
    promise: "approval",
    machine: folding((before, after, event) => {
      if (event.type !== "gate.edited") return after;
      const open = [before, after].map((run) => get(run.open, event.key));
      const [was, is] = open;
      if (was?.type !== "gate" || is?.type !== "gate" || is.rest === undefined) return after;
      const rest = { ...is.rest, stage: was.rest?.stage ?? 0 };
      return { ...after, open: set(after.open, event.key, { ...is, votes: was.votes, rest }) };
    }),
  },
  "what is refused of several things is allowed with the others": {
    promise: "approval",
    from: 277,
    only: "tools",
    machine: writing((event) => {
      if (event.type !== "gate.closed" || event.permits === undefined) return event;
      const { permits: _dropped, ...rest } = event;
      return rest;
    }),
  },
  "what is allowed is begun without being used up": {
    promise: "approval",
    from: 105,
    machine: folding((_before, after, event) =>
      event.type === "gate.closed" ? withoutGrants(after) : after,
    ),
  },
};

/** As if nothing had been allowed: there is nothing to use up. */
function withoutGrants(run: Run): Run {
  return run.granted === undefined ? run : { ...run, granted: emptyTable() };
}
