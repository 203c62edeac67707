import { describe, expect, test } from "vitest";
import { fails, independent, nothing, opened, patiently } from "./given.ts";

describe("6. Monitoring & Observability: provides real-time status and progress updates", () => {
  test("Progress percentage calculation", async () => {
    await using run = await opened(
      {
        parameters: { ids: [1, 2, 3] },
        steps: [
          { id: "all", each: "$params.ids", agent: "desk" },
          { id: "last", agent: "bad" },
        ],
      },
      { desk: nothing, bad: fails("invalid_input_data") },
    );
    const { run: id } = await run.company.play("it");
    expect(await run.company.document(id)).toMatchObject({
      metrics: { total_steps: 2, completed_steps: 1, failed_steps: 1, progress_percent: 75 },
    });
  });

  test("Execution time estimation", async () => {
    await using run = await opened({ steps: independent(3) });
    const { company } = run;
    const foreseen = async () =>
      (await patiently(company, company.foresee("it"))).foresight?.timeMs.expected;
    for (const _ of [1, 2, 3]) await company.play("it");
    expect(await foreseen()).toBe(3_000);
  });

  test("Resource utilization metrics", async () => {
    await using run = await opened(
      { steps: independent(2) },
      { desk: () => ({ outputs: {}, usage: { tokens: 40, calls: 2 } }) },
    );
    const { run: id } = await run.company.play("it");
    expect(await run.company.document(id)).toMatchObject({
      resource_usage: { tokens_used: 80, api_calls: 4, peak_concurrent_agents: 1 },
    });
    const { text } = await run.company.metrics();
    expect(text).toMatch(/^muster_tokens_total\{workflow="it"\} 80$/m);
  });

  test("Event streaming for external monitoring", async () => {
    await using run = await opened({ steps: independent(2) });
    const { run: id } = await run.company.run("it");
    const seen: string[] = [];
    const following = (async () => {
      for await (const { type, step } of run.company.events(id!, { follow: true }))
        seen.push(`${type} ${step ?? ""}`);
    })();
    await run.company.playOn(id!);
    await patiently(run.company, following);
    expect(seen[0]).toBe("run.accepted ");
    expect(seen).toContain("step.finished step2");
    expect(seen.at(-1)).toBe("run.finished ");
  });
});
