import { describe, expect, test } from "vitest";
import { independent, inputsOf, nothing, opened } from "./given.ts";

describe("1. Execution Engine: runs workflow steps in sequence or parallel", () => {
  test("Sequential execution with dependency resolution", async () => {
    const steps = [
      { id: "send", agent: "desk", inputs: { list: "$clean.list" } },
      { id: "clean", agent: "desk", inputs: { list: "$load.list" }, outputs: { list: "string[]" } },
      { id: "load", agent: "desk", outputs: { list: "string[]" } },
    ];
    await using run = await opened(
      { execution: "mixed", steps },
      { desk: () => ({ outputs: { list: ["a"] } }) },
    );
    expect((await run.company.play("it")).standing.status).toBe("completed");
    expect(run.begun).toEqual(["load", "clean", "send"]);
    expect(run.atOnce()).toBe(1);
  });

  test.each([
    [1, 1],
    [3, 3],
    [20, 8],
  ])(
    "Parallel execution for independent steps (up to configurable concurrency): %i",
    async (most, together) => {
      const steps = independent(8);
      await using run = await opened({ execution: "parallel", max_concurrency: most, steps });
      await run.company.play("it");
      expect(run.begun).toHaveLength(8);
      expect(run.atOnce()).toBe(together);
    },
  );

  test("Mixed execution graphs (some parallel, some sequential)", async () => {
    const step = (id: string, after: string[] = []) => ({ id, agent: "desk", after });
    await using run = await opened({
      phases: [
        { name: "One", steps: [step("a"), step("b")] },
        { name: "Two", execution: "parallel", steps: [step("c"), step("d")] },
        { name: "Three", execution: "mixed", steps: [step("e"), step("f"), step("g", ["e", "f"])] },
      ],
    });
    await run.company.play("it");
    const seconds = Map.groupBy(run.asked, ({ from }) => from).values();
    expect([...seconds].map((all) => all.map(({ task }) => task.step.slice(-1)))).toEqual([
      ["a"],
      ["b"],
      ["c", "d"],
      ["e", "f"],
      ["g"],
    ]);
  });

  test.each([
    [5, "small"],
    [50, "large"],
  ])("Conditional branching based on step outputs: %i", async (size, taken) => {
    await using run = await opened(
      {
        steps: [
          { id: "count", agent: "counter", outputs: { size: "integer" } },
          {
            id: "which",
            choose: [{ id: "large", when: "steps.count.size > 10", agent: "desk" }],
            otherwise: { id: "small", agent: "desk" },
          },
        ],
      },
      { counter: () => ({ outputs: { size } }), desk: nothing },
    );
    await run.company.play("it");
    expect(run.begun).toEqual(["count", `which/${taken}`]);
  });

  test("Loop execution for batch processing", async () => {
    await using run = await opened(
      {
        parameters: { ids: [7, 8, 9] },
        steps: [
          {
            id: "double",
            each: "$params.ids",
            agent: "desk",
            inputs: { n: "$item" },
            outputs: { n: "integer" },
          },
        ],
        outputs: { all: "$double.n" },
      },
      { desk: ({ inputs }) => ({ outputs: { n: Number(inputs["n"]) * 2 } }) },
    );
    expect((await run.company.play("it")).outputs).toEqual({ all: [14, 16, 18] });
  });
});

describe("Step Execution: modes", () => {
  test("sequential: Steps run one after another", async () => {
    await using run = await opened({ execution: "sequential", steps: independent(3) });
    await run.company.play("it");
    expect(run.begun).toEqual(["step1", "step2", "step3"]);
    expect(run.atOnce()).toBe(1);
  });

  test("parallel: Independent steps run concurrently", async () => {
    const [first, second, third] = independent(3);
    const steps = [first!, second!, { ...third!, after: ["step1"] }];
    await using run = await opened({ execution: "parallel", steps });
    await run.company.play("it");
    expect(run.asked.map(({ from }) => from - run.asked[0]!.from)).toEqual([0, 0, 1_000]);
  });

  test.each([true, false])("conditional: Steps run based on previous results: %s", async (ok) => {
    await using run = await opened(
      {
        steps: [
          { id: "test", agent: "tester", outputs: { ok: "boolean" } },
          { id: "ship", when: "steps.test.ok", agent: "desk" },
        ],
      },
      { tester: () => ({ outputs: { ok } }), desk: nothing },
    );
    await run.company.play("it");
    expect(run.begun).toEqual(ok ? ["test", "ship"] : ["test"]);
  });

  test("loop: Steps repeat for each item in a collection", async () => {
    await using run = await opened({
      parameters: { names: ["Ada", "Bo"] },
      steps: [
        { id: "greet", each: "$params.names", agent: "desk", inputs: { say: "Hello ${item}" } },
      ],
    });
    await run.company.play("it");
    expect(inputsOf(run, "greet[0]")).toEqual({ say: "Hello Ada" });
    expect(inputsOf(run, "greet[1]")).toEqual({ say: "Hello Bo" });
    expect(run.begun).toHaveLength(2);
  });
});

describe("concurrency_limits", () => {
  test("default: 5 concurrent agents", async () => {
    await using run = await opened({ execution: "parallel", steps: independent(12) });
    await run.company.play("it");
    expect(run.atOnce()).toBe(5);
  });

  test("configurable: 1-20 based on resources", async () => {
    await using run = await opened({
      execution: "parallel",
      resource_limits: { max_concurrent_agents: 4 },
      steps: independent(30),
    });
    for (const max_concurrency of [1, 20]) {
      const told = await run.company.run(
        "it",
        {},
        { config: { max_concurrent_agents: max_concurrency } },
      );
      if (told.run === null) throw new Error("it must have begun");
      await run.company.playOn(told.run);
      expect(run.atOnce()).toBe(max_concurrency);
    }
  });
});
