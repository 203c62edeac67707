import { describe, expect, test } from "vitest";
import { type PolicySurroundings, policyNames } from "./index.ts";

/** A map of many tools that counts how often the arguments of one are looked at. */
function counting(tools: number): { readonly names: PolicySurroundings; looks: number } {
  const counted = { names: {} as PolicySurroundings, looks: 0 };
  const entries = Array.from({ length: tools }, (_, at) => {
    const tool = {
      get args() {
        counted.looks += 1;
        return { type: "object", properties: { note: { type: "string" } } };
      },
    };
    return [`t${at}`, tool] as const;
  });
  const all = Object.fromEntries(entries);
  counted.names = { facts: {}, tools: all, agents: [], requests: [] };
  return counted;
}

describe("the names that rules read", () => {
  test("are put together once for the same tools, however many rules there are", () => {
    const counted = counting(100);
    for (let rule = 0; rule < 300; rule += 1) policyNames(counted.names, rule % 2 ? null : ["t7"]);
    expect(counted.looks).toBe(101);
    expect(policyNames(counted.names, ["t7"])).toBe(policyNames(counted.names, ["t7"]));
    expect(policyNames(counted.names, ["t7"])).not.toBe(policyNames(counted.names, ["t8"]));
    expect(policyNames(counting(1).names)).not.toBe(policyNames(counting(1).names));
  });
});
