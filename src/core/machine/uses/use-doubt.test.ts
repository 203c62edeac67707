import { describe, expect, test } from "vitest";
import type { World } from "../../../../test/given/facts.ts";
import { type Given, given } from "../../../../test/given/run.ts";
import type { GivenTool } from "../../../../test/given/tools.ts";
import { failure } from "../index.ts";

const TOOLS = {
  "refund.create": { effects: "ask" },
  "price.set": { effects: "ask", verdict: "ask", chain: { from: ["dana"], need: 1, dueMs: null } },
} satisfies Record<string, GivenTool>;

const NO_ANSWER = { kind: "unknown", error: failure("network_timeout", "No answer.") } as const;
const GIVE = { type: "give", path: "serve", output: { value: {} }, why: "seen" } as const;
const SKIP = { type: "skip", path: "serve", why: "never mind" } as const;
const UNSEEN = /may have written something, and nobody has looked yet/;

function serving(text: string, more: Partial<World> = {}): Given {
  return given(text, { agents: { support: "pure" }, tools: TOOLS, ...more }).start();
}

/** People have decided on one use, nobody knows of another, and the next attempt waits for its place. */
function waiting(): Given {
  const run = serving(`
    max_concurrency: 1
    execution: parallel
    steps: [{ id: serve, agent: support }, { id: other, agent: support }]
  `);
  run.uses("serve", "refund.create");
  run.uses("serve", "price.set");
  expect(run.inFlight()).toEqual(["other"]);
  run.used("serve", NO_ANSWER);
  run.vote("serve", "dana");
  expect(run.waits()).toMatchObject([
    { path: "other" },
    { path: "serve", what: { kind: "place" } },
  ]);
  return run;
}

describe("U3 a step of which nobody knows whether it wrote", () => {
  test("is neither left out nor given while nobody has it in hand", () => {
    const run = waiting();
    expect(run.refused(SKIP).message).toMatch(UNSEEN);
    expect(run.refused(GIVE)).toMatchObject({
      code: "conflict",
      message: expect.stringMatching(UNSEEN),
      mend: "Take it from its agent first, and see what was written.",
    });
  });

  test.each([GIVE, SKIP])("ends by a person who took it from its agent: $type", (way) => {
    const run = waiting();
    run.tell({ type: "take", path: "serve", why: "let me see" }, "cy");
    expect(run.waits().find(({ path }) => path === "serve")?.what).toMatchObject({
      kind: "held",
      by: "cy",
      look: expect.stringContaining('"refund.create" may have been done'),
    });
    run.tell(way, "ana");
    expect(run.ended("serve")).toBe(way.type === "give" ? "completed" : "degraded");
  });

  test("is not given while its agent is still to stop", () => {
    const run = serving("steps: [{ id: serve, agent: support }]");
    run.uses("serve", "refund.create");
    run.used("serve", NO_ANSWER);
    expect(run.refused(GIVE)).toMatchObject({
      message: expect.stringMatching(UNSEEN),
      mend: expect.stringContaining("was told to stop"),
    });
    run.fails("serve", "agent_failed");
    run.tell(GIVE);
    expect(run.status()).toBe("completed");
  });

  test("is taken from its agent also where it waits for a budget; one that wrote nothing is not", () => {
    const budget = "budget: { on_exceeded: wait }";
    const run = serving(
      `
      resource_limits: { token_budget: 100 }
      execution: parallel
      steps: [{ id: serve, agent: support, ${budget} }, { id: other, agent: support }, { id: late, agent: support, ${budget} }]
    `,
      { estimates: { support: { tokens: 50 } } },
    );
    const take = (path: string) => ({ type: "take", path, why: "let me see" }) as const;
    expect(run.refused(take("late"))).toMatchObject({
      code: "conflict",
      message: expect.stringContaining("waits for a budget, and has not begun"),
    });
    run.uses("serve", "refund.create");
    run.uses("serve", "price.set");
    run.vote("serve", "dana");
    run.used("serve", NO_ANSWER);
    expect(run.waits().map(({ path, what }) => [path, what.kind])).toEqual([
      ["late", "budget"],
      ["other", "agent"],
      ["serve", "budget"],
    ]);
    run.tell(take("serve"), "cy");
    expect(run.waits().find(({ path }) => path === "serve")?.what).toMatchObject({
      kind: "held",
      look: expect.stringContaining('"refund.create" may have been done'),
    });
    expect(run.run().ledger?.short.map(({ path }) => path)).toEqual(["late"]);
  });
});
