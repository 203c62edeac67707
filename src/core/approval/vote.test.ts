import { describe, expect, test } from "vitest";
import { askedOf, drive, HOUR, REFUND, ROLES } from "../../../test/given/approval.ts";
import { digestOf } from "../../../test/given/workflow.ts";
import type { Chain, Delegation } from "./index.ts";

const BOARD: Chain = {
  ...REFUND,
  name: "refund-board",
  stages: [
    { from: { role: "finance" }, need: 1, due: { ms: HOUR, isWorking: false }, isDistinct: false },
    {
      from: { people: ["wing", "fay", "gus"] },
      need: 2,
      due: { ms: 2 * HOUR, isWorking: false },
      isDistinct: true,
    },
  ],
};

const delegation = (from: string, to: string, more: Partial<Delegation> = {}): Delegation => ({
  from,
  to,
  since: 0,
  until: Number.MAX_SAFE_INTEGER,
  chains: null,
  ...more,
});

describe("an approval by a chain", () => {
  test("is decided by who has the role today, and by nobody else", () => {
    const one = drive(askedOf(REFUND));
    expect(one.approval().gate).toMatchObject({ from: ["ana", "ben"], need: 1 });
    expect(one.approve("fay")).toMatchObject({
      code: "not-allowed",
      message: "fay may not decide this; ana, ben may.",
    });
    one.town.roles["manager"] = ["ben", "fay"];
    expect(one.approve("fay")).toBeNull();
    expect(one.approval().state).toBe("allowed");
  });

  test("is for a role in a team, and for the manager of who asks", () => {
    const inTeam = drive(
      askedOf({
        ...REFUND,
        stages: [
          { from: { role: "manager", team: "support" }, need: 1, due: null, isDistinct: false },
        ],
      }),
    );
    expect(inTeam.approve("ben")).toMatchObject({ message: "ben may not decide this; ana may." });
    expect(inTeam.approve("ana")).toBeNull();
    const above = drive(
      askedOf({
        ...REFUND,
        stages: [{ from: { managerOf: "requester" }, need: 1, due: null, isDistinct: false }],
      }),
    );
    expect(above.approve("wing")).toMatchObject({ code: "not-allowed" });
    expect(above.approve("ana")).toBeNull();
  });

  test("whose role nobody has can be decided by nobody", () => {
    const one = drive(askedOf(REFUND), { roles: { ...ROLES, manager: [] } });
    expect(one.approve("ana")?.message).toContain("nobody has the role it asks for");
  });

  test("goes through its stages, each with its people, its number and its time", () => {
    const one = drive(askedOf(BOARD));
    expect(one.approve("wing")).toMatchObject({ code: "not-allowed" });
    one.approve("fay");
    expect(one.events.at(-1)).toMatchObject({ type: "gate.advanced", stage: 1, need: 2 });
    expect(one.approval()).toMatchObject({ state: "open", due: one.town.at + 2 * HOUR });
    expect(one.approve("fay")).toMatchObject({
      message: "fay may not decide this: fay has decided at an earlier stage.",
    });
    one.approve("gus");
    expect(one.approve("gus")?.message).toContain("one person has one vote");
    expect(one.approval().state).toBe("open");
    one.approve("wing");
    expect(one.approval().state).toBe("allowed");
  });

  test("deny-wins", () => {
    const one = drive(
      askedOf({
        ...REFUND,
        stages: [
          { ...BOARD.stages[1], from: { people: ["ana", "ben", "wing"] }, need: 2 } as never,
        ],
      }),
    );
    one.approve("ana");
    expect(
      one.tell("ben", { type: "vote", ...shown(one), allow: false, reason: " " })?.message,
    ).toBe("A reason is needed to reject it; it stands in the log.");
    one.reject("ben");
    expect(one.approval()).toMatchObject({ state: "denied" });
    expect(one.approve("wing")).toMatchObject({ code: "conflict" });
  });

  test("requester-cannot-vote (web, Slack, e-mail, API, via delegate)", () => {
    // Every door to an approval passes the one function: what a channel must look at first is its own.
    for (const channel of ["terminal", "web", "slack", "email", "api"] as const) {
      const one = drive(
        askedOf(REFUND, { parties: { requesters: ["ana"], owners: [], agent: "s" } }),
      );
      expect(one.approve("ana", { channel })).toMatchObject({ code: "not-allowed" });
      expect(one.approval().votes).toEqual([]);
    }
    const parties = { requesters: ["ana"], owners: [], agent: "s" };
    // Not as the delegate of another, and nobody as theirs.
    const asDelegate = drive(askedOf(REFUND, { parties }), {
      delegations: [delegation("ben", "ana")],
    });
    expect(asDelegate.approve("ana")?.message).toBe("ana may not decide this: ana asks for it.");
    const byDelegate = drive(askedOf(REFUND, { parties }), {
      delegations: [delegation("ana", "gus")],
    });
    expect(byDelegate.approve("gus")?.message).toBe(
      "gus may not decide this in the place of ana: ana asks for it.",
    );
  });

  test("is not decided by who answers for the agent, where its chain says so", () => {
    const parties = { requesters: [], owners: ["ana"], agent: "s" };
    expect(drive(askedOf(REFUND, { parties })).approve("ana")).toBeNull();
    const strict = drive(askedOf({ ...REFUND, not: ["owner"] }, { parties }));
    expect(strict.approve("ana")?.message).toContain("ana answers for the agent");
  });

  test("is not decided by an agent, the machine or a program's token", () => {
    const one = drive(askedOf(REFUND), { roles: { ...ROLES, manager: ["agent:ana", "muster"] } });
    for (const by of ["agent:ana", "muster", "timer", ""])
      expect(one.approve(by)).toMatchObject({ code: "not-allowed" });
    expect(drive(askedOf(REFUND)).approve("ana", { channel: "api" })?.message).toBe(
      "A program's token decides nothing; people do.",
    );
  });

  test("model advice never counts", () => {
    const advice = [{ by: "agent:judge", says: "approve", why: "It looks right." }];
    const evidence = { ...NOTHING, advice };
    const one = drive(askedOf(REFUND, { evidence }));
    expect(one.approval()).toMatchObject({ state: "open", votes: [] });
    expect(one.approve("agent:judge")).toMatchObject({ code: "not-allowed" });
    one.reject("ana");
    expect(one.approval().state).toBe("denied");
  });

  test("is a vote on what was shown, and keeps how it was come to", () => {
    const one = drive(askedOf(REFUND));
    const { digest, presented } = shown(one);
    const vote = { type: "vote", digest, allow: true, reason: "" } as const;
    expect(one.tell("ana", vote)?.message).toContain("does not say what was shown");
    const other = digestOf("another screen");
    expect(one.tell("ana", { ...vote, presented: other })).toMatchObject({ code: "conflict" });
    one.tell("ana", { type: "view", presented: other });
    one.tell("ana", { type: "view", presented });
    one.tell("ana", { type: "view", presented });
    expect(one.events.map(({ type }) => type)).toEqual(["gate.viewed"]);
    one.after(60_000);
    one.tell("ana", { ...vote, presented, channel: "terminal" });
    expect(one.approval().votes).toMatchObject([
      { presented, channel: "terminal", viewedAt: one.town.at - 60_000, at: one.town.at },
    ]);
  });
});

