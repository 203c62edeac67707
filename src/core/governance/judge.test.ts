import { describe, expect, test } from "vitest";
import { digestOf as digest } from "../../../test/given/workflow.ts";
import { ALWAYS } from "../calendar/index.ts";
import type { JsonObject } from "../json.ts";
import type { Grant, Tool, WorkMap } from "../map/index.ts";
import type { PolicyRule, RuleOutcome, Then } from "../rules/index.ts";
import { type CaseFacts, CHECKS, type JudgeFacts, judge, type ToolCall } from "./index.ts";

function tool(name: string, changed: Partial<Tool> = {}): Tool {
  return {
    name,
    system: "shop",
    description: "",
    says: null,
    level: "case",
    effects: "pure",
    operation: {},
    args: { type: "object", properties: { order_id: { type: "string" } }, required: ["order_id"] },
    returns: null,
    scope: { args: { order_id: "order_id" }, rows: {} },
    writes: null,
    reads: null,
    preview: null,
    precondition: null,
    verify: null,
    undo: null,
    deciding: [],
    isUntrusted: false,
    personal: [],
    takesPersonal: false,
    audience: null,
    destinations: {},
    limits: { rowsMost: 100, bytesMost: 1_000, timeoutMs: 1_000, perCase: null },
    digest: `of ${name}`,
    ...changed,
  };
}

const REFUND = tool("refund.pay", {
  level: "external",
  effects: "idempotent",
  writes: "orders",
  args: {
    type: "object",
    properties: { order_id: { type: "string" }, amount: { type: "number" } },
    required: ["order_id", "amount"],
  },
  deciding: ["order_id", "amount"],
});
const TOOLS = [
  tool("order.read"),
  tool("ticket.read", { isUntrusted: true }),
  REFUND,
  tool("mail.send", {
    system: "mail",
    level: "external",
    writes: "mails",
    audience: "customer",
    scope: { args: {}, rows: {} },
    args: {
      type: "object",
      properties: { to: { type: "string" }, text: { type: "string" } },
      required: ["to", "text"],
    },
    deciding: ["to"],
    destinations: { to: ["case.email", "*@harbour.example"] },
  }),
];

const SUPPORT: Grant = {
  agent: "support",
  level: "external",
  tools: TOOLS.map(({ name }) => name),
  requests: null,
  only: {},
  ungoverned: [],
};

function mapOf(changed: Partial<WorkMap> = {}): WorkMap {
  return {
    company: "Harbour",
    systems: {
      shop: { name: "shop", kind: "sql", settings: {}, isUntrusted: false, files: {} },
      mail: { name: "mail", kind: "mail", settings: {}, isUntrusted: false, files: {} },
    },
    tools: Object.fromEntries(TOOLS.map((one) => [one.name, one])),
    agents: { support: SUPPORT },
    requests: {},
    rules: [],
    tables: {},
    approvals: {},
    intake: {},
    facts: {},
    exceptions: { owner: "operations" },
    publishing: { roles: [], approvals: 1 },
    calendar: ALWAYS,
    ...changed,
  };
}

const CASE: CaseFacts = {
  id: "cs_1",
  request: "refund",
  bindings: { order_id: "7", email: "ann@shop.example" },
  facts: {},
  trusted: ["Please pay back HKD 120.50 for my order 7."],
  labels: { untrusted: [], personal: [] },
  requester: "customer:4",
};

function call(name: string, args: JsonObject, changed: Partial<ToolCall> = {}): ToolCall {
  const who = { agent: "support", requester: "customer:4", run: "wf_1", step: "s", key: "wf_1.4" };
  return { tool: name, args, ...who, preview: null, ...changed };
}

function factsOf(changed: Partial<JudgeFacts> = {}): JudgeFacts {
  const { map = mapOf() } = changed;
  return {
    map,
    mapDigest: digest("map"),
    case: CASE,
    labels: { untrusted: [], personal: [] },
    stopped: null,
    pinned: Object.fromEntries(Object.values(map.tools).map((one) => [one.name, one.digest])),
    callsInCase: 0,
    now: 0,
    digest,
    ...changed,
  };
}

