import { describe, expect, test } from "vitest";
import { digestOf } from "../../../../test/given/workflow.ts";
import { type KnownWorkflow, readWorkflow, runGives } from "../index.ts";

describe("what a sub-run is to give", () => {
  const surroundings = {
    agents: { desk: { capabilities: [] } },
    workflows: {} as Record<string, KnownWorkflow>,
    digest: digestOf,
  };

  function known(text: string): KnownWorkflow {
    const { workflow } = readWorkflow({ file: "child.yaml", text }, surroundings);
    if (workflow === null) throw new Error("is no workflow");
    return { params: workflow.params, outputs: runGives(workflow) };
  }

  function said(child: string, outputs: string): readonly string[] {
    const workflows = { child: known(child) };
    const text = `steps: [{id: sub, workflow: child, outputs: ${outputs}}]\n`;
    const { problems } = readWorkflow({ file: "a.yaml", text }, { ...surroundings, workflows });
    return problems.map(({ message, mend = "" }) => `${message} ${mend}`);
  }

  test("is among the outputs of its workflow, those of the steps too", () => {
    const named = 'steps: [{id: a, agent: desk}]\noutputs: {total: "$a.x"}\n';
    expect(said(named, "{total: integer}")).toEqual([]);
    expect(said(named, "{totl: integer}")[0]).toMatch(
      /The workflow "child" gives no "totl"\. Did you mean "total"\?/,
    );
    const unnamed = "steps: [{id: a, agent: desk, outputs: {x: boolean}}]\n";
    expect(said(unnamed, "[x]")).toEqual([]);
    expect(said(unnamed, "{y: string}")[0]).toMatch(/gives no "y"/);
    expect(said(unnamed, "{x: date}")[0]).toMatch(/boolean cannot be date/);
  });

  test("is anything where a step does not say what it gives", () => {
    expect(said("steps: [{id: a, agent: desk}]\n", "{y: string}")).toEqual([]);
    expect(said("steps: [{id: a, gate: Well?}]\n", "{y: string}")).toEqual([]);
  });
});
