import { describe, expect, test } from "vitest";
import {
  type CompanyState,
  DELEGATION_MS_MOST,
  evolveCompany,
  type Governing,
  govern,
  NEW_COMPANY,
  stoppedBy,
} from "./index.ts";

const DAY = 86_400_000;
const NOW = 1_700_000_000_000;

function tell(state: CompanyState, by: string, told: Governing, at = NOW): CompanyState | string {
  const body = govern(state, told, { at, by });
  if (body === null) return state;
  if ("code" in body) return body.message;
  return evolveCompany(state, { ...body, seq: state.seq + 1, at, by });
}

const told = (state: CompanyState | string): CompanyState => {
  if (typeof state === "string") throw new Error(state);
  return state;
};

const lets = (to: string, more: Partial<Extract<Governing, { type: "delegate" }>> = {}) =>
  ({
    type: "delegate",
    from: "ana",
    to,
    since: NOW,
    until: NOW + DAY,
    chains: null,
    why: "I am away.",
    ...more,
  }) as const;

describe("the company's own stream", () => {
  test("says what is stopped, by whom and why, and what goes on", () => {
    const stop = { type: "stop", of: "tool", name: "refund.pay", why: "Look first." } as const;
    const one = told(tell(NEW_COMPANY, "wing", stop));
    expect(stoppedBy(one, { agent: "support", tool: "refund.pay" })).toBe(
      'wing stopped tool "refund.pay": Look first.',
    );
    expect(stoppedBy(one, { agent: "support", tool: "order.read" })).toBeNull();
    expect(tell(one, "ana", stop)).toBe(one);
    const all = told(tell(one, "ana", { type: "stop", of: "all", name: "", why: "Now." }));
    expect(stoppedBy(all, { agent: "any", tool: null })).toBe("ana stopped all: Now.");
    const off = told(tell(all, "ana", { type: "unstop", of: "all", name: "", why: "Well." }));
    expect(off.kills).toHaveLength(1);
    const agent = told(
      tell(off, "ana", { type: "stop", of: "agent", name: "support", why: "Now." }),
    );
    expect(stoppedBy(agent, { agent: "support", tool: null })).toContain('agent "support"');
  });

  test("says who decides in whose place, for how long, and that it was ended", () => {
    const one = told(tell(NEW_COMPANY, "ana", lets("gus")));
    expect(one.delegations).toMatchObject([{ key: 1, from: "ana", to: "gus" }]);
    expect(tell(one, "ben", lets("gus"))).toContain("ben cannot let anybody decide");
    expect(tell(one, "ana", lets("ana"))).toContain("ana decides as ana already");
    expect(tell(one, "ana", lets("gus", { until: NOW }))).toBe("That time is over.");
    expect(tell(one, "ana", lets("gus", { until: NOW + DELEGATION_MS_MOST + 1 }))).toContain(
      "more than 92 days",
    );
    const end = { type: "undelegate", key: 1, why: "" } as const;
    expect(tell(one, "ben", end)).toBe("ben may not end this; ana or gus may.");
    expect(told(tell(one, "gus", end)).delegations).toEqual([]);
    expect(tell(NEW_COMPANY, "ana", end)).toBe("There is no delegation 1.");
  });

  test("says what is to be looked at after a glass was broken, and by whom it was", () => {
    const opened = evolveCompany(NEW_COMPANY, {
      type: "review.opened",
      run: "wf_a",
      key: 7,
      why: "The bank closes.",
      for: "director",
      seq: 1,
      at: NOW,
      by: "dot",
    });
    const look = { type: "reviewed", run: "wf_a", key: 7, why: "It was right." } as const;
    expect(tell(opened, "dot", look)).toContain("dot decided this alone");
    const closed = told(tell(opened, "wing", look));
    expect(closed.reviews).toMatchObject([{ by: "dot", closed: { by: "wing" } }]);
    expect(tell(closed, "wing", look)).toBe("Nothing is to be looked at of wf_a.7.");
  });
});
