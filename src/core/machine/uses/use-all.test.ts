import { describe, expect, test } from "vitest";
import { fold, type Given, given } from "../../../../test/given/run.ts";
import { type GivenTool, previewOf, read, wrote } from "../../../../test/given/tools.ts";
import type { Terms } from "../../approval/index.ts";
import type { JsonObject } from "../../json.ts";
import { get, type Told } from "../index.ts";

const CHAIN = {
  from: ["dana", "eli"],
  need: 1,
  dueMs: 3_600_000,
  edit: { amount: "decrease" },
} as const;

function toolsOf(need = 1): Record<string, GivenTool> {
  return {
    "order.read": { effects: "pure" },
    "note.write": { effects: "idempotent" },
    "price.set": { effects: "ask", verdict: "deny" },
    "refund.pay": { effects: "ask", verdict: "ask", owner: "wing", chain: { ...CHAIN, need } },
    "letter.send": { effects: "ask", verdict: "ask", owner: "wing", asks: "refund.pay" },
    "stock.take": {
      effects: "ask",
      verdict: "ask",
      chain: { from: ["kim"], need: 1, dueMs: null },
    },
  };
}

function serving(tools = toolsOf()): Given {
  const text = "steps: [{ id: serve, agent: support, retry: 2 }]";
  return given(text, { agents: { support: "pure" }, tools }).start();
}

const PREVIEW = previewOf(0, 640);
const PAY = ["refund.pay", { args: { amount: 640 }, preview: PREVIEW }] as const;
const SEND = ["letter.send", { args: { text: "Sorry." } }] as const;
const TAKE = ["stock.take"] as const;
const LIST = [PAY, SEND, ["note.write"], ["order.read"], ["price.set"]] as const;

function termsOf(run: Given): Terms & { readonly key: number; readonly digest: string } {
  const { key } = run.gate("serve");
  const open = get(run.run().open, key);
  if (open?.type !== "gate" || open.gate.terms === undefined) throw new Error("No gate is open.");
  return { ...open.gate.terms, key, digest: open.gate.digest };
}

type Vote = Partial<Extract<Told, { type: "vote" }>>;

/** Permits those with these numbers, from 1; absent: all. */
function decides(run: Given, by: string, numbers: readonly number[] | null, more: Vote = {}): void {
  run.tell(voteOf(run, numbers, more), by);
}

function voteOf(run: Given, numbers: readonly number[] | null, more: Vote = {}): Told {
  const { key, digest, presented, actions = [] } = termsOf(run);
  const permits = numbers?.flatMap((at) => actions[at - 1]?.digest ?? []);
  const of = { type: "vote", key, digest, presented, allow: true, reason: "" } as const;
  return { ...of, ...(permits === undefined ? {} : { permits }), ...more } as Told;
}

function edits(run: Given, by: string, number: number, changes: JsonObject): void {
  const { key, digest, actions = [] } = termsOf(run);
  const action = actions[number - 1]?.digest;
  run.tell({ type: "edit", key, digest, changes, reason: "Less.", action } as Told, by);
}

const types = (events: readonly { readonly type: string }[]) => events.map(({ type }) => type);

