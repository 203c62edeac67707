import { describe, expect, test } from "vitest";
import { fails, independent, nothing, opened } from "./given.ts";

describe("Best Practices: For Workflow Design", () => {
  test("Clear Dependencies: Explicitly define which steps depend on others", async () => {
    await using it = await opened({
      execution: "parallel",
      steps: [
        { id: "ship", agent: "desk", after: ["pack", "pay"] },
        { id: "pack", agent: "desk" },
        { id: "pay", agent: "desk" },
      ],
    });
    await it.company.play("it");
    expect(it.begun.toSorted().slice(0, 2)).toEqual(["pack", "pay"]);
    expect(it.begun.at(-1)).toBe("ship");
  });

  test("Idempotency: Design steps to be safely re-runnable: whoever is asked again is told the same key", async () => {
    await using it = await opened(
      { steps: [{ id: "pay", agent: "desk" }] },
      {
        desk: ({ attempt }) =>
          attempt < 3
            ? { error: { kind: "network_timeout", message: "No answer." } }
            : { outputs: {} },
      },
    );
    expect((await it.company.play("it")).standing.status).toBe("completed");
    expect(it.asked.map(({ task }) => task.attempt)).toEqual([1, 2, 3]);
    expect(new Set(it.asked.map(({ task }) => task.key)).size).toBe(1);
  });

  test("Output Contracts: Define clear output schemas for data flow: what is missing is told by name", async () => {
    await using it = await opened(
      { steps: [{ id: "load", agent: "desk", retry: false, outputs: { rows: "integer" } }] },
      { desk: nothing },
      { desk: { effects: "pure" } },
    );
    const { standing, events } = await it.company.play("it");
    expect(standing.status).toBe("failed");
    const [error] = events.flatMap(({ data }) => data["error"] ?? []);
    expect(error).toMatchObject({ message: expect.stringContaining('"rows"') });
  });

  test.each([
    ["optional", { optional: true }, "completed"],
    ["critical", { error_strategy: "halt_and_escalate" }, "paused"],
  ] as const)(
    "Error Boundaries: Identify critical vs optional steps: %s",
    async (_, more, status) => {
      await using it = await opened(
        { owner: "ana", steps: [{ id: "risk", agent: "bad", ...more }, ...independent(1)] },
        { bad: fails("invalid_input_data"), desk: nothing },
      );
      expect((await it.company.play("it")).standing.status).toBe(status);
      expect(it.begun).toEqual(status === "completed" ? ["risk", "step1"] : ["risk"]);
    },
  );
});

describe("Best Practices: For Execution and Resource Management", () => {
  test("Checkpoint Frequently: Save state at logical boundaries", async () => {
    const phase = (name: string) => ({ name, steps: [{ id: `${name}-work`, agent: "desk" }] });
    await using it = await opened({ phases: [phase("one"), phase("two"), phase("three")] });
    const { run } = await it.company.play("it");
    const found = (await it.company.checkpoints(run)) ?? [];
    expect(found.map(({ phaseName }) => phaseName)).toEqual(["one", "two", "three"]);
  });

  test.each([
    [10, ["count"]],
    [5_000, ["count", "audit"]],
  ])("Optimize Sequencing: Run expensive steps only when necessary: %i", async (amount, begun) => {
    await using it = await opened(
      {
        steps: [
          { id: "count", agent: "counter", outputs: { amount: "integer" } },
          { id: "audit", when: "steps.count.amount > 1000", agent: "desk" },
        ],
      },
      { counter: () => ({ outputs: { amount } }), desk: nothing },
    );
    expect((await it.company.play("it")).standing.status).toBe("completed");
    expect(it.begun).toEqual(begun);
  });

  test("Classify Errors: Distinguish transient from permanent failures: an author's own kinds, too", async () => {
    await using it = await opened(
      {
        error_types: { permanent: { kinds: ["printer_is_gone"] } },
        steps: [{ id: "print", agent: "desk", retry: 4 }],
      },
      { desk: fails("printer_is_gone") },
      { desk: { effects: "pure" } },
    );
    expect((await it.company.play("it")).standing.status).toBe("failed");
    expect(it.begun).toHaveLength(1);
  });
});
