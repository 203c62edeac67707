import { describe, expect, test } from "vitest";
import { askedOf, drive, REFUND } from "../../../test/given/approval.ts";
import { digestOf } from "../../../test/given/workflow.ts";
import type { JsonObject } from "../json.ts";
import { type ActionAsked, NO_EVIDENCE, whyNotTogether } from "./index.ts";

const low = (more: Parameters<typeof askedOf>[1] = {}) =>
  drive(askedOf(REFUND, { reads: [{ action: { small: true } }], ...more }));
const why = (...all: readonly ReturnType<typeof drive>[]) =>
  whyNotTogether(all.map((one) => one.approval()))?.message ?? null;

describe("many approvals at once", () => {
  test("bulk refuses mixed/tainted", () => {
    expect(why(low(), low(), low())).toBeNull();
    const mixed = [
      low({ what: "voucher.send" }),
      low({ rules: [{ rule: "other", version: "1" }] }),
      drive(askedOf({ ...REFUND, digest: "chain-2" }, { reads: [{ action: { small: true } }] })),
    ];
    for (const other of mixed) expect(why(low(), other)).toContain("not of one kind");
    const tainted = low({ evidence: { ...NO_EVIDENCE, taint: ["mail 4"] } });
    expect(why(low(), tainted)).toContain("rests on what others have written: mail 4.");
    expect(why(low(), drive(askedOf(REFUND)))).toContain("above what its chain lets people");
    expect(why(low(), low(), low(), low())).toContain("at most 3");
    expect(why()).toBe("Nothing is named.");
    const none = drive(
      askedOf({ ...REFUND, bulk: null }, { reads: [{ action: { small: true } }] }),
    );
    expect(why(none)).toContain("lets nobody decide many at once");
  });

  test("of what is listed each counts, must be of little risk, and must be of the same kind", () => {
    const small = { action: { small: true } };
    const actions = ["a", "b"].map((one): ActionAsked => {
      const rules = askedOf(REFUND).terms.rules;
      return { digest: digestOf(one), title: one, what: "refund.pay", rules };
    });
    const listed = (reads: readonly JsonObject[], all: readonly ActionAsked[] = actions) =>
      drive(askedOf(REFUND, { actions: all, rules: [], reads }));
    const what = askedOf(REFUND).terms.what;
    const single = low({ what: "refund.pay" });
    const list = drive(
      askedOf(REFUND, { actions, rules: [], what: "refund.pay", reads: [small, small] }),
    );
    expect(what).not.toBe("");
    expect(why(list, single)).toBeNull();
    expect(why(list, list)).toContain("4 are named; at most 3");
    expect(why(listed([small, { action: {} }]))).toContain("above what its chain lets people");
    expect(why(listed([]))).toContain("above what its chain lets people");
    const others = actions.map((one) => ({ ...one, rules: [{ rule: "other", version: "1" }] }));
    expect(why(low(), listed([small], others))).toContain("not of one kind");
    expect(list.approve("ana", { together: true })).toBeNull();
    expect(list.approval()).toMatchObject({ state: "allowed", votes: [{ together: true }] });
  });

  test("is refused of each by itself too, whoever says that it is one of many", () => {
    const tainted = low({ evidence: { ...NO_EVIDENCE, taint: ["mail 4"] } });
    expect(tainted.approve("ana", { together: true })).toMatchObject({ code: "not-allowed" });
    const one = low();
    expect(one.approve("ana", { together: true })).toBeNull();
    expect(one.approval().votes).toMatchObject([{ together: true }]);
    expect(why(one)).toContain("was decided before");
  });
});
