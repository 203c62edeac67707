import { describe, expect, test } from "vitest";
import type { Digest, StreamId } from "../id.ts";
import type { JsonObject } from "../json.ts";
import type { CheckedEvent } from "./log-check.ts";
import type { KeptMaps } from "./permits.ts";
import { openPolicyCheck } from "./policy-check.ts";

const ACTION = "sha256:action";
const MAP = "sha256:map";

type Told = readonly [type: string, data: JsonObject, stream?: string];

/** What is wrong with a record of these events, as the sentences say it. */
function wrongIn(told: readonly Told[], isKept = true): readonly string[] {
  const check = openPolicyCheck();
  const wrong = eventsOf(told).flatMap(check.hear);
  return [...wrong, ...check.last(kept(isKept))].map(({ message }) => message);
}

/** The map has the one rule "small", in its first version, for refunds. */
const kept = (isKept: boolean): KeptMaps => ({
  isKept: () => isKept,
  permits: (digest, { rule, version }, tool) =>
    digest === MAP ? rule === "small" && version === "1" && tool === "refund.pay" : null,
});

function eventsOf(told: readonly Told[]): readonly CheckedEvent[] {
  const seqs = new Map<string, number>();
  return told.map(([type, data, stream = "wf_aaaa"], at): CheckedEvent => {
    const seq = (seqs.get(stream) ?? 0) + 1;
    seqs.set(stream, seq);
    return {
      stream: stream as StreamId,
      seq,
      position: at + 1,
      at,
      type,
      step: "",
      actor: { kind: "system", id: "muster" },
      data,
      sealed: [],
      hash: ACTION as Digest,
    };
  });
}

const judged = (over: JsonObject = {}): Told => [
  "tool.judged",
  {
    tool: "refund.pay",
    level: "external",
    action: ACTION,
    verdict: "ask",
    rules: [],
    checks: [],
    map: MAP,
    ...over,
  },
];
const opened = (over: JsonObject = {}): Told => [
  "gate.opened",
  {
    gate: {
      digest: ACTION,
      terms: { chain: { not: ["requester"] }, parties: { requesters: ["bo"] } },
      ...over,
    },
  },
];
const voted = (voter: string): Told => ["gate.voted", { key: 2, voter, allow: true }];
const closed: Told = ["gate.closed", { key: 2, allowed: true }];
const consumed: Told = ["gate.consumed", { key: 2, use: 1 }];
const started = (over: JsonObject = {}): Told => [
  "writeback.started",
  { key: 1, action: ACTION, approval: 2, ...over },
];
const approved = [judged(), opened(), voted("ana"), closed, consumed];
const published: Told = ["map.published", { digest: MAP }, "company"];
const permit = { rule: "small", version: "1", follows: "permit", holds: "true", isShadow: false };

