/** What a run would do, before it is started. */
import { describe, expect, test } from "vitest";
import type { WorkflowSource } from "../../../core/definition/index.ts";
import type { Foresight } from "../../../core/foresight/index.ts";
import { openTestCompany, type TestCompany } from "../../../testing/index.ts";

const orders: WorkflowSource = {
  phases: [
    {
      name: "Read",
      steps: [{ id: "load", agent: "reader", outputs: { orders: "string[]", total: "number" } }],
    },
    {
      name: "Work",
      execution: "parallel",
      steps: [
        { id: "slow", agent: "slow", inputs: { total: "$steps.load.total" } },
        { id: "pack", each: "$steps.load.orders", agent: "packer", inputs: { order: "$item" } },
      ],
    },
    { name: "Ask", steps: [{ id: "look", gate: { ask: "Is it right?", need: 2 } }] },
    {
      name: "Send",
      steps: [
        { id: "paid", wait: { event: "paid" }, outputs: { amount: "number" } },
        { id: "rest", wait: "3h" },
        { id: "bill", workflow: "billing", inputs: { amount: "$steps.paid.amount" } },
      ],
    },
  ],
};

const billing: WorkflowSource = {
  parameters: { amount: { type: "number", required: true } },
  steps: [{ id: "write", agent: "clerk", inputs: { amount: "$params.amount" } }],
};

describe("a dry run", () => {
  test("validates and simulates execution without actually running steps", async () => {
    const { company, performed } = await open();
    const foresight = await foreseen(company);
    expect(performed()).toBe(0);
    expect(foresight.outcomes).toEqual({ completed: 1 });
    expect(foresight.plan.map(({ path, times }) => [path, times])).toEqual([
      ["read/load", 1],
      ["work/slow", 1],
      ["work/pack[]", 3],
      ["ask/look", 1],
      ["send/paid", 1],
      ["send/rest", 1],
      ["send/bill", 1],
    ]);
    expect(foresight.timeMs.expected).toBe(3 * 60 * 60 * 1_000 + 3_000);
    expect(foresight.caveats).toContain("There are no past runs of it: times are supposed.");
    await company.close();
  });

  test("expects what past runs took, used and met, with the spread", async () => {
    const { company } = await open();
    await company.play("flaky");
    await company.play("flaky");
    await company.play("flaky");
    const first = await foreseen(company, "flaky");
    expect(first.runs).toBe(3);
    expect(first.plan[0]).toMatchObject({ path: "try", agent: "flaky", startMs: 0, endMs: 400 });
    // An attempt that fails, the wait after it, and one that goes well.
    expect(first.timeMs).toEqual({ expected: 2_800, low: 2_800, high: 2_800 });
    expect(first.usage).toEqual({
      USD: { expected: 3_000, low: 3_000, high: 3_000 },
      tokens: { expected: 100, low: 100, high: 100 },
    });
    expect(first.failurePoints).toEqual([
      {
        path: "try",
        name: expect.any(String),
        why: "3 of 6 attempts failed (network_timeout); each time a later attempt went well.",
        share: 0.5,
      },
    ]);
    expect(await foreseen(company, "flaky")).toEqual(first);
    await company.close();
  });

  test("goes on with what past runs gave, and takes the branch that follows from it", async () => {
    const { company } = await open();
    const before = await foreseen(company, "branching");
    await company.play("branching");
    const after = await foreseen(company, "branching");
    expect([before, after].map(({ plan }) => plan.map(({ path }) => path))).toEqual([
      ["size", "which/small"],
      ["size", "which/large"],
    ]);
    await company.close();
  });

  test("says what the run's settings change", async () => {
    const { company } = await open();
    const alone = await company.foresee("orders", {}, { config: { max_concurrency: 1 } });
    expect(alone.foresight?.timeMs.expected).toBe(3 * 60 * 60 * 1_000 + 6_000);
    await company.close();
  });

  test("refuses what a run would refuse, with the same problems", async () => {
    const { company, performed } = await open();
    const wrong = await company.foresee("billing", { amount: "much" });
    expect(wrong).toMatchObject({ foresight: null, problems: [{ code: "bad-input" }] });
    const nobody = await company.foresee("nobody");
    expect(nobody).toMatchObject({ foresight: null, problems: [{ code: "not-found" }] });
    expect(performed()).toBe(0);
    await company.close();
  });
});

async function foreseen(company: TestCompany, workflow = "orders"): Promise<Foresight> {
  const found = await company.foresee(workflow);
  if (found.foresight === null) throw new Error(JSON.stringify(found.problems));
  return found.foresight;
}

async function open() {
  let performed = 0;
  let tries = 0;
  const does = (outputs: object) => ({
    effects: "pure" as const,
    attempt: async () => {
      performed += 1;
      return { outputs: { ...outputs } };
    },
  });
  const company = await openTestCompany({
    workflows: {
      orders,
      billing,
      flaky: {
        steps: [{ id: "try", agent: "flaky", retry: { jitter: false, initial_delay: "2s" } }],
      },
      branching: {
        steps: [
          { id: "size", agent: "sizer", outputs: { size: "number" } },
          {
            id: "which",
            choose: [{ id: "large", when: "steps.size.size > 10", agent: "clerk" }],
            otherwise: { id: "small", agent: "clerk" },
          },
        ],
      },
    },
    agents: {
      reader: does({ orders: ["a"], total: 1 }),
      slow: does({}),
      packer: does({}),
      clerk: does({}),
      sizer: does({ size: 20 }),
      flaky: {
        effects: "pure",
        attempt: async () => {
          tries += 1;
          await new Promise<void>((done) => company.clock.after(400, done));
          const usage = { tokens: 50, costMicros: 1_500, currency: "USD" };
          if (tries % 2 === 0) return { outputs: {}, usage };
          return { error: { kind: "network_timeout", message: "Too slow." }, usage };
        },
      },
    },
  });
  return { company, performed: () => performed };
}
