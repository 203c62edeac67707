import type { CallRate, Workflow } from "../../src/core/definition/index.ts";
import type { Plant } from "./plants.ts";

/** Rules of how often agents are asked, and how many at once, that are switched off on purpose. */
export const PLANTS_OF_RATES: Readonly<Record<string, Plant>> = {
  "a run asks as often as it likes": {
    promise: "rate",
    shell: "runtime",
    definition: withRate((rate) => ({ ...rate, callsMost: 1_000 })),
  },
  "who is over a limit is left out, whatever it says": {
    promise: "rate",
    shell: "runtime",
    definition: withRate((rate) => ({ ...rate, otherwise: "skip" })),
  },
  "who is over a limit is refused, whatever it says": {
    promise: "rate",
    shell: "runtime",
    definition: withRate((rate) => ({ ...rate, otherwise: "error" })),
  },
  "an agent is asked as often as it comes": {
    promise: "rate",
    shell: "runtime",
    governor: (governor) => ({ ...governor, rateOf: () => null }),
  },
  "one more is in flight than may be": {
    promise: "in flight",
    shell: "runtime",
    governor: (governor) => ({ ...governor, admits: (most) => most + 1 }),
  },
  "a limit that fell stays": {
    promise: "adaptive",
    shell: "runtime",
    governor: (governor) => ({
      ...governor,
      adapted: (from, lateMs, given) => {
        const change = governor.adapted(from, lateMs, given);
        return change !== null && change.to > from ? null : change;
      },
    }),
  },
  "a process that is late goes on as before": {
    promise: "adaptive",
    shell: "runtime",
    governor: (governor) => ({
      ...governor,
      adapted: (from, _late, given) => governor.adapted(from, 0, given),
    }),
  },
};

function withRate(change: (rate: CallRate) => CallRate): (workflow: Workflow) => Workflow {
  return (workflow) =>
    workflow.rate === undefined ? workflow : { ...workflow, rate: change(workflow.rate) };
}
