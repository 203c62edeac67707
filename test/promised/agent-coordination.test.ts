import { describe, expect, test } from "vitest";
import { nothing, opened, patiently } from "./given.ts";

const RUST = { capabilities: ["rust", "review"] };

describe("3. Agent Coordination: spawns and manages agents for each workflow step", () => {
  test("Agent discovery and capability matching", async () => {
    await using run = await opened(
      { steps: [{ id: "write", needs: ["rust"] }] },
      { painter: nothing, "rust-expert-developer": nothing },
      { "rust-expert-developer": RUST },
    );
    expect((await run.company.play("it")).standing.status).toBe("completed");
    expect(run.asked.map(({ agent }) => agent)).toEqual(["rust-expert-developer"]);
  });

  test("Agent discovery and capability matching: where nobody can do it, nothing begins", async () => {
    await using run = await opened({ steps: [{ id: "write", needs: ["cobol"] }] });
    const told = await run.company.run("it");
    expect(told.run === null && told.problems[0]?.message).toContain("cobol");
    expect(run.begun).toEqual([]);
  });

  test("Task invocation using Task tool pattern: step_name, step_context, step_inputs, step_output_schema", async () => {
    await using run = await opened(
      {
        parameters: { company: "Acme Corp" },
        steps: [
          { id: "plan", agent: "desk", outputs: { goal: "string" }, publish: "goal" },
          {
            id: "write",
            name: "Write the letter",
            agent: "desk",
            task: "Write to the customer.",
            inputs: { to: "$params.company" },
            outputs: { goal: "string" },
          },
        ],
      },
      { desk: () => ({ outputs: { goal: "grow" } }) },
    );
    await run.company.play("it");
    expect(run.asked[1]?.task).toMatchObject({
      name: "Write the letter",
      instructions: "Write to the customer.",
      context: { goal: "grow" },
      inputs: { to: "Acme Corp" },
      outputs: { goal: "string" },
    });
  });

  test("Agent lifecycle management (start, monitor, terminate)", async () => {
    await using run = await opened({ steps: [{ id: "work", agent: "desk" }] });
    const { company } = run;
    const seen = async () => (await company.agents()).find(({ name }) => name === "desk");
    const steer = (how: "stop" | "start") =>
      patiently(company, company.steer({ how, agent: "desk", why: "new paper", by: "ana" }));
    const { run: id } = await company.run("it");
    await company.clock.settle();
    expect(await seen()).toMatchObject({ inFlight: 1, steered: null });
    expect(await steer("stop")).toEqual([]);
    await company.playOn(id!);
    expect(await seen()).toMatchObject({ inFlight: 0, steered: { how: "stopped", by: "ana" } });
    expect(await steer("start")).toEqual([]);
    expect(await seen()).toMatchObject({ steered: null });
  });

  test("Load balancing across available agents", async () => {
    await using run = await opened(
      {
        parameters: { ids: [1, 2, 3, 4] },
        steps: [{ id: "write", each: "$params.ids", needs: ["rust"] }],
      },
      { ada: nothing, bo: nothing },
      { ada: RUST, bo: RUST },
    );
    await run.company.play("it");
    const of = (name: string) => run.asked.filter(({ agent }) => agent === name).length;
    expect([of("ada"), of("bo")]).toEqual([2, 2]);
  });

  test("Agent health monitoring and replacement", async () => {
    let ill: string | null = null;
    await using run = await opened(
      { steps: [{ id: "write", needs: ["rust"] }] },
      { ada: nothing, bo: nothing },
      {
        ada: { ...RUST, health: () => ill },
        bo: { capabilities: [...RUST.capabilities, "chess"] },
      },
    );
    await run.company.play("it");
    ill = "It is out of paper.";
    await run.company.clock.advance(60_000);
    await run.company.play("it");
    expect(run.asked.map(({ agent }) => agent)).toEqual(["ada", "bo"]);
    const ada = (await run.company.agents()).find(({ name }) => name === "ada");
    expect(ada?.unwell).toBe(ill);
  });
});