describe("several uses that an agent asks for at once", () => {
  test("M8 are judged one by one; those for which the same people are asked open one gate, with evidence for each", () => {
    const run = serving();
    expect(types(run.usesAll("serve", LIST))).toEqual([
      "tool.judged",
      "tool.judged",
      "tool.judged",
      "writeback.started",
      "tool.judged",
      "attempt.suspended",
      "gate.opened",
    ]);
    const { actions = [], what } = termsOf(run);
    expect(what).toBe("refund.pay, letter.send");
    expect(actions).toMatchObject([
      {
        what: "refund.pay",
        args: { amount: 640 },
        precondition: PREVIEW.digest,
        evidence: { difference: { fields: [{ before: 0, after: 640 }] } },
      },
      { what: "letter.send", title: "support (agent) uses letter.send: text Sorry." },
    ]);
    run.used("serve", wrote("n1"));
    expect(run.status()).toBe("waiting");
  });

  test("U4 those that are allowed are done, each once; the others are refused to their agent, with the reason", () => {
    const run = serving();
    run.usesAll("serve", LIST);
    run.used("serve", wrote("n1"));
    const gate = run.gate("serve").key;
    decides(run, "dana", [1], { blocks: ["The letter names another order."] });
    const events = run.usesAll("serve", LIST);
    expect(types(events)).toEqual(["gate.consumed", "writeback.started", "tool.judged"]);
    expect(events[0]).toMatchObject({ key: gate });
    expect(events[1]).toMatchObject({ approval: gate });
    expect(run.standing("serve", ...SEND)).toMatchObject({
      done: {
        outcome: "denied",
        result: { value: { denied: "It was not approved: The letter names another order." } },
      },
    });
    for (const { key } of run.owes("use").toSorted((a, b) => b.key - a.key))
      run.tell({ type: "used", key, outcome: key === events[2]?.seq ? read(1) : wrote("re_1") });
    expect(run.usesAll("serve", LIST)).toEqual([]);
    run.does("serve");
    expect(run.status()).toBe("completed");
    expect(run.events("gate.consumed")).toHaveLength(1);
  });

  test("U4 each is consumed by itself, and a grant of one is none of another", () => {
    const run = serving();
    run.usesAll("serve", [PAY, SEND]);
    decides(run, "dana", null);
    run.uses("serve", ...SEND);
    run.used("serve", wrote("m1"));
    expect(run.uses("serve", ...SEND)).toEqual([]);
    expect(types(run.uses("serve", ...PAY))).toEqual(["gate.consumed", "writeback.started"]);
    run.used("serve", wrote("re_1"));
    const consumed = run.events("gate.consumed").map(({ action }) => action);
    expect(new Set(consumed).size).toBe(2);
    expect(run.run().granted?.size).toBe(0);
  });

  test("other people are asked about theirs when these have decided", () => {
    const run = serving();
    run.usesAll("serve", [PAY, TAKE, SEND]);
    expect(termsOf(run).actions).toHaveLength(2);
    decides(run, "dana", null);
    const events = run.usesAll("serve", [PAY, TAKE, SEND]);
    expect(types(events)).toEqual([
      "gate.consumed",
      "writeback.started",
      "tool.judged",
      "gate.consumed",
      "writeback.started",
      "attempt.suspended",
      "gate.opened",
    ]);
    expect(run.gate("serve")).toMatchObject({ from: ["kim"] });
  });

  test("one that has changed since is void by itself; the others are done", () => {
    const run = serving();
    run.usesAll("serve", [PAY, SEND]);
    decides(run, "dana", null);
    const other = ["refund.pay", { args: { amount: 640 }, preview: previewOf(5, 645) }] as const;
    expect(types(run.usesAll("serve", [other, SEND]))).toEqual([
      "gate.voided",
      "tool.judged",
      "gate.consumed",
      "writeback.started",
      "attempt.suspended",
      "gate.opened",
    ]);
    run.used("serve", wrote("m1"));
    run.vote("serve", "dana");
    expect(types(run.usesAll("serve", [other, SEND]))).toEqual([
      "gate.consumed",
      "writeback.started",
    ]);
  });

  test("M8 an edit is of one of them: what was voted for the others counts, and it is that which is done", () => {
    const run = serving(toolsOf(2));
    run.usesAll("serve", [PAY, SEND]);
    decides(run, "dana", null);
    edits(run, "eli", 1, { amount: 300 });
    const { actions = [] } = termsOf(run);
    expect(actions.map(({ args }) => args)).toEqual([{ amount: 300 }, { text: "Sorry." }]);
    decides(run, "eli", null);
    expect(run.events("gate.closed")).toEqual([]);
    // What she allowed before is not what it is now; the letter she has decided.
    decides(run, "dana", null);
    expect(run.events("gate.voted").at(-1)).toMatchObject({ on: [actions[0]?.digest] });
    expect(run.events("gate.closed")).toMatchObject([{ allowed: true }]);
    run.usesAll("serve", [PAY, SEND]);
    const paid = run.owes("use").find(({ tool }) => tool === "refund.pay");
    expect(paid).toMatchObject({ args: { value: { amount: 300 } } });
    if (paid !== undefined) run.tell({ type: "used", key: paid.key, outcome: wrote("re_1") });
    expect(run.standing("serve", ...PAY)).toMatchObject({ done: { edited: { amount: 300 } } });
  });

  test("a deadline that passes refuses all of them", () => {
    const run = serving();
    run.usesAll("serve", [PAY, SEND]);
    run.after(3_600_000);
    for (const [tool, more] of [PAY, SEND])
      expect(run.standing("serve", tool, more)).toMatchObject({ done: { outcome: "denied" } });
  });

  test("U4 halted, what was allowed stays so, and what was refused is not asked again", () => {
    const tools = toolsOf();
    const run = serving(tools);
    run.usesAll("serve", [PAY, SEND]);
    decides(run, "dana", [1]);
    const pay = tools["refund.pay"];
    if (pay !== undefined) pay.stopped = "wing stopped all: Look first.";
    expect(types(run.usesAll("serve", [PAY, SEND]))).toEqual([
      "attempt.suspended",
      "exception.raised",
    ]);
    if (pay !== undefined) pay.stopped = null;
    run.tell({ type: "retry", key: run.exception("serve").key });
    expect(types(run.usesAll("serve", [PAY, SEND]))).toEqual([
      "gate.consumed",
      "writeback.started",
    ]);
  });

  test("allowed on a condition, it is done when that holds, and until then it is said what blocks it", () => {
    const tools = toolsOf();
    const run = serving(tools);
    run.usesAll("serve", [PAY, SEND]);
    expect(run.refused(voteOf(run, null, { when: "nothing" }), "dana")).toMatchObject({
      code: "bad-input",
    });
    decides(run, "dana", null, { when: "has(case.photo)" });
    expect(run.events("gate.closed")).toMatchObject([{ conditions: ["has(case.photo)"] }]);
    const pay = tools["refund.pay"];
    if (pay !== undefined) pay.unmet = ["has(case.photo): false"];
    expect(types(run.usesAll("serve", [PAY, SEND]))).toEqual([
      "gate.consumed",
      "writeback.started",
      "attempt.suspended",
      "exception.raised",
    ]);
    run.used("serve", wrote("m1"));
    expect(run.events("exception.raised")[0]?.error.message).toBe(
      '"refund.pay" was allowed on a condition that does not hold yet: has(case.photo): false.',
    );
    if (pay !== undefined) pay.unmet = [];
    run.tell({ type: "retry", key: run.exception("serve").key });
    expect(types(run.usesAll("serve", [PAY, SEND]))).toEqual([
      "gate.consumed",
      "writeback.started",
    ]);
  });

  test("M4 M9 a crash changes nothing: not before they are decided, and not after", () => {
    const run = serving();
    run.usesAll("serve", [PAY, SEND]);
    run.crashes();
    decides(run, "dana", [2]);
    run.crashes();
    expect(types(run.usesAll("serve", [PAY, SEND]))).toEqual([
      "gate.consumed",
      "writeback.started",
    ]);
    const folded = fold(run.run().workflow, run.log());
    expect(JSON.stringify(folded)).toBe(JSON.stringify(run.run()));
  });

  test("M7 at most so many at once", () => {
    const run = serving();
    const { key } = run.attempt("serve");
    const one = { tool: "order.read", args: {}, preview: null };
    const all = Array.from({ length: 26 }, (_, at) => ({ ...one, name: `n${at}` }));
    expect(run.refused({ type: "uses", key, all })).toMatchObject({ code: "limit" });
    expect(types(run.tell({ type: "uses", key, all: all.slice(1) }))).toHaveLength(25);
  });
});