function rule(
  id: string,
  follows: Then,
  holds: RuleOutcome["holds"],
  isShadow = false,
): PolicyRule {
  const missing = holds === "undetermined" ? ["case.repeats"] : [];
  const evaluate = (): RuleOutcome => ({ holds, missing, leaves: [] });
  const of = {
    id,
    digest: `${id}@1`,
    when: "true",
    because: "It is so.",
    where: "map.yaml:1:1",
    examples: [],
  };
  return { ...of, follows, isShadow, tools: ["refund.pay"], evaluate };
}

const PAY = call("refund.pay", { order_id: "7", amount: 120.5 });
const ruled = (...rules: readonly PolicyRule[]): JudgeFacts => factsOf({ map: mapOf({ rules }) });
const against = (judgement: ReturnType<typeof judge>): unknown =>
  judgement.checks.find(({ verdict }) => verdict === judgement.verdict);

describe("a call that may be made", () => {
  test("is judged by every check in order, those that need the doing of it later", () => {
    const found = judge(call("order.read", { order_id: "7" }), factsOf());
    expect(found.verdict).toBe("allow");
    expect(found.checks.map(({ check }) => check)).toEqual(CHECKS);
  });

  test("list filter forced: what the case is about is put in where it was left out", () => {
    const found = judge(call("order.read", {}), factsOf());
    expect(found).toMatchObject({ verdict: "limit", args: { order_id: "7" } });
  });

  test("an id is the same as a number and as a text", () => {
    expect(judge(call("order.read", { order_id: 7 }), factsOf()).verdict).toBe("allow");
  });
});

describe("a call is refused", () => {
  const cases: readonly (readonly [string, ToolCall, Partial<JudgeFacts>, string])[] = [
    ["cross-case id denied", call("order.read", { order_id: "8" }), {}, "scope"],
    ["a list with one foreign id", call("order.read", { order_id: ["7", "8"] }), {}, "arguments"],
    ["without a case", call("order.read", { order_id: "7" }), { case: null }, "scope"],
    ["when somebody stopped it", PAY, { stopped: "Ana stopped all." }, "stopped"],
    ["of an agent without a grant", call("order.read", {}, { agent: "x" }), {}, "identity"],
    ["of a name that every object has", call("constructor", {}), {}, "tool"],
    ["changed tool definition disabled", PAY, { pinned: { "refund.pay": "another" } }, "tool"],
    ["of a tool that was never published", PAY, { pinned: {} }, "tool"],
    ["with an argument nobody declared", call("order.read", { x: 1 }), {}, "arguments"],
    [
      "PII to unlisted sink denied",
      call("mail.send", { to: "ann@shop.example", text: "Hello" }),
      { labels: { untrusted: [], personal: ["customer:4"] } },
      "taint",
    ],
    ["to a place of nobody's", call("mail.send", { to: "x@evil.example", text: "" }), {}, "taint"],
    [
      "to a place that only looks alike",
      call("mail.send", { to: "x@harbour.example.evil.example", text: "" }),
      {},
      "taint",
    ],
    ["without a key to the outside", { ...PAY, key: "" }, {}, "key"],
  ];
  test.each(cases)("%s", (_name, asked, changed, check) => {
    const found = judge(asked, factsOf(changed));
    expect(found.verdict).toBe("deny");
    expect(against(found)).toMatchObject({ check, verdict: "deny" });
    expect(found.say).toBe("This is not permitted here.");
  });

  test("above the level of its agent", () => {
    const agents = { support: { ...SUPPORT, level: "record" as const } };
    const found = judge(PAY, factsOf({ map: mapOf({ agents }) }));
    expect(against(found)).toMatchObject({ check: "level" });
  });

  test("where its grant is narrower, also when that cannot be told", () => {
    for (const holds of ["false", "undetermined", "fault"] as const) {
      const only = {
        "refund.pay": {
          text: "args.amount < 100",
          evaluate: () => ({ holds, missing: [], leaves: [] }),
        },
      };
      const agents = { support: { ...SUPPORT, only } };
      expect(judge(PAY, factsOf({ map: mapOf({ agents }) })).verdict).toBe("deny");
    }
  });

  test("beyond the calls of a case", () => {
    const limits = { ...REFUND.limits, perCase: 1 };
    const tools = { "refund.pay": { ...REFUND, limits } };
    const found = judge(PAY, factsOf({ map: mapOf({ tools }), callsInCase: 1 }));
    expect(against(found)).toMatchObject({ check: "limits" });
  });
});

