import { describe, expect, test } from "vitest";
import { askedOf, BEGIN, drive, HOUR, REFUND } from "../../../test/given/approval.ts";
import type { Chain } from "./index.ts";

describe("the time of an approval", () => {
  test("reminds who has not decided, at the shares of the time that its chain says", () => {
    const two = { ...REFUND, stages: [{ ...REFUND.stages[0], need: 2 } as never] };
    const one = drive(askedOf(two));
    expect(one.approval()).toMatchObject({
      due: BEGIN + 4 * HOUR,
      remind: [BEGIN + 2 * HOUR, BEGIN + 3.6 * HOUR],
    });
    one.approve("ana");
    one.after(3.7 * HOUR);
    expect(one.events.filter(({ type }) => type === "gate.reminded")).toEqual([
      { type: "gate.reminded", to: ["ben"] },
      { type: "gate.reminded", to: ["ben"] },
    ]);
  });

  test("timeout rejects/escalates, never approves", () => {
    const one = drive(askedOf(REFUND));
    one.after(4 * HOUR);
    expect(one.events.at(-1)).toMatchObject({
      type: "gate.escalated",
      to: "director",
      from: ["wing"],
      due: BEGIN + 6 * HOUR,
    });
    expect(one.approval().state).toBe("open");
    // Who was asked before may still decide; the director may besides.
    const other = drive(askedOf(REFUND));
    other.after(5 * HOUR);
    expect(other.approve("wing")).toBeNull();
    one.after(2 * HOUR);
    expect(one.approval()).toMatchObject({ state: "expired", permits: null });
    expect(one.events.at(-1)).toMatchObject({ type: "gate.closed", allowed: false, expired: true });
    expect(one.approve("ana")).toMatchObject({ code: "conflict" });
  });

  test("has no way to say that it is allowed", () => {
    const kinds: Record<Chain["onTimeout"][number]["kind"], true> = {
      escalate: true,
      reject: true,
    };
    expect(Object.keys(kinds)).toEqual(["escalate", "reject"]);
    const nothing = drive(askedOf({ ...REFUND, onTimeout: [] }));
    nothing.after(4 * HOUR);
    expect(nothing.approval().state).toBe("expired");
  });

  test("is over for a claim when others are asked", () => {
    const one = drive(askedOf(REFUND));
    one.tell("ana", { type: "claim" });
    one.after(5 * HOUR);
    expect(one.approval().claimed).toBeNull();
    expect(one.approve("ben")).toBeNull();
  });
});
