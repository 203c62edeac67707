import { describe, expect, test } from "vitest";
import { inputsOf, nothing, opened } from "./given.ts";

describe("4. Data Flow Management: passes outputs between steps as inputs", () => {
  test("Output capture from completed steps", async () => {
    await using run = await opened(
      { steps: [{ id: "load", agent: "desk", outputs: { rows: "integer" } }] },
      { desk: () => ({ outputs: { rows: 3 } }) },
    );
    const { run: id } = await run.company.play("it");
    expect(await run.company.document(id)).toMatchObject({
      phases: [{ steps: [{ outputs: { rows: 3 } }] }],
    });
  });

  test("Input transformation and validation", async () => {
    await using run = await opened({
      parameters: { people: { type: "object[]", required: true } },
      steps: [
        {
          id: "tell",
          agent: "desk",
          inputs: { adults: "$params.people.filter(p, p.age >= 18).map(p, p.name)" },
        },
      ],
    });
    const people = [
      { name: "Ada", age: 36 },
      { name: "Cy", age: 9 },
    ];
    await run.company.play("it", { people });
    expect(inputsOf(run, "tell")).toEqual({ adults: ["Ada"] });
    const wrong = await run.company.run("it", { people: "everybody" });
    expect(wrong.run === null && wrong.problems[0]?.code).toBe("bad-input");
  });

  test("Data type conversion and schema validation", async () => {
    await using run = await opened(
      {
        parameters: { n: "12" },
        steps: [
          { id: "count", agent: "counter", inputs: { n: "$params.n" }, outputs: { n: "integer" } },
          { id: "use", agent: "desk", inputs: { n: "$count.n" } },
        ],
      },
      { counter: ({ inputs }) => ({ outputs: { n: inputs["n"] } }), desk: nothing },
      { counter: { effects: "pure" } },
    );
    await run.company.play("it");
    expect(inputsOf(run, "use")).toEqual({ n: 12 });
    const { events, standing } = await run.company.play("it", { n: "many" });
    expect(standing.status).toBe("failed");
    const [error] = events.flatMap(({ data }) => data["error"] ?? []);
    expect(error).toMatchObject({ message: expect.stringContaining("many") });
  });

  test("Context accumulation across workflow", async () => {
    const step = (id: string) => ({ id, agent: id, outputs: { [id]: "string" }, publish: id });
    await using run = await opened(
      { steps: [step("goal"), step("tone"), { id: "write", agent: "desk" }] },
      {
        goal: () => ({ outputs: { goal: "grow" } }),
        tone: () => ({ outputs: { tone: "kind" } }),
        desk: nothing,
      },
    );
    await run.company.play("it");
    expect(run.asked.map(({ task }) => task.context)).toEqual([
      {},
      { goal: "grow" },
      { goal: "grow", tone: "kind" },
    ]);
  });

  test("Artifact storage and retrieval", async () => {
    const text = "All of it. ".repeat(1_000);
    await using run = await opened(
      { steps: [{ id: "write", agent: "desk", outputs: { text: "string" } }] },
      { desk: () => ({ outputs: { text } }) },
    );
    const { company } = run;
    const { run: id } = await company.play("it");
    const list = company.artifacts(id);
    expect(list?.artifacts).toMatchObject([{ run: id, step: "write" }]);
    const got = company.artifact({ digest: list!.artifacts[0]!.digest });
    expect(got).toMatchObject({ value: { text } });
  });

  test("Data Flow Example: $step1.architecture_summary reaches steps 2 and 3", async () => {
    await using run = await opened(
      {
        workflow: [
          {
            step: 1,
            name: "Analyze codebase",
            agent: "codebase-analyzer",
            outputs: ["architecture_summary", "file_inventory"],
          },
          {
            step: 2,
            name: "Generate documentation",
            agent: "codi-documentation-writer",
            inputs: { architecture: "$step1.architecture_summary", files: "$step1.file_inventory" },
            outputs: ["documentation_files"],
          },
          {
            step: 3,
            name: "Review documentation",
            agent: "code-reviewer",
            inputs: { docs: "$step2.documentation_files", context: "$step1.architecture_summary" },
          },
        ],
      },
      {
        "codebase-analyzer": () => ({
          outputs: { architecture_summary: "three rings", file_inventory: ["a.ts"] },
        }),
        "codi-documentation-writer": () => ({ outputs: { documentation_files: ["a.md"] } }),
        "code-reviewer": nothing,
      },
    );
    await run.company.play("it");
    expect(run.asked.map(({ task }) => task.inputs)).toEqual([
      {},
      { architecture: "three rings", files: ["a.ts"] },
      { docs: ["a.md"], context: "three rings" },
    ]);
  });
});
