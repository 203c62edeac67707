import { describe, expect, test } from "vitest";
import type { Digest } from "../../id.ts";
import type { JsonObject } from "../../json.ts";
import { fitInputs, parseType, readWorkflow } from "../index.ts";
import type { KnownAgent } from "../surroundings.ts";

const digest = (): Digest => `sha256:${"0".repeat(64)}` as Digest;

const takes = (fields: Readonly<Record<string, string>>) => ({
  open: false,
  fields: Object.fromEntries(
    Object.entries(fields).map(([name, text]) => [name, parseType(text, {}).type]),
  ),
});

const agent = (fields: Readonly<Record<string, string>> | null): KnownAgent => ({
  capabilities: ["csv"],
  inputs: fields === null ? null : takes(fields),
});

function said(step: string, agents: Readonly<Record<string, KnownAgent>>): readonly string[] {
  const text = `parameters: { rows: [1] }\nsteps:\n  - ${step}\n`;
  return readWorkflow(
    { file: "workflows/a.yaml", text },
    { agents, workflows: {}, digest },
  ).problems.map(
    ({ code, message, where }) => `${where?.line}:${where?.column} ${code} ${message}`,
  );
}

const STEP = "{ id: a, needs: [csv], inputs: { rows: $params.rows } }";

describe("a step that names a capability", () => {
  test("is matched with whoever takes what it gives", () => {
    const agents = { lists: agent({ rows: "number[]" }), texts: agent({ note: "string" }) };
    expect(said(STEP, agents)).toEqual([]);
    expect(said(STEP, { any: agent(null), texts: agent({ note: "string" }) })).toEqual([]);
  });

  test("is wrong where nobody who can do it takes what it gives, and is told of each why not", () => {
    const agents = {
      texts: agent({ note: "string" }),
      dates: agent({ rows: "date" }),
      more: agent({ rows: "number[]", note: "string", spare: "string?" }),
    };
    expect(said(STEP, agents)).toEqual([
      expect.stringMatching(
        /^3:36 type-mismatch Step "a" gives what nobody takes who can do csv\. texts: it takes no "rows"; dates: it takes date as "rows", and .*; more: it needs "note"\.$/,
      ),
    ]);
  });

  test("of an agent whose own file is wrong is told to mend that first, and a named one is not missing", () => {
    const agents: Readonly<Record<string, KnownAgent>> = {
      broken: { capabilities: [], isBroken: true },
    };
    expect(said("{ id: a, agent: broken }", agents)).toEqual([]);
    const [problem] = readWorkflow(
      { file: "workflows/a.yaml", text: `steps: [${STEP.replace("$params.rows", "1")}]` },
      { agents, workflows: {}, digest },
    ).problems;
    expect(problem?.mend).toBe("Mend agents/broken.yaml first: what it can do is not known.");
  });
});

describe("what an agent is given", () => {
  const declared = takes({ rows: "number[]", note: "string?" });
  const fitted = (inputs: JsonObject) => fitInputs(declared, inputs);

  test("is converted to what it says that it takes", () => {
    expect(fitted({ rows: [1, "2"] })).toEqual({ ok: true, inputs: { rows: [1, 2] } });
    const inputs = { rows: [1], note: null };
    expect(fitted(inputs)).toEqual({ ok: true, inputs });
  });

  test("is refused with a sentence where it is missing, unknown, or of another type", () => {
    expect(fitted({})).toEqual({ ok: false, why: '"rows" (number[]) is missing' });
    expect(fitted({ rows: [], more: 1 })).toEqual({ ok: false, why: 'it takes no "more"' });
    expect(fitted({ rows: ["x"] })).toMatchObject({
      ok: false,
      why: expect.stringContaining('"rows" is no number[]'),
    });
  });
});
