import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { askedOf, type Driven, drive, HOUR, REFUND, ROLES } from "../../../test/given/approval.ts";
import { cases } from "../../../test/given/cases.ts";
import { digestOf } from "../../../test/given/workflow.ts";
import {
  type Chain,
  consumeApproval,
  type Delegation,
  evolveApproval,
  newApproval,
} from "./index.ts";

const PEOPLE = ["ana", "ben", "wing", "fay", "gus", "dot", "rita", "agent:ana", "muster"] as const;
const ROLE = ["manager", "director", "finance", "duty"] as const;

const who = fc.constantFrom(...PEOPLE);
const role = fc.constantFrom(...ROLE);

const stage = fc.record({
  from: fc.record({ role }),
  need: fc.integer({ min: 1, max: 2 }),
  due: fc.option(fc.constant({ ms: 4 * HOUR, isWorking: false }), { nil: null }),
  isDistinct: fc.boolean(),
});

const chain: fc.Arbitrary<Chain> = fc.record({
  name: fc.constant("drawn"),
  digest: fc.constant("chain-1"),
  stages: fc.array(stage, { minLength: 1, maxLength: 3 }),
  not: fc.subarray(["requester", "editor", "owner"] as const),
  edit: fc.constant({ "refund.amount": "decrease" } as const),
  remind: fc.constant([0.5]),
  onTimeout: fc.constantFrom<Chain["onTimeout"]>([], REFUND.onTimeout, [{ kind: "reject" }]),
  bulk: fc.constant(null),
  breakGlass: fc.constantFrom(null, REFUND.breakGlass),
});

const delegation = fc.record({
  from: who,
  to: who,
  since: fc.constant(0),
  until: fc.constantFrom(0, Number.MAX_SAFE_INTEGER),
  chains: fc.constantFrom(null, ["drawn"], ["other"]),
});

type Act = (one: Driven) => void;

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: who.map((by) => (one: Driven) => void one.approve(by)) },
  who.map((by) => (one: Driven) => void one.reject(by)),
  fc.tuple(who, fc.integer({ min: 100, max: 900 })).map(
    ([by, amount]) =>
      (one: Driven) =>
        void one.edit(by, { "refund.amount": amount }),
  ),
  who.map((by) => (one: Driven) => void one.tell(by, { type: "claim" })),
  who.map((by) => (one: Driven) => void one.tell(by, { type: "release", why: "" })),
  fc.integer({ min: 1, max: 3 * HOUR }).map((ms) => (one: Driven) => one.after(ms)),
  who.map((by) => (one: Driven) => {
    const { digest, terms } = one.approval().gate;
    const presented = terms?.presented ?? digest;
    one.tell(by, { type: "override", digest, presented, reason: "Now." });
  }),
  fc.tuple(role, fc.subarray(["ana", "ben", "fay", "gus"])).map(([name, has]) => (one: Driven) => {
    one.town.roles[name] = has;
  }),
);

const drawn = fc.record({
  chain,
  delegations: fc.array(delegation, { maxLength: 4 }),
  acts: fc.array(act, { maxLength: 25 }),
});

type Drawn = {
  readonly chain: Chain;
  readonly delegations: readonly Delegation[];
  readonly acts: readonly Act[];
};

function played({ chain: of, delegations, acts }: Drawn): Driven {
  const one = drive(askedOf(of), { roles: { ...ROLES }, delegations });
  for (const next of acts) next(one);
  return one;
}

const humans = (one: Driven, at: number): readonly string[] =>
  one
    .approval()
    .votes.filter((vote) => (vote.stage ?? 0) === at && vote.allow)
    .map(({ voter }) => voter);

describe("whatever people do with an approval", () => {
  const check = (law: (one: Driven) => void): void =>
    fc.assert(
      fc.property(drawn, (all) => law(played(all))),
      { numRuns: cases(400) },
    );

  test("it is allowed by enough different people at every stage, or by a broken glass, or not at all", () =>
    check((one) => {
      const { state, override, gate } = one.approval();
      if (state !== "allowed" || override !== null) return;
      gate.terms?.chain.stages.forEach((of, at) => {
        expect(new Set(humans(one, at)).size).toBeGreaterThanOrEqual(of.need);
      });
    }));

  test("nobody decides twice at a stage, and no right is used twice", () =>
    check((one) => {
      const { votes } = one.approval();
      for (const at of [0, 1, 2]) {
        const here = votes.filter((vote) => (vote.stage ?? 0) === at);
        const rights = here.map((vote) => vote.for ?? vote.voter);
        expect(new Set(here.map(({ voter }) => voter)).size).toBe(here.length);
        expect(new Set(rights).size).toBe(rights.length);
      }
    }));

  test("nobody who asks, has edited or answers for it has decided, where its chain forbids it", () =>
    check((one) => {
      const { votes, gate, editors, override } = one.approval();
      const not = gate.terms?.chain.not ?? [];
      const deciders = [...votes.flatMap((vote) => [vote.voter, vote.for]), override?.by];
      if (not.includes("requester")) expect(deciders).not.toContain("rita");
      if (not.includes("owner")) expect(deciders).not.toContain("wing");
      if (not.length > 0 && (not.includes("editor") || not.includes("requester")))
        for (const editor of editors) expect(deciders).not.toContain(editor);
      for (const by of deciders) expect(by === "muster" || by?.startsWith("agent:")).not.toBe(true);
    }));

  test("the clock never allows it", () =>
    check((one) => {
      const { length } = one.events;
      one.after(1_000 * HOUR);
      const later = one.events.slice(length);
      expect(later.some((event) => event.type === "gate.closed" && event.allowed)).toBe(false);
    }));

  test("one who rejects ends it", () =>
    check((one) => {
      if (one.approval().votes.some(({ allow }) => !allow))
        expect(one.approval().state).toBe("denied");
    }));

  test("M4 its events give it again", () =>
    check((one) => {
      let at = drive(askedOf(REFUND)).town.at;
      const first = newApproval(one.approval().gate);
      const again = one.events.reduce(
        (state, event) => evolveApproval(state, event, { at: at++, by: "ana" }),
        first,
      );
      const { state, stage: of, votes, timeouts } = one.approval();
      const told = { state, stage: of, timeouts, votes: votes.map(({ voter }) => voter) };
      expect({
        state: again.state,
        stage: again.stage,
        timeouts: again.timeouts,
        votes: again.votes.map(({ voter }) => voter),
      }).toEqual(told);
    }));

  test("only what is allowed is begun, and only for its own action", () =>
    check((one) => {
      const now = {
        action: one.approval().gate.digest,
        chain: "chain-1",
        rules: one.approval().gate.terms?.rules ?? [],
        precondition: null,
        stopped: null,
      };
      const facts = one.facts("muster");
      const { kind } = consumeApproval(one.approval(), now, facts);
      if (one.approval().state !== "allowed") expect(kind).toBe("refused");
      const other = { ...now, action: digestOf("another") };
      expect(consumeApproval(one.approval(), other, facts).kind).not.toBe("consumed");
      const stopped = { ...now, stopped: "Stop." };
      expect(consumeApproval(one.approval(), stopped, facts).kind).toBe("refused");
    }));
});
