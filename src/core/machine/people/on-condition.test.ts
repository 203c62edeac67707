import { describe, expect, test } from "vitest";
import { HOUR, MANAGER_OF, REFUND, ROLES } from "../../../../test/given/approval.ts";
import type { World } from "../../../../test/given/facts.ts";
import { type Given, given, START } from "../../../../test/given/run.ts";
import { type GivenTool, wrote } from "../../../../test/given/tools.ts";
import { voteAt } from "../../../../test/given/vote.ts";
import { LOOKED_MOST } from "./on-condition.ts";

const MINUTE = 60_000;
const INFORM = { type: "inform", known: { value: { id: "cs_7" } } } as const;
const types = (events: readonly { readonly type: string }[]) => events.map(({ type }) => type);

type Serving = { readonly run: Given; readonly tool: GivenTool };

/** People have allowed the use on a condition that does not hold, and its agent has come back to it. */
function serving(more: Partial<World> = {}): Serving {
  const chain = { from: ["dana"], need: 1, dueMs: null };
  const tool: GivenTool = { effects: "ask", verdict: "ask", owner: "wing", chain };
  const tools = { "refund.pay": tool, "note.write": { effects: "idempotent" } as const };
  const text = "steps: [{ id: serve, agent: support, retry: 2 }]";
  const run = given(text, { agents: { support: "pure" }, tools, ...more }).start();
  run.uses("serve", "refund.pay");
  allows(run, "serve", "dana");
  tool.unmet = ["has(case.photo): false"];
  run.uses("serve", "refund.pay");
  return { run, tool };
}

function allows(run: Given, path: string, by: string): void {
  const vote = voteAt(run.run(), run.gate(path).key, true);
  run.tell({ ...vote, when: "has(case.photo)" }, by);
}

/** A step, or as many as there are amounts. */
const PAY = `
  owner: wing
  parameters: { amounts: [640] }
  steps:
    - { id: pay, each: $params.amounts, agent: bank, inputs: { amount: $item }, approve: refund-manager }
`;

/** A step itself was allowed on a condition. */
function paying(unmet: World["unmet"], amounts: readonly number[] = [640]): Given {
  const run = given(PAY, {
    agents: { bank: "idempotent" },
    teams: ROLES,
    managers: MANAGER_OF,
    chains: { "refund-manager": REFUND },
    ...(unmet === undefined ? {} : { unmet }),
  }).start({ amounts });
  for (const at of amounts.keys()) allows(run, `pay[${at}]`, "ben");
  return run;
}

describe("what was allowed on a condition", () => {
  test("M8 goes on by itself when more is known of its case, and the condition holds", () => {
    const { run, tool } = serving();
    expect(run.exception("serve")).toMatchObject({ owner: "wing" });
    expect(run.exception("serve").look).toContain("goes on by itself when that holds");
    expect(types(run.tell(INFORM))).toEqual(["run.informed"]);
    tool.unmet = [];
    expect(types(run.tell(INFORM))).toEqual(["exception.closed", "attempt.started"]);
    expect(run.events("exception.closed")).toMatchObject([
      { how: "retry", why: "The condition on which it was allowed holds now." },
    ]);
    expect(types(run.uses("serve", "refund.pay"))).toEqual(["gate.consumed", "writeback.started"]);
    run.used("serve", wrote("re_1"));
    run.does("serve");
    expect(run.status()).toBe("completed");
    expect(run.events("gate.opened")).toHaveLength(1);
  });

  test("M4 M7 is looked at again after a minute, then ever more seldom, also after a crash", () => {
    const { run, tool } = serving();
    run.after(MINUTE);
    run.crashes();
    const since = START;
    for (let hours = 0; hours < 12; hours += 1) run.after(HOUR);
    const dues = run.events("exception.waited").map(({ due }) => (due - since) / MINUTE);
    expect(dues.slice(0, 7)).toEqual([2, 4, 8, 16, 32, 64, 124]);
    expect(dues.length).toBeLessThan(20);
    tool.unmet = [];
    expect(types(run.after(HOUR))).toContain("attempt.started");
  });

  test("waits while it is halted, and while the run is paused", () => {
    const { run, tool } = serving();
    tool.unmet = [];
    tool.stopped = "wing stopped all.";
    expect(types(run.tell(INFORM))).toEqual(["run.informed"]);
    tool.stopped = null;
    run.tell({ type: "pause", why: "Lunch." });
    expect(types(run.tell(INFORM))).toEqual([]);
    run.after(HOUR);
    expect(run.events("exception.closed")).toEqual([]);
    run.tell({ type: "resume", why: "" });
    expect(types(run.after(0))).toEqual(["exception.closed", "attempt.started"]);
  });

  test("a person tries it again, or goes on without it, as before", () => {
    const tried = serving();
    tried.run.tell({ type: "retry", key: tried.run.exception("serve").key });
    expect(types(tried.run.uses("serve", "refund.pay"))).toEqual([
      "attempt.suspended",
      "exception.raised",
    ]);
    const { run } = serving();
    run.tell({ type: "skip", key: run.exception("serve").key, why: "" });
    expect(run.run().open.size).toBe(0);
    expect(types(run.after(HOUR))).toEqual([]);
  });

  test("M8 a step is not begun before it holds, nor where nobody can tell", () => {
    let unmet = ["has(case.photo): false"];
    const run = paying(() => unmet);
    expect(run.inFlight()).toEqual([]);
    expect(run.exception("pay[0]").error).toBe(
      "It was allowed on a condition that does not hold yet: has(case.photo): false.",
    );
    expect(types(run.after(MINUTE))).toEqual(["exception.waited"]);
    unmet = [];
    expect(types(run.tell(INFORM))).toContain("gate.consumed");
    expect(run.inFlight()).toEqual(["pay[0]"]);
    expect(paying(undefined).exception("pay[0]").error).toContain("has(case.photo)");
  });

  test("M7 M12 of very many that wait so many are looked at when more is known, the others at their own moment", () => {
    let unmet = ["has(case.photo): false"];
    const more = 20;
    const run = paying(
      () => unmet,
      Array.from({ length: LOOKED_MOST + more }, () => 640),
    );
    unmet = [];
    run.tell(INFORM);
    const closed = () => run.events("exception.closed").map(({ path }) => path);
    expect(closed()).toHaveLength(LOOKED_MOST);
    expect(closed()).not.toContain(`pay[${LOOKED_MOST}]`);
    run.after(MINUTE);
    expect(closed()).toHaveLength(LOOKED_MOST + more);
  });

  test("a question has nothing that could begin later", () => {
    const text = `steps: [{ id: ask, gate: { ask: "Is it well?", chain: refund-manager } }]`;
    const chains = { "refund-manager": REFUND };
    const run = given(text, { teams: ROLES, managers: MANAGER_OF, chains }).start();
    const vote = voteAt(run.run(), run.gate("ask").key, true);
    expect(run.refused({ ...vote, when: "has(case.photo)" }, "ana")).toMatchObject({
      code: "bad-input",
      message: "This is a question, and nothing that is begun when a condition holds.",
    });
  });
});
