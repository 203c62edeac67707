import { describe, expect, test } from "vitest";
import { askedOf, drive, HOUR, REFUND } from "../../../test/given/approval.ts";
import { EDITS_MOST } from "./index.ts";

const TWO = { ...REFUND, stages: [{ ...REFUND.stages[0], need: 2 } as never] };

describe("an edit before an approval", () => {
  test("makes another action: what was voted is void, and the first stage is asked again", () => {
    const one = drive(askedOf(TWO));
    const before = one.approval().gate;
    one.approve("ana");
    expect(one.edit("ben", { "refund.amount": 300 })).toBeNull();
    const { gate, votes, edits } = one.approval();
    expect([votes, edits]).toEqual([[], 1]);
    expect(gate.digest).not.toBe(before.digest);
    expect(gate.terms?.presented).not.toBe(before.terms?.presented);
    const late = { type: "vote", digest: before.digest, allow: true, reason: "" } as const;
    expect(one.tell("ana", late)).toMatchObject({ code: "conflict" });
    one.approve("ana");
    one.approve("ben");
    expect(one.approval().state).toBe("allowed");
    expect(one.approval().permits).toEqual([gate.digest]);
  });

  test("editor-cannot-approve-increase", () => {
    const one = drive(askedOf(REFUND));
    expect(one.edit("ana", { "refund.amount": 700 })).toBeNull();
    expect(one.events.at(-1)).toMatchObject({ type: "gate.edited", counts: true });
    expect(one.approve("ana")?.message).toBe(
      "ana may not decide this: ana has changed it, and so asks for it.",
    );
    // Making it smaller afterwards takes nothing back.
    expect(one.edit("ana", { "refund.amount": 600 })).toMatchObject({ code: "not-allowed" });
    expect(one.approve("ben")).toBeNull();
  });

  test("that only makes a field smaller which may be made smaller leaves the editor a decider", () => {
    for (const amount of [300, 0]) {
      const one = drive(askedOf(REFUND));
      one.edit("ana", { "refund.amount": amount });
      expect(one.events.at(-1)).toMatchObject({ counts: false });
      expect(one.approve("ana")).toBeNull();
    }
    const both = drive(askedOf(REFUND));
    both.edit("ana", { "refund.amount": 300, text: "Here is a part of it." });
    expect(both.approve("ana")).toMatchObject({ code: "not-allowed" });
  });

  test("compares money of one currency, and nothing that has no size", () => {
    const money = (amount: unknown) =>
      drive(askedOf(REFUND, { args: { refund: { amount }, text: "" } as never }));
    const counts = (was: unknown, is: unknown): unknown => {
      const one = money(was);
      one.edit("ana", { "refund.amount": is as never });
      const last = one.events.at(-1);
      return last?.type === "gate.edited" ? last.counts : null;
    };
    expect(counts("HKD 640.50", "HKD 300")).toBe(false);
    expect(counts("HKD 640.50", "HKD 1000")).toBe(true);
    expect(counts("HKD 640.50", "USD 300")).toBe(true);
    expect(counts({ currency: "HKD", amount: 7 }, { currency: "HKD", amount: 6 })).toBe(false);
    expect(counts("much", "little")).toBe(true);
    expect(counts(7, null)).toBe(true);
  });

  test("is for fields that the chain names, with a reason, and by who may decide", () => {
    const one = drive(askedOf(REFUND));
    expect(one.edit("ana", { "refund.to": "me" })?.message).toBe(
      '"refund.to" is not to be changed here; "refund.amount", "text" may be.',
    );
    expect(one.edit("fay", { "refund.amount": 1 })).toMatchObject({ code: "not-allowed" });
    const edit = { type: "edit", digest: one.approval().gate.digest, reason: "" } as const;
    expect(one.tell("ana", { ...edit, changes: { text: "Hello." } })?.message).toContain(
      "A reason",
    );
    expect(one.edit("ana", { text: "Sorry." })).toBeNull();
    expect(one.events).toEqual([]);
    const closed = drive(askedOf({ ...REFUND, edit: {} }));
    expect(closed.edit("ana", { text: "Hello." })?.message).toContain("lets nobody change");
  });

  test("M7 happens so many times and no more", () => {
    const one = drive(askedOf({ ...REFUND, edit: { "refund.amount": "decrease" } }));
    for (let at = 0; at < EDITS_MOST; at++) one.edit("ana", { "refund.amount": 600 - at });
    expect(one.edit("ana", { "refund.amount": 1 })).toMatchObject({ code: "limit" });
    expect(one.approval().due).toBe(one.town.at + 4 * HOUR);
  });
});
