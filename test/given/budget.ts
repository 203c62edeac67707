import { type Answer, type Ledger, NEW_LEDGER, type Usage } from "../../src/core/machine/index.ts";
import type { World } from "./facts.ts";
import { type Given, given } from "./run.ts";

/** An answer that says what it used. */
export function gave(usage: Usage): Answer {
  return { kind: "ok", output: { value: {} }, usage };
}

export function failed(kind: string, usage?: Usage): Answer {
  const error = { class: "transient", kind, message: "It failed." } as const;
  return { kind: "failed", error, ...(usage === undefined ? {} : { usage }) };
}

export function ledger(run: Given): Ledger {
  return run.run().ledger ?? NEW_LEDGER;
}

/** What is used, set aside, and not known. */
export function held({
  spent,
  reserved,
  unknown,
}: Ledger): Pick<Ledger, "spent" | "reserved" | "unknown"> {
  return { spent, reserved, unknown };
}

/** Steps side by side that share a budget. */
export const TOKENS = `
  resource_config: { token_budget: { total: 100, per_step_max: 40, reserved_for_error_handling: 20 } }
  execution: parallel
  steps:
    - { id: a, agent: writer, retry: 3 }
    - { id: b, agent: writer }
    - { id: c, agent: writer, optional: true }
`;
/** A run whose steps are done by a writer. */
export function begun(text: string, world: World = {}): Given {
  return given(text, { agents: { writer: "pure" }, ...world }).start();
}
