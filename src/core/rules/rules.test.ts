import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../json.ts";
import { compileRule, type PolicyRule, type RuleFault } from "./index.ts";

const SURROUNDINGS = {
  facts: {
    case: {
      type: "object",
      properties: {
        id: { type: "string" },
        tier: { type: "string", enum: ["none", "silver", "gold", "vip"] },
        repeats: { type: "integer" },
      },
      additionalProperties: false,
    },
  },
  tools: {
    "refund.pay": {
      args: {
        type: "object",
        properties: { order_id: { type: "string" }, amount: { type: "number" } },
        additionalProperties: false,
      },
    },
  },
  agents: ["support"],
  requests: ["refund"],
};

function read(source: JsonObject): { rule: PolicyRule | null; faults: readonly RuleFault[] } {
  const faults: RuleFault[] = [];
  const rule = compileRule(
    { id: "r", source },
    {
      names: SURROUNDINGS,
      chains: ["refund-manager"],
      path: ["rules", "r"],
      report: (fault) => faults.push(fault),
      where: (path) => `map.yaml:${path.length}:1`,
      digest: (text) => `sha256:${createHash("sha256").update(text).digest("hex")}`,
    },
  );
  return { rule, faults };
}

describe("a rule", () => {
  test("says what follows a condition over the action and its case", () => {
    const { rule, faults } = read({
      when: 'action.tool == "refund.pay" && args.amount > 500',
      then: { approve: "refund-manager" },
      because: "Large refunds are decided by a manager.",
    });
    expect(faults).toEqual([]);
    expect(rule?.follows).toEqual({ kind: "approve", chain: "refund-manager" });
    const facts = { action: { tool: "refund.pay", args: { amount: 640.5 } } };
    expect(rule?.evaluate(facts).holds).toBe("true");
    expect(rule?.evaluate({ action: { tool: "refund.pay" } })).toMatchObject({
      holds: "undetermined",
      missing: ["args.amount"],
    });
  });

  test("with a name nobody declared is refused where it stands", () => {
    const { rule, faults } = read({ when: "case.teir == 'vip'", then: "deny", because: "Why." });
    expect(rule).toBeNull();
    expect(faults).toMatchObject([
      { path: ["rules", "r", "when"], offset: 5, mend: 'Did you mean "tier"?' },
    ]);
  });
});
