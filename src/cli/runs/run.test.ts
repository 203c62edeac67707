import { describe, expect, test } from "vitest";
import { ended, lettersWorkflow, timedOut } from "../../../test/given/checked.ts";
import type { Param, Workflow } from "../../core/definition/index.ts";
import { openExample, type Script } from "../example-company.ts";
import { accepted, held, LOADING, muster, open, whole } from "../given-program.ts";

describe("muster run", () => {
  test("ends with the summary of the run on stdout, and exits with 0", async () => {
    const { code, out } = await muster(open(whole), "run", "example");
    expect(out).toMatchInlineSnapshot(`
      "✓ example completed

      Run summary:
      - Workflow: example 1.2.0 (ID: wf_example_1)
      - Status: completed with 1 warning
      - Duration: 20 s
      - Phases completed: 2/2
      - Steps completed: 3/3
      - Steps retried: 1, 1 by a fallback agent
      - Steps degraded: 1

      Completed:
      - [x] Workflow validation passed
      - [ ] State management configured (checkpoints enabled): It names no checkpoint_strategy; its log is written at each decision, and it goes on from the last.
      - [x] Agent coordination successful (2 agents spawned)
      - [ ] Data flow verified (inputs → outputs chained): No step of it reads what another gave.
      - [x] Error handling tested (retry/fallback working)
      - [ ] Performance targets met: It has no time limit, and too few runs before it to compare it with.

      Resource usage:
      - Agents: 2 (loader ×4, senior)
      - Peak concurrent agents: 2
      - Attempts: 5
      - Execution time: 20 s

      Outputs:
      - ids: 4 (a, b, c, d)
      - note: well

      Warnings:
      - Write letters: no template

      Next steps:
      - muster runs show wf_example_1 --folder /example
      - muster runs events wf_example_1 --folder /example
      - muster runs verify wf_example_1 --folder /example
      - muster runs archive wf_example_1 --folder /example
      "
    `);
    expect(code).toBe(0);
  });

  test("with --json gives the state document and nothing on stderr", async () => {
    const { out, side } = await muster(open(whole), "run", "example", "--json");
    expect(side).toBe("");
    expect(JSON.parse(out)).toMatchObject({
      workflow_id: "wf_example_1",
      status: "completed",
      outputs: { note: "well" },
      metrics: { total_steps: 3, completed_steps: 3, progress_percent: 100 },
    });
  });

  test("takes params by their declared types", async () => {
    const integer = param({ type: "integer" }, "integer");
    const list = param({ type: "array", items: { type: "string" } }, "string[]");
    const company = openExample(lettersWorkflow({ size: integer, tags: list }), whole);
    await muster(company, "run", "example", "size=50", "tags=HIPAA,SOC2", "--request-id", "r1");
    expect(company.started).toEqual([
      { params: { size: 50, tags: ["HIPAA", "SOC2"] }, requestId: "r1" },
    ]);
  });

  test("says all that is wrong with the params at once, and exits with 2", async () => {
    const workflow = lettersWorkflow({
      size: { ...param({ type: "integer" }, "integer"), required: true },
    });
    const { code, out, side } = await muster(
      openExample(workflow, whole),
      "run",
      "example",
      "siez=3",
      "x",
    );
    expect(side).toMatchInlineSnapshot(`
      "error: "x" is no param.
        mend: Write params as key=value.
      error: The workflow "example" has no param "siez".
        mend: Did you mean "size"? Its params: size.
      error: The workflow "example" needs the param "size", of type integer.
        mend: Give it: size=50
      "
    `);
    expect([code, out]).toEqual([2, ""]);
  });

  test("of a workflow that is not there exits with 3, and with --json says so as one object", async () => {
    const { code, out, side } = await muster(open(whole), "run", "exmaple", "--json");
    expect([code, out]).toEqual([3, ""]);
    expect(JSON.parse(side)).toMatchObject({ error: { code: "not-found", where: null } });
  });

  test("that waits for a person names who and the mend, and exits with 6", async () => {
    const { code, side } = await muster(open(held), "run", "example");
    expect(side).toMatchInlineSnapshot(`
      "2025-12-12 10:00:01    0 %  wf_example_1 accepted: example 1.2.0
      2025-12-12 10:00:03    0 %  Preparation: running
      2025-12-12 10:00:04    0 %  Load customers: running (loader)
      2025-12-12 10:00:05    0 %  Load customers: attempt failed, no answer in 30 s
      2025-12-12 10:00:06    0 %  Load customers: needs operations. Is the source there?
      operations is needed at load/1: Is the source there?
        mend: muster runs resume wf_example_1 --step load/1 --folder /example   or with --give FILE, or --skip
      "
    `);
    expect(code).toBe(6);
  });

  test("that fails names the step that failed and, for each error, who had the step", async () => {
    const bad = { outcome: "failed", error: timedOut };
    const attempt = { key: 4, outcome: "failed", error: timedOut, doubt: false } as const;
    const failing: Script = (_told, run) => [
      accepted(run),
      ...LOADING,
      { type: "attempt.ended", path: "load/1", ...attempt },
      ended("load/1", bad),
      ended("load", bad),
      ended("", bad),
      { type: "run.finished", outcome: "failed", error: timedOut },
    ];
    const { code, out } = await muster(open(failing), "run", "example");
    expect(out).toContain('- Reason: "Load customers": no answer in 30 s\n');
    expect(out).toContain("- Load customers, attempt 1 (loader): no answer in 30 s\n");
    expect(code).toBe(1);
  });

  test("with --no-wait gives only the run's id", async () => {
    expect(await muster(open(whole), "run", "example", "--no-wait")).toEqual({
      code: 0,
      out: "wf_example_1\n",
      side: "",
    });
  });
});

describe("the summary of a workflow without phases", () => {
  test("counts its steps, and no phases", async () => {
    const workflow = lettersWorkflow();
    const steps = workflow.root.steps.flatMap((one) => (one.kind === "block" ? one.steps : []));
    const flat = { ...workflow, root: { ...workflow.root, steps } } as Workflow;
    const { out } = await muster(openExample(flat, whole), "run", "example");
    expect(out).toContain("- Steps completed: ");
    expect(out).not.toContain("Phases");
  });
});

describe("the next steps", () => {
  test("are commands as the person called this one, in this folder", async () => {
    const { out } = await muster(open(whole), "run", "example");
    expect(out).toContain("- muster runs show wf_example_1 --folder /example\n");
  });
});

function param(schema: Param["type"]["schema"], text: string): Param {
  return { type: { text, schema, convert: (value) => ({ ok: true, value }) }, required: false };
}
