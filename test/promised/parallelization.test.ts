import { describe, expect, test } from "vitest";
import { given } from "../given/run.ts";
import { independent, inputsOf, nothing, opened, patiently } from "./given.ts";

describe("7. Parallelization Engine: identifies and executes independent steps concurrently", () => {
  test("Dependency graph analysis", async () => {
    const graph = {
      execution: "parallel",
      steps: [
        { id: "report", agent: "desk", inputs: { x: "$left.x", y: "$right.y" } },
        { id: "left", agent: "desk", inputs: { x: "$top.x" }, outputs: { x: "integer" } },
        { id: "right", agent: "desk", inputs: { x: "$top.x" }, outputs: { y: "integer" } },
        { id: "top", agent: "desk", outputs: { x: "integer" } },
      ],
    } as const;
    await using run = await opened(graph, { desk: () => ({ outputs: { x: 1, y: 2 } }) });
    const { foresight } = await patiently(run.company, run.company.foresee("it"));
    expect(foresight?.plan.map(({ path }) => path)).toEqual(["top", "left", "right", "report"]);
    await run.company.play("it");
    expect(run.begun).toEqual(["top", "left", "right", "report"]);
  });

  test("Dependency graph analysis: a circle is refused before anything begins", async () => {
    await using run = await opened({
      execution: "parallel",
      steps: [
        { id: "egg", agent: "desk", after: ["hen"] },
        { id: "hen", agent: "desk", after: ["egg"] },
      ],
    });
    const [problem] = await patiently(run.company, run.company.check("it"));
    expect(problem?.message).toMatch(/egg.*hen|hen.*egg/);
    expect((await run.company.run("it")).run).toBe(null);
  });

  test("Parallel execution scheduling", async () => {
    const run = given(`
      execution: parallel
      max_concurrency: 2
      steps:
        - { id: a, agent: desk }
        - { id: b, agent: desk }
        - { id: c, agent: desk }
        - { id: d, agent: desk, after: [a] }
    `).start();
    expect(run.inFlight()).toEqual(["a", "b"]);
    run.does("b");
    expect(run.inFlight()).toEqual(["a", "c"]);
    run.does("a");
    expect(run.inFlight()).toEqual(["c", "d"]);
  });

  test("Concurrency limit enforcement", async () => {
    const ids = Array.from({ length: 40 }, (_, index) => index);
    await using run = await opened({
      max_concurrency: 7,
      parameters: { ids },
      steps: [{ id: "all", each: "$params.ids", max_concurrency: 20, agent: "desk" }],
    });
    await run.company.play("it");
    expect(run.begun).toHaveLength(40);
    expect(run.atOnce()).toBe(7);
  });

  test("Resource contention management", async () => {
    await using run = await opened({
      execution: "parallel",
      resources: { printer: 1 },
      steps: [...independent(3, { uses: ["printer"] }), { id: "free", agent: "desk" }],
    });
    await run.company.play("it");
    const printing = run.asked.filter(({ task }) => task.step !== "free");
    expect(printing.map(({ from }) => from - printing[0]!.from)).toEqual([0, 1_000, 2_000]);
    expect(run.atOnce()).toBe(2);
  });

  test("Result synchronization", async () => {
    await using run = await opened(
      {
        phases: [
          {
            name: "Both",
            execution: "parallel",
            steps: [
              { id: "one", agent: "desk", outputs: { n: "integer" } },
              { id: "two", agent: "slow", outputs: { n: "integer" } },
            ],
          },
          {
            name: "After",
            steps: [{ id: "sum", agent: "desk", inputs: { n: "$one.n + $two.n" } }],
          },
        ],
      },
      {
        desk: () => ({ outputs: { n: 1 } }),
        slow: ({ attempt }) =>
          attempt < 2
            ? { error: { kind: "api_rate_limit", message: "Later." } }
            : { outputs: { n: 2 } },
      },
    );
    await run.company.play("it");
    expect(run.begun).toEqual(["both/one", "both/two", "both/two", "after/sum"]);
    expect(inputsOf(run, "after/sum")).toEqual({ n: 3 });
  });

  test("All 5 steps execute concurrently, results aggregated before next phase", async () => {
    const tasks = ["competitor A", "competitor B", "competitor C", "market trends", "pricing data"];
    const outputs = { found: "string" };
    await using run = await opened(
      {
        phases: [
          {
            phase: "Data Collection",
            execution: "parallel",
            max_concurrency: 5,
            steps: tasks.map((about, index) => ({
              id: index + 1,
              agent: "web-search-researcher",
              task: `Research ${about}`,
              outputs,
            })),
          },
          {
            phase: "After",
            steps: [
              {
                id: "report",
                agent: "desk",
                inputs: {
                  all: "$[steps[1].found, steps[2].found, steps[3].found, steps[4].found, steps[5].found]",
                },
              },
            ],
          },
        ],
      },
      {
        "web-search-researcher": ({ instructions }) => ({ outputs: { found: instructions } }),
        desk: nothing,
      },
    );
    await run.company.play("it");
    expect(run.atOnce()).toBe(5);
    expect(inputsOf(run, "after/report")).toEqual({
      all: tasks.map((about) => `Research ${about}`),
    });
  });
});
