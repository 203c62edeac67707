import { expect, test } from "vitest";
import { digestOf } from "../../../../test/given/workflow.ts";
import {
  type ApprovalFacts,
  begunApproval,
  consumeApproval,
  evolveApproval,
  type RuleRef,
} from "../../approval/index.ts";
import { ALWAYS, addSpan } from "../../calendar/index.ts";
import { type JudgeFacts, type Judgement, judge, type ToolCall } from "../../governance/index.ts";
import { HARBOUR } from "../example-map.ts";
import { type MapFile, readWorkMap, type WorkMap } from "../index.ts";

function mapOf(change: (text: string) => string = (text) => text): WorkMap {
  const files: readonly MapFile[] = HARBOUR.map(({ file, text }) => ({ file, text: change(text) }));
  const { map, problems } = readWorkMap(files, { digest: digestOf, agents: null, workflows: null });
  if (map === null) throw new Error(problems[0]?.message);
  return map;
}

const PREVIEW = {
  entity: "orders",
  id: "7",
  before: { id: "7", total: 900, refunded: 0 },
  after: { id: "7", total: 900, refunded: 640 },
  digest: digestOf("order 7 as it was"),
};

const CALL: ToolCall = {
  tool: "refund.pay",
  args: { order_id: "7", amount: 640 },
  agent: "finance",
  requester: "rita",
  run: "wf_a",
  step: "pay",
  key: "wf_a.4",
  preview: PREVIEW,
};

function judged(map: WorkMap, call: ToolCall = CALL): Judgement {
  const facts: JudgeFacts = {
    map,
    mapDigest: digestOf("map"),
    case: {
      id: "cs_1",
      request: "refund",
      bindings: { order_id: "7", customer_id: "4" },
      facts: {},
      trusted: ["Please pay back 640 for my order 7."],
      labels: { untrusted: [], personal: [] },
      requester: "customer:4",
    },
    labels: { untrusted: [], personal: [] },
    stopped: null,
    pinned: Object.fromEntries(Object.values(map.tools).map((one) => [one.name, one.digest])),
    callsInCase: 0,
    now: 0,
    digest: digestOf,
  };
  return judge(call, facts);
}

const FACTS: ApprovalFacts = {
  at: 0,
  by: "ana",
  people: (name) => ({ manager: ["ana"], "support-team": ["ana", "ben"] })[name] ?? [],
  manager: () => null,
  delegations: [],
  after: (at, span) => addSpan(ALWAYS, at, span),
  digest: digestOf,
};

const rulesOf = ({ rules }: Judgement): readonly RuleRef[] =>
  rules
    .filter(({ follows, holds }) => follows === "approve" && holds !== "false")
    .map(({ rule, version }) => ({ rule, version }));

/** Allowed by the map as it is, then used with another judgement. */
function used(map: WorkMap, call: ToolCall = CALL): string {
  const first = mapOf();
  const asked = judged(first);
  expect(asked).toMatchObject({ verdict: "ask", chains: ["refund-manager"] });
  const chain = first.approvals["refund-manager"];
  if (chain === undefined) throw new Error("The example has no such chain.");
  const open = begunApproval(
    {
      digest: asked.action,
      ask: "May finance pay?",
      terms: {
        chain,
        parties: { requesters: ["rita"], owners: [], agent: "finance" },
        rules: rulesOf(asked),
        what: CALL.tool,
        args: CALL.args,
        precondition: PREVIEW.digest,
      },
    },
    FACTS,
  );
  const allowed = [
    { type: "gate.voted", digest: asked.action, voter: "ana", allow: true, reason: "" },
    { type: "gate.closed", allowed: true, why: "" },
  ] as const;
  const approval = allowed.reduce((one, event) => evolveApproval(one, event, FACTS), open);
  const again = judged(map, call);
  const found = consumeApproval(
    approval,
    {
      action: again.action,
      chain: map.approvals["refund-manager"]?.digest ?? null,
      rules: rulesOf(again),
      precondition: call.preview?.digest ?? null,
      stopped: null,
    },
    FACTS,
  );
  return found.kind === "void" ? found.event.how : found.kind;
}

test("argument/target/schema/rule/chain change invalidates", () => {
  expect(used(mapOf())).toBe("consumed");
  expect(used(mapOf(), { ...CALL, args: { order_id: "7", amount: 641 } })).toBe("action");
  expect(used(mapOf(), { ...CALL, preview: { ...PREVIEW, id: "8" } })).toBe("action");
  expect(used(mapOf(), { ...CALL, agent: "support" })).toBe("action");
  const schema = mapOf((text) =>
    text.replace(
      "args: { order_id: string, amount: number }",
      "args: { order_id: string, amount: { type: number, minimum: 1 } }",
    ),
  );
  expect(used(schema)).toBe("action");
  const rule = mapOf((text) => text.replace("args.amount > 500.0", "args.amount > 400.0"));
  expect(used(rule)).toBe("rule");
  const chain = mapOf((text) =>
    text.replace("edit: { amount: decrease }", "edit: { amount: any }"),
  );
  expect(used(chain)).toBe("chain");
  const changed = { ...PREVIEW, digest: digestOf("order 7 as it is now") };
  expect(used(mapOf(), { ...CALL, preview: changed })).toBe("stale");
});
