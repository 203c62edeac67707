import { describe, expect, test } from "vitest";
import { openTestCompany } from "../../../testing/index.ts";
import type { FunctionAgent } from "../../agents/index.ts";

const asked: string[] = [];
const writer: FunctionAgent = {
  effects: "pure",
  estimate: { tokens: 60 },
  attempt: ({ step }) => {
    asked.push(step);
    return { outputs: {}, usage: { tokens: 60 } };
  },
};

const write = {
  name: "write",
  resource_config: { token_budget: { total: 100 } },
  steps: [
    { id: "one", agent: "writer" },
    { id: "two", agent: "writer" },
  ],
} as const;

describe("the budget of a fork", () => {
  test("is whole: what it inherits has cost it nothing, and what it does itself is held to the limit", async () => {
    await using company = await openTestCompany({ agents: { writer }, workflows: { write } });
    const first = await company.play("write");
    expect(first.standing).toMatchObject({ status: "failed" });
    expect(asked).toEqual(["one"]);
    const forking = company.fork(first.run, { retryFailed: true });
    await company.clock.settle();
    const forked = await forking;
    if (forked.run === null) throw new Error(JSON.stringify(forked.problems));
    const second = await company.playOn(forked.run);
    expect([second.standing.status, asked]).toEqual(["completed", ["one", "two"]]);
    expect(await company.document(forked.run)).toMatchObject({
      resources: { tokens: { remaining: 40, per_step: { two: 60 } } },
    });
    // One that does both steps itself is held to the same limit.
    const beginning = company.fork(first.run, { from: "2" });
    await company.clock.settle();
    const anew = await beginning;
    if (anew.run === null) throw new Error(JSON.stringify(anew.problems));
    expect((await company.playOn(anew.run)).standing.status).toBe("failed");
    expect(asked).toEqual(["one", "two", "one"]);
  });
});