describe("a delegate", () => {
  test("decides in the place of another, for a time and for some chains, and both are named", () => {
    const one = drive(askedOf(REFUND), { delegations: [delegation("ana", "gus")] });
    expect(one.approve("gus")).toBeNull();
    expect(one.approval().votes).toMatchObject([{ voter: "gus", for: "ana" }]);
    const at = one.town.at;
    for (const not of [{ until: at }, { since: at + 1 }, { chains: ["discount"] }])
      expect(
        drive(askedOf(REFUND), { delegations: [delegation("ana", "gus", not)] }).approve("gus"),
      ).toMatchObject({ code: "not-allowed" });
    const named = [delegation("ana", "gus", { chains: ["refund-manager"] })];
    expect(drive(askedOf(REFUND), { delegations: named }).approve("gus")).toBeNull();
  });

  test("lets nobody decide in turn", () => {
    const delegations = [delegation("ana", "gus"), delegation("gus", "wing")];
    expect(drive(askedOf(REFUND), { delegations }).approve("wing")).toMatchObject({
      code: "not-allowed",
    });
  });

  test("one-human-one-vote as delegate too", () => {
    const two = { ...REFUND, stages: [{ ...REFUND.stages[0], need: 2 } as never] };
    const delegations = [
      delegation("ana", "ben"),
      delegation("ben", "ana"),
      delegation("ana", "gus"),
    ];
    const one = drive(askedOf(two), { delegations });
    one.approve("ben");
    expect(one.approve("ben", { for: "ana" })).toMatchObject({ code: "conflict" });
    expect(one.approval().state).toBe("open");
    // One right is used once as well.
    const used = drive(askedOf(two), { delegations });
    used.approve("gus");
    expect(used.approve("ana")?.message).toBe(
      "ana has had it decided by gus before; one person has one vote.",
    );
    expect(used.approve("ben")).toBeNull();
    expect(used.approval().state).toBe("allowed");
    const other = drive(askedOf(two), { delegations });
    other.approve("ana");
    expect(other.approve("gus")?.message).toContain("ana has decided this before");
  });

  test("is one only where the other has said so", () => {
    expect(drive(askedOf(REFUND)).approve("gus", { for: "ana" })?.message).toBe(
      "ana does not let gus decide this in their place, now.",
    );
  });
});