describe("what was done, against what is allowed", () => {
  test("P1 an external write that people approved, or that a rule permits by name, is well", () => {
    expect(wrongIn([...approved, started()])).toEqual([]);
    const permitted = judged({ verdict: "allow", rules: [permit] });
    expect(wrongIn([published, permitted, started()])).toEqual([]);
    expect(wrongIn([permitted, started(), published])).toEqual([]);
    expect(wrongIn([judged({ level: "record", verdict: "allow" }), started()])).toEqual([]);
  });

  test("P2 of several that were asked at once each is approved by itself, and written once", () => {
    const [one, two] = ["sha256:one", "sha256:two"];
    const actions = [
      { use: 1, digest: one },
      { use: 2, digest: two },
    ];
    const list = opened({ digest: "sha256:list", terms: { actions } });
    const vote: Told = ["gate.voted", { key: 3, voter: "ana", allow: true }];
    const both = [judged({ action: one }), judged({ action: two }), list, vote];
    const part: Told = ["gate.closed", { key: 3, allowed: true, permits: [one] }];
    const all: Told = ["gate.closed", { key: 3, allowed: true }];
    const used = (use: number, action: string): readonly Told[] => [
      ["gate.consumed", { key: 3, use, action }],
      ["writeback.started", { key: use, action, approval: 3 }],
    ];
    expect(wrongIn([...both, all, ...used(1, one), ...used(2, two)])).toEqual([]);
    expect(wrongIn([...both, part, ...used(1, one)])).toEqual([]);
    expect(wrongIn([...both, part, ...used(2, two)]).join()).toContain("P1");
    expect(wrongIn([...both, all, ...used(1, one), ...used(1, one)]).join()).toContain("P4");
  });

  test.each([
    ["nobody was asked", [judged(), started()]],
    ["it was not used up", [judged(), opened(), voted("ana"), closed, started()]],
    [
      "they said no",
      [
        judged(),
        opened(),
        ["gate.closed", { key: 2, allowed: false }] as Told,
        consumed,
        started(),
      ],
    ],
    [
      "the rule is only tried",
      [judged({ verdict: "allow", rules: [{ ...permit, isShadow: true }] }), started()],
    ],
    ["nobody voted", [judged(), opened(), closed, consumed, started()]],
    [
      "it takes back another",
      [judged({ verdict: "allow" }), ["writeback.started", { key: 1, action: ACTION }] as Told],
    ],
    [
      "it was for another use",
      [judged(), opened(), closed, ["gate.consumed", { key: 2, use: 9 }] as Told, started()],
    ],
  ])("P1 an external write without leave is told: %s", (_what, told) => {
    expect(wrongIn(told)[0]).toMatch(
      /began an external write with refund\.pay, which nobody approved/,
    );
  });

  test("P1 a rule that permits is one of a published map, in the version that was asked, and of this tool", () => {
    const by = (over: JsonObject, of: JsonObject = {}): readonly string[] =>
      wrongIn([
        published,
        judged({ verdict: "allow", rules: [{ ...permit, ...over }], ...of }),
        started(),
      ]);
    expect(by({})).toEqual([]);
    for (const wrong of [
      by({ rule: "large" }),
      by({ version: "2" }),
      by({}, { tool: "mail.send" }),
    ])
      expect(wrong).toEqual([expect.stringContaining("which does not permit it in the map")]);
    expect(by({}, { map: "sha256:other" })[0]).toContain("of a map that was never published (P1)");
  });

  test("P1 a write that was not judged at all is told", () => {
    expect(wrongIn([started()])[0]).toContain("was not judged (P1)");
  });

  test("P2 another action than was judged, or than was approved, is told", () => {
    expect(wrongIn([...approved, started({ action: "sha256:other" })])[0]).toContain(
      "than was judged (P2)",
    );
    const other = [
      judged(),
      opened({ digest: "sha256:other" }),
      voted("ana"),
      closed,
      consumed,
      started(),
    ];
    expect(wrongIn(other)[0]).toContain("than was approved (P2)");
  });

  test("P2 what a decider has changed is judged by that, and what was asked before is another action", () => {
    const less = "sha256:less";
    const edited: Told = ["gate.edited", { key: 2, gate: { digest: less, use: 1 } }];
    const changed = [judged(), opened({ use: 1 }), edited, voted("ana"), closed, consumed];
    expect(wrongIn([...changed, started({ action: less })])).toEqual([]);
    expect(wrongIn([...changed, started()])[0]).toContain("than was judged (P2)");
  });

  test("P3 a vote of who asked for it is told, unless the chain allows it", () => {
    expect(wrongIn([judged(), opened(), voted("bo")])[0]).toContain(
      "a vote of bo, who asked for it (P3)",
    );
    expect(
      wrongIn([
        judged(),
        opened({ terms: { chain: { not: [] }, parties: { requesters: ["bo"] } } }),
        voted("bo"),
      ]),
    ).toEqual([]);
  });

  test("P3 of a sealed run the requester is told by a mark, which shows nobody's name", () => {
    const sealed = (marks: readonly string[]): Told => {
      const terms = { chain: { not: ["requester"] }, parties: { requesters: [] } };
      return [
        "gate.opened",
        { gate: { digest: ACTION, terms }, ...(marks.length > 0 && { marks }) },
      ];
    };
    const vote = (marks: readonly string[]): Told => [
      "gate.voted",
      { key: 2, voter: "bo", allow: true, marks },
    ];
    expect(wrongIn([judged(), sealed(["mark:1", "mark:2"]), vote(["mark:3"])])).toEqual([]);
    expect(wrongIn([judged(), sealed(["mark:1", "mark:2"]), vote(["mark:2"])])[0]).toContain(
      "a vote of bo, who has the mark of one who asked for it (P3)",
    );
    expect(wrongIn([judged(), sealed(["mark:1"]), vote([])])[0]).toContain("without the mark");
    const check = openPolicyCheck();
    for (const event of eventsOf([judged(), sealed([]), vote([])])) check.hear(event);
    expect(check.told().untold).toBe(1);
  });

  test("P3 who decides for another, who broke the glass, and who has changed it are held against it, too", () => {
    const vote = { key: 2, allow: true };
    expect(
      wrongIn([judged(), opened(), ["gate.voted", { ...vote, voter: "al", for: "bo" }]]),
    ).toHaveLength(1);
    expect(
      wrongIn([judged(), opened(), ["gate.overridden", { key: 2, voter: "bo" }]]),
    ).toHaveLength(1);
    const terms = { chain: { not: ["editor"] }, parties: { requesters: ["bo"] } };
    const edited = (counts: boolean): Told => [
      "gate.edited",
      { key: 2, counts, gate: { digest: ACTION, terms } },
    ];
    const asked = [judged(), opened({ terms })];
    expect(wrongIn([...asked, edited(true), voted("muster")])[0]).toContain("of muster, who asked");
    expect(wrongIn([...asked, edited(false), voted("muster")])).toEqual([]);
    expect(wrongIn([...asked, edited(true), voted("bo")])).toEqual([]);
  });

  test("P4 an approval that is used twice is told", () => {
    expect(wrongIn([...approved, consumed])[0]).toContain("uses the approval 2 a second time (P4)");
  });

  test("P5 a version of the map that is not kept is told", () => {
    expect(wrongIn([judged()], false)).toEqual([
      `Event wf_aaaa.1 rests on the map ${MAP}, which is not kept as it was (P5).`,
    ]);
  });

  const came: Told = ["request.received", { source: "customer", channel: "mail" }, "cs_1"];
  const run: Told = ["run.accepted", { case: "cs_1" }];
  const over: Told = ["case.closed", {}, "cs_1"];

  test("P6 a case is closed when what was begun in it has ended, and something came to it", () => {
    const write = [run, judged({ level: "record", verdict: "allow" }), started({ key: 2 })];
    expect(wrongIn([came, ...write, over])[0]).toContain(
      "while the write begun at wf_aaaa.3 has not ended (P6)",
    );
    expect(wrongIn([came, ...write, over, ["writeback.unknown", { key: 2 }]])[0]).toContain(
      "while the write begun at wf_aaaa.3 has not ended (P6)",
    );
    expect(wrongIn([came, ...write, ["writeback.unknown", { key: 2 }], over])).toEqual([]);
    expect(wrongIn([over])[0]).toContain("to which nothing came (P6)");
  });

  test.each<readonly [item: string, told: readonly Told[], says: string]>([
    ["source", [["request.received", { channel: "mail" }, "cs_1"]], "from whom it came"],
    ["data", [run, ["tool.finished", { key: 2, outcome: "ok" }]], "gave data, and does not say"],
    ["agents", [run, ["step.finished", { closes: 9 }]], "does not say whose work it was"],
    ["rules", [run, judged({ checks: null })], "by which map, rules and checks"],
    [
      "approval",
      [run, judged(), opened(), ["gate.closed", { key: 3, allowed: true }]],
      "allows what nobody decided on",
    ],
    ["writes", [run, ["writeback.committed", { key: 2 }]], "does not say where it was written"],
    ["exceptions", [run, ["exception.raised", { error: {} }]], "who is to mend it"],
  ])("P6 what happened says what it has to: %s", (_item, told, says) => {
    expect(wrongIn(told)).toEqual([expect.stringContaining(says)]);
  });

  test("P6 what nothing is said of has not happened, and is counted", () => {
    const check = openPolicyCheck();
    const read = { system: "shop", entity: "orders", fields: [] };
    const began: Told = ["step.started", { attempt: { agent: "clerk" } }];
    const told = [came, run, began, ["tool.finished", { key: 2, outcome: "ok", read }] as Told];
    const wrong = eventsOf([...told, over]).flatMap(check.hear);
    expect([...wrong, ...check.last(kept(true))]).toEqual([]);
    const nothing = {
      source: 0,
      data: 0,
      agents: 0,
      rules: 1,
      approval: 1,
      writes: 1,
      exceptions: 1,
    };
    expect(check.told()).toMatchObject({ cases: 1, closed: 1, nothing });
  });
});
