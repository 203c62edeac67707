import { expect, test } from "vitest";
import type { CaseFacts, ToolCall } from "./judgement.ts";
import { readByRules } from "./read-by-rules.ts";

const CALL: ToolCall = {
  tool: "refund.pay",
  args: {},
  agent: "finance",
  requester: "subj_1",
  run: "wf_1",
  step: "pay",
  key: "wf_1.4",
  preview: null,
};

test("a rule reads what came with the request, and nobody can say there who made it, which is told by their own name", () => {
  const of: CaseFacts = {
    id: "cs_1",
    request: "refund",
    about: { reason: "broken", note: null, requester: "manager", type: "x", source: "staff" },
    bindings: {},
    facts: {},
    trusted: [],
    labels: { untrusted: [], personal: [] },
    requester: "C-1",
  };
  const read = (more: Partial<CaseFacts> = {}) =>
    readByRules(CALL, {
      level: "external",
      writes: null,
      audience: null,
      args: {},
      labels: of.labels,
      now: 0,
      case: { ...of, ...more },
    })["request"];
  const known = { reason: "broken", type: "refund", requester: "C-1" };
  expect(read()).toEqual(known);
  expect(read({ source: "customer" })).toEqual({ ...known, source: "customer" });
});
