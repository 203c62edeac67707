import { describe, expect, test } from "vitest";
import { openTestCompany } from "../../../testing/index.ts";
import type { FunctionAgent } from "../../agents/index.ts";

const echo: FunctionAgent = {
  effects: "pure",
  attempt: ({ inputs }) => ({ outputs: { got: inputs } }),
};
const research = {
  name: "research",
  execution_config: { mode: "parallel" },
  steps: [
    { id: 1, agent: "echo", inputs: { from: "archive" }, outputs: { got: "object" } },
    { id: 2, agent: "echo", inputs: { n: 1 }, outputs: { got: "object" } },
    { id: 3, workflow: "below" },
  ],
  outputs: { two: "$step2.got" },
} as const;
const below = {
  name: "below",
  steps: [{ id: 1, agent: "echo", outputs: { got: "object" } }],
} as const;

const opened = () => openTestCompany({ agents: { echo }, workflows: { research, below } });

describe("company.run(name, params, { config, bind })", () => {
  test("settings and inputs hold for this run, and its log says where each came from", async () => {
    await using company = await opened();
    const started = await company.run(
      "research",
      {},
      {
        config: { max_concurrency: 1, execution_config: { retry_config: { max_attempts: 7 } } },
        bind: {
          "step2.inputs.n": { value: "$step1.got.from" },
          "steps.2.inputs.price": { value: { dollars: "$5" }, from: "price list" },
        },
      },
    );
    if (started.run === null) throw new Error(JSON.stringify(started.problems));
    const { events, outputs } = await company.playOn(started.run);
    expect(outputs).toEqual({ two: { n: "archive", price: { dollars: "$5" } } });
    expect(events[0]?.data).toMatchObject({
      settings: {
        "execution_config.max_concurrency": "run",
        "execution_config.retry_config.max_attempts": "run",
      },
      bound: {
        "step2.inputs.n": { from: "given" },
        "steps.2.inputs.price": { from: "price list" },
      },
    });
    expect(company.definition(started.run)?.limits.concurrencyMost).toBe(1);
    const child = company.runs().find(({ workflow }) => workflow === "below");
    expect(company.definition(child?.stream as never)?.limits.concurrencyMost).toBe(5);
  });

  test("the same settings are the same definition, in whatever order", async () => {
    await using company = await opened();
    const digest = async (config: Record<string, number>): Promise<string | undefined> => {
      const { run } = await company.run("research", {}, { config });
      return run === null ? undefined : company.definition(run)?.digest;
    };
    const first = await digest({ max_concurrency: 2, max_attempts: 3 });
    expect(await digest({ max_attempts: 3, max_concurrency: 2 })).toBe(first);
    expect(await digest({ max_attempts: 4, max_concurrency: 2 })).not.toBe(first);
  });

  test("what is given against its types is refused, and starts nothing", async () => {
    await using company = await opened();
    const cyclic: Record<string, unknown> = {};
    cyclic["itself"] = cyclic;
    const wrong: readonly object[] = [
      { config: null },
      { config: 5 },
      { config: [1] },
      { config: { max_concurrency: cyclic } },
      { config: { max_concurrency: 10n } },
      { config: { nothing_of_the_kind: 1 } },
      { config: { "execution_config.__proto__.x": 1 } },
      { config: { "execution_config.fallback_config.fallback_map.__proto__": "echo" } },
      { bind: null },
      { bind: { "step2.inputs.n": 5 } },
      { bind: { "step2.inputs.n": { url: 5 } } },
      { bind: { "step2.inputs.n": { url: "file:///etc/passwd" } } },
      { bind: { "step2.inputs.n": { url: "http://example.com" } } },
      { bind: { "step2.outputs.n": { value: 1 } } },
      { bind: { "step9.inputs.n": { value: 1 } } },
      { bind: { "step2.inputs.n": { value: "x".repeat(3_000_000) } } },
      {
        bind: Object.fromEntries(
          Array.from({ length: 101 }, (_, at) => [`step2.inputs.n${at}`, { value: 1 }]),
        ),
      },
    ];
    for (const options of wrong) {
      const started = await company.run("research", {}, options as never);
      expect(started).toMatchObject({ run: null, problems: [{ message: expect.any(String) }] });
    }
    expect(company.runs()).toEqual([]);
  });
});
