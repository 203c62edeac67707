import { describe, expect, test } from "vitest";
import type { Event } from "../machine/index.ts";
import { countGates } from "./index.ts";

type Given = { readonly rules?: readonly string[]; readonly chain?: string };

/** One gate: asked at `at`, then what happens there, each so many seconds later. */
function gate(at: number, given: Given, ...after: readonly (readonly [number, object])[]): Event[] {
  const rules = (given.rules ?? []).map((rule) => ({ rule, version: "1" }));
  const asked = { chain: given.chain ?? "", terms: { rules } };
  const events = [
    { type: "gate.opened", path: "pay", gate: asked, seq: at, at },
    ...after.map(([later, one]) => ({ path: "pay", key: at, seq: 0, at: at + later, ...one })),
  ];
  return events as unknown as Event[];
}

const vote = (voter: string, allow: boolean) => ({ type: "gate.voted", voter, allow });
const closed = (allowed: boolean) => ({ type: "gate.closed", allowed, why: "" });

function tally(since: number, ...gates: readonly Event[][]) {
  const counted = countGates(since);
  for (const event of gates.flat()) counted.hear("wf_1", "refund", event);
  return counted.tally();
}

describe("what people were asked, per rule", () => {
  test("is counted by what they said; the clock is nobody", () => {
    const [over, other] = tally(
      0,
      gate(100, { rules: ["over"], chain: "m" }, [10, vote("ana", true)], [10, closed(true)]),
      gate(200, { rules: ["over"], chain: "m" }, [30, vote("bo", false)], [30, closed(false)]),
      gate(300, { rules: ["over", "often"], chain: "m" }, [900, closed(false)]),
      gate(400, { rules: ["over"], chain: "m" }, [
        5,
        { type: "gate.edited", gate: { chain: "m" } },
      ]),
    );
    expect(over).toEqual({
      of: "over",
      kind: "rule",
      asked: 4,
      approved: 1,
      refused: 1,
      expired: 1,
      edited: 1,
      open: 1,
      medianMs: 20,
      deciders: ["ana", "bo"],
      isAlways: false,
    });
    expect(other).toMatchObject({ of: "often", asked: 1, expired: 1, medianMs: null });
  });

  test("a rule that is always approved as it was asked stands out, from five times on", () => {
    const yes = (at: number) =>
      gate(at, { rules: ["small"] }, [2, vote("ana", true)], [2, closed(true)]);
    expect(tally(0, ...[1, 2, 3, 4].map(yes))[0]?.isAlways).toBe(false);
    expect(tally(0, ...[1, 2, 3, 4, 5].map(yes))[0]?.isAlways).toBe(true);
    const edited = gate(9, { rules: ["small"] }, [1, { type: "gate.edited" }], [2, closed(true)]);
    expect(tally(0, ...[1, 2, 3, 4, 5].map(yes), edited)[0]?.isAlways).toBe(false);
  });

  test("what no rule asks is named by its chain, or by its step", () => {
    const all = tally(50, gate(10, {}), gate(60, {}), gate(70, { chain: "lead" }));
    expect(all).toMatchObject([
      { of: "lead", kind: "chain", asked: 1 },
      { of: "refund/pay", kind: "step", asked: 1 },
    ]);
  });
});
