import { describe, expect, test } from "vitest";
import { inputsOf, nothing, opened, patiently } from "./given.ts";

describe("Basic Invocation", () => {
  test("Execute a workflow definition with parameters: {company_size: 'enterprise', industry: 'fintech'}", async () => {
    await using run = await opened({
      parameters: { company_size: "small", industry: "none" },
      steps: [
        {
          id: "greet",
          agent: "desk",
          inputs: { size: "$params.company_size", industry: "$params.industry" },
        },
      ],
    });
    await run.company.play("it", { company_size: "enterprise", industry: "fintech" });
    expect(inputsOf(run, "greet")).toEqual({ size: "enterprise", industry: "fintech" });
  });
});

describe("Advanced Usage", () => {
  test("Resume a failed workflow from checkpoint with modified parameters: {retry_failed_steps: true}", async () => {
    const steps = [
      { id: "load", agent: "desk" },
      {
        id: "send",
        agent: "sender",
        inputs: { to: "$params.to" },
        retry: false,
      },
    ];
    await using run = await opened(
      {
        parameters: { to: "nobody" },
        execution_config: { checkpoint_strategy: { interval: "per_step" } },
        steps,
      },
      {
        desk: nothing,
        sender: ({ inputs }) =>
          inputs["to"] === "nobody"
            ? { error: { kind: "invalid_input_data", message: "There is no such address." } }
            : { outputs: {} },
      },
    );
    const { company } = run;
    const { run: source, standing } = await company.play("it");
    expect(standing.status).toBe("failed");
    const forked = await patiently(
      company,
      company.fork(source, { from: "cp_1", params: { to: "ana" }, retryFailed: true }),
    );
    if (forked.run === null) throw new Error(JSON.stringify(forked.problems));
    expect((await company.playOn(forked.run)).standing.status).toBe("completed");
    expect(run.begun).toEqual(["load", "send", "send"]);
    expect(inputsOf(run, "send")).toEqual({ to: "ana" });
  });

  test("Execute workflow with custom data flow: aggregated results from steps 1 and 2", async () => {
    await using run = await opened(
      {
        steps: [
          { id: 1, agent: "desk", outputs: { competitor_list: "string[]" } },
          {
            id: 2,
            agent: "desk",
            inputs: { competitors: "$step1.competitor_list", pricing_data: "none" },
            outputs: { competitor_list: "string[]" },
          },
          {
            id: 3,
            agent: "desk",
            inputs: { all: "$step1.competitor_list + $step2.competitor_list" },
          },
        ],
      },
      { desk: ({ step }) => ({ outputs: { competitor_list: [`of ${step}`] } }) },
    );
    const bind = { "step2.inputs.pricing_data": { value: "from outside" } };
    const { run: id } = await run.company.run("it", {}, { bind });
    await run.company.playOn(id!);
    expect(run.asked[1]?.task.inputs).toEqual({
      competitors: ["of 1"],
      pricing_data: "from outside",
    });
    expect(run.asked[2]?.task.inputs).toEqual({ all: ["of 1", "of 2"] });
  });

  test("Dry-run execution (validate without running): execution plan, resource estimates, and potential failure points", async () => {
    await using run = await opened(
      {
        steps: [
          { id: "a", agent: "desk" },
          { id: "b", agent: "desk" },
        ],
      },
      { desk: () => ({ outputs: {}, usage: { tokens: 5 } }) },
      { desk: { effects: "pure", estimate: { tokens: 9 } } },
    );
    const { company } = run;
    const { foresight } = await patiently(company, company.foresee("it"));
    expect(run.begun).toEqual([]);
    expect(company.runs()).toEqual([]);
    expect(foresight?.plan.map(({ path, agent }) => [path, agent])).toEqual([
      ["a", "desk"],
      ["b", "desk"],
    ]);
    expect(foresight?.usage["tokens"]?.expected).toBe(18);
    expect(foresight).toHaveProperty("failurePoints");
  });
});

describe("Integration", () => {
  test("Execution Handoff: what another has planned is run, and its results are returned", async () => {
    const planned = {
      name: "planned",
      parameters: { batch_size: 50, mode: "" },
      steps: [
        {
          id: "onboard",
          agent: "desk",
          inputs: { mode: "$params.mode" },
          outputs: { done: "string" },
        },
      ],
    } as const;
    await using run = await opened(planned, {
      desk: ({ inputs }) => ({ outputs: { done: inputs["mode"] } }),
    });
    const { outputs } = await run.company.play("it", { batch_size: 50, mode: "enterprise" });
    expect(outputs).toMatchObject({ done: "enterprise" });
  });
});