describe("a claim", () => {
  test("keeps others from deciding, until it is given back", () => {
    const one = drive(askedOf(REFUND));
    expect(one.tell("ana", { type: "claim" })).toBeNull();
    expect(one.approve("ben")).toMatchObject({ message: "ana has claimed this." });
    expect(one.tell("ben", { type: "release", why: "" })?.message).toBe(
      "ana has claimed this; ana or wing may release it.",
    );
    one.tell("wing", { type: "release", why: "Ana is away." });
    expect(one.approve("ben")).toBeNull();
    const two = drive(askedOf({ ...REFUND, stages: [{ ...REFUND.stages[0], need: 2 } as never] }));
    expect(two.tell("ana", { type: "claim" })?.message).toContain("2 people decide this");
  });
});

describe("a question", () => {
  test("is asked by who may decide, and answered by who knows", () => {
    const one = drive(askedOf(REFUND));
    expect(one.tell("rita", { type: "reply", text: "Yes." })).toMatchObject({ code: "conflict" });
    expect(one.tell("gus", { type: "ask", text: "Why?" })).toMatchObject({ code: "not-allowed" });
    one.tell("ana", { type: "ask", text: "Is the parcel back?" });
    expect(one.tell("ana", { type: "ask", text: " " })).toMatchObject({ code: "bad-input" });
    one.tell("rita", { type: "reply", text: "Since Monday." });
    expect(one.approval().talk).toMatchObject([
      { by: "ana", isQuestion: true },
      { by: "rita", text: "Since Monday.", isQuestion: false },
    ]);
    expect(one.approval().state).toBe("open");
  });
});

describe("an approval in part", () => {
  const [pay, mail, voucher] = ["pay", "mail", "voucher"].map(digestOf) as [never, never, never];
  const actions = [
    { digest: pay, title: "Pay HKD 640.50" },
    { digest: mail, title: "Write to Ada" },
    { digest: voucher, title: "Send a voucher" },
  ];

  test("lists what it permits and what still stands in the way of the rest", () => {
    const one = drive(askedOf(REFUND, { actions }));
    one.approve("ana", { permits: [mail, voucher], blocks: ["The parcel is not back."] });
    expect(one.approval()).toMatchObject({
      state: "allowed",
      permits: [mail, voucher],
      blocks: ["The parcel is not back."],
    });
  });

  test("who breaks the glass does not allow what another has refused", () => {
    const two: Chain = { ...REFUND, stages: REFUND.stages.map((one) => ({ ...one, need: 2 })) };
    const one = drive(askedOf(two, { actions }));
    one.approve("ana", { permits: [mail, voucher], blocks: ["The parcel is not back."] });
    const { digest, terms } = one.approval().gate;
    const presented = terms?.presented ?? digest;
    expect(one.tell("dot", { type: "override", digest, presented, reason: "Now." })).toBeNull();
    expect(one.approval()).toMatchObject({ state: "allowed", permits: [mail, voucher] });
    expect(one.events.at(-1)).toMatchObject({ blocks: ["The parcel is not back."] });
  });

  test("permits what all permit, and never nothing", () => {
    const two = { ...REFUND, stages: [{ ...REFUND.stages[0], need: 2 } as never] };
    const one = drive(askedOf(two, { actions }));
    one.approve("ana", { permits: [mail, voucher] });
    expect(one.approve("ben", { permits: [pay] })?.message).toContain("nothing would be permitted");
    one.approve("ben", { permits: [pay, mail] });
    expect(one.approval().permits).toEqual([mail]);
  });

  test("is none of one action", () => {
    expect(drive(askedOf(REFUND)).approve("ana", { blocks: ["Later."] })?.message).toBe(
      "This is one action: it cannot be allowed in part.",
    );
  });
});

type One = ReturnType<typeof drive>;

function shown(one: One) {
  const { digest, terms } = one.approval().gate;
  return { digest, presented: terms?.presented ?? digest };
}

const NOTHING = {
  request: null,
  action: "",
  difference: null,
  options: [],
  rules: [],
  data: [],
  missing: [],
  history: [],
  taint: [],
  advice: [],
};
