import { describe, expect, test } from "vitest";
import { openTestCompany } from "../../../testing/index.ts";
import type { FunctionAgent } from "../../agents/index.ts";

/** Uses as many tokens as its inputs say; nobody declares how many. */
const writer: FunctionAgent = {
  effects: "pure",
  attempt: ({ inputs }) => ({ outputs: {}, usage: { tokens: Number(inputs["tokens"]) } }),
};

const write = {
  name: "write",
  parameters: { tokens: { type: "integer" } },
  resource_config: { token_budget: { total: 100 } },
  steps: [
    { id: "one", agent: "writer", inputs: { tokens: "$params.tokens" } },
    { id: "two", agent: "writer", inputs: { tokens: "$params.tokens" } },
  ],
} as const;

describe("what is set aside where nobody declares it", () => {
  test("is what the agent's attempts used at most lately, so that a budget is kept before it is broken", async () => {
    await using company = await openTestCompany({ agents: { writer }, workflows: { write } });
    const first = await company.play("write", { tokens: 60 });
    expect(first.standing).toMatchObject({
      status: "failed",
      note: expect.stringContaining("60 tokens"),
    });
    const second = await company.play("write", { tokens: 50 });
    expect(second.standing.status).toBe("failed");
    const reserves: unknown[] = [];
    for await (const { data } of company.events(second.run)) {
      const attempt = data["attempt"] as { readonly reserve?: unknown } | undefined;
      if (attempt?.reserve !== undefined) reserves.push(attempt.reserve);
    }
    expect(reserves).toEqual([{ tokens: 60 }]);
  });

  test("is less where a step's own budget says so, and nothing where nothing was used before", async () => {
    const within = {
      ...write,
      name: "within",
      steps: [
        { id: "one", agent: "writer", inputs: { tokens: 30 }, budget: { tokens: 45 } },
        { id: "two", agent: "writer", inputs: { tokens: 30 }, budget: { tokens: 45 } },
      ],
    } as const;
    await using company = await openTestCompany({ agents: { writer }, workflows: { within } });
    const { standing } = await company.play("within", { tokens: 0 });
    expect(standing.status).toBe("completed");
  });
});
