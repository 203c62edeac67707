import { folding, writing } from "./planting.ts";
import type { Plant } from "./plants.ts";

/** Rules of budgets that are switched off on purpose. */
export const PLANTS_OF_MONEY: Readonly<Record<string, Plant>> = {
  "a doubt gives back what was set aside": {
    promise: "M11",
    machine: folding((before, after, event) =>
      event.type === "attempt.ended" && event.unanswered === true && after.ledger !== null
        ? { ...after, ledger: { ...after.ledger, unknown: before.ledger?.unknown ?? {} } }
        : after,
    ),
  },
  "the price of a late answer is forgotten": {
    promise: "M11",
    from: 115,
    machine: writing((event) => {
      if (event.type !== "attempt.settled" || event.outcome !== "ok") return event;
      const { usage: _dropped, ...rest } = event;
      return rest;
    }),
  },
  "a repeat sets nothing aside": {
    promise: "M11",
    machine: writing((event) => {
      if (event.type !== "attempt.repeated") return event;
      const { reserve: _dropped, ...rest } = event;
      return rest;
    }),
  },
  "what is kept for error handling is for all": {
    promise: "M11",
    definition: (workflow) =>
      workflow.budget === undefined
        ? workflow
        : { ...workflow, budget: { ...workflow.budget, reserved: {} } },
  },
  "budgets are ignored": {
    promise: "M11",
    definition: (workflow) =>
      workflow.budget === undefined
        ? workflow
        : { ...workflow, budget: { ...workflow.budget, total: { tokens: 1_000_000 } } },
  },
  "an answer settles nothing": {
    promise: "M11",
    machine: folding((before, after, event) =>
      event.type === "step.finished" && before.ledger !== null
        ? { ...after, ledger: before.ledger }
        : after,
    ),
  },
  "money that comes back is told to nobody": {
    promise: "ends",
    from: 148,
    machine: folding((_before, after, event) =>
      event.type === "budget.exceeded" && after.ledger !== null
        ? { ...after, ledger: { ...after.ledger, short: [] } }
        : after,
    ),
  },
};