describe("rules", () => {
  test("what reaches outside asks people unless a rule permits it by name", () => {
    expect(judge(PAY, factsOf())).toMatchObject({ verdict: "ask", chains: [] });
    expect(judge(PAY, ruled(rule("small", { kind: "permit" }, "true"))).verdict).toBe("allow");
  });

  test("null/missing → undetermined → stricter route", () => {
    expect(judge(PAY, ruled(rule("small", { kind: "permit" }, "undetermined"))).verdict).toBe(
      "ask",
    );
    const asks = judge(
      PAY,
      ruled(
        rule("small", { kind: "permit" }, "true"),
        rule("repeats", { kind: "approve", chain: "manager" }, "undetermined"),
      ),
    );
    expect(asks).toMatchObject({ verdict: "ask", chains: ["manager"] });
    expect(asks.why).toContain("Not known: case.repeats.");
    expect(
      judge(PAY, ruled(rule("no", { kind: "deny", say: "No." }, "undetermined"))),
    ).toMatchObject({
      verdict: "deny",
      say: "No.",
    });
  });

  test("engine fault fails closed", () => {
    const found = judge(PAY, ruled(rule("small", { kind: "permit" }, "fault")));
    expect(found.verdict).toBe("deny");
    expect(found.why).toContain("could not be worked out");
  });

  test("a limit holds the argument, and the action is of what is held", () => {
    const limit = { kind: "limit", args: { amount: { most: 100 } }, redact: ["phone"] } as const;
    const permit = rule("small", { kind: "permit" }, "true");
    const held = judge(PAY, ruled(permit, rule("cap", limit, "true")));
    expect(held).toMatchObject({ verdict: "limit", args: { amount: 100 }, redact: ["phone"] });
    expect(held.action).not.toBe(judge(PAY, ruled(permit)).action);
  });

  test("a shadow rule is recorded and nothing follows", () => {
    const found = judge(
      PAY,
      ruled(
        rule("small", { kind: "permit" }, "true"),
        rule("new", { kind: "deny", say: "" }, "true", true),
      ),
    );
    expect(found.verdict).toBe("allow");
    expect(found.rules).toMatchObject([{ rule: "small" }, { rule: "new", isShadow: true }]);
  });
});

describe("taint", () => {
  const tainted = { untrusted: ["mail"], personal: [] };
  const permitted = (): Partial<JudgeFacts> => ({
    map: mapOf({ rules: [rule("small", { kind: "permit" }, "true")] }),
    labels: tainted,
  });

  test("what decides and stands in the trusted request asks nobody", () => {
    expect(judge(PAY, factsOf(permitted())).verdict).toBe("allow");
  });

  test("what decides and nobody trusted has said asks a person, although a rule permits it", () => {
    const found = judge({ ...PAY, args: { order_id: "7", amount: 900 } }, factsOf(permitted()));
    expect(found.verdict).toBe("ask");
    expect(against(found)).toMatchObject({ check: "taint" });
  });

  test("a tainted case taints a run that has read nothing yet", () => {
    const found = judge(
      { ...PAY, args: { amount: 900 } },
      factsOf({
        ...permitted(),
        labels: { untrusted: [], personal: [] },
        case: { ...CASE, labels: tainted },
      }),
    );
    expect(found.verdict).toBe("ask");
  });

  test("what a tool gives rests on what was read before, and on where it reads", () => {
    const read = judge(call("ticket.read", {}), factsOf({ labels: tainted }));
    expect(read.labels.untrusted).toEqual(["mail", "shop: ticket.read"]);
  });
});

describe("the action", () => {
  test("is another one with another argument, target, agent, requester or definition", () => {
    const { action } = judge(PAY, factsOf());
    const tools = { ...mapOf().tools, "refund.pay": { ...REFUND, digest: "new" } };
    const other = [
      judge({ ...PAY, args: { order_id: "7", amount: 121 } }, factsOf()),
      judge({ ...PAY, requester: "customer:5" }, factsOf()),
      judge({ ...PAY, key: "wf_1.5" }, factsOf()),
      judge(PAY, factsOf({ map: mapOf({ tools }) })),
      judge(PAY, factsOf({ case: { ...CASE, id: "cs_2" } })),
    ];
    expect(new Set([action, ...other.map((one) => one.action)]).size).toBe(6);
    expect(judge({ ...PAY, step: "elsewhere" }, factsOf()).action).toBe(action);
  });
});
