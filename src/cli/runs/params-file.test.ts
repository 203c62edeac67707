import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { stringify } from "yaml";
import { ODD_TEXTS, plainGarbage } from "../../../test/fuzz/garbage.ts";
import { judge } from "../../../test/fuzz/judge.ts";
import { mutateText } from "../../../test/fuzz/mutate-text.ts";
import { cases } from "../../../test/given/cases.ts";
import { workflow } from "../../../test/given/workflow.ts";
import { chanceOf } from "../../../test/simulation/chance.ts";
import { paramsOf } from "./params.ts";

const cwd = mkdtempSync(join(tmpdir(), "muster-params-"));
afterAll(() => rmSync(cwd, { recursive: true }));

const WORKFLOW = workflow(`
  parameters:
    size: 50
    names: [a, b]
    on: { type: date, required: false }
    deep: { type: object, required: false }
    any: { type: any, required: false }
    toString: { type: any, required: false }
  steps: [{ id: a, agent: loader }]
`);
const GOOD = "size: 7\nnames: [x, y]\non: 2026-03-01\ndeep: { a: [1] }\nany: null\n";
const CASES = cases(100);

test("a file of params, whatever stands in it, gives params that the log can hold, or problems", () => {
  let [taken, refused] = [0, 0];
  for (let at = 0; at < CASES; at += 1) {
    const chance = chanceOf(`params ${at}`);
    const text = chance.is(0.5)
      ? mutateText(GOOD, chance)
      : (stringify(plainGarbage(chance)) ?? "");
    const pairs = chance.is(0.3)
      ? [`${chance.one(["size", "names", "any", "x"])}=${chance.one(ODD_TEXTS)}`]
      : [];
    writeFileSync(join(cwd, "given.yaml"), text);
    const read = paramsOf(WORKFLOW, { pairs, file: "given.yaml", cwd });
    if ("params" in read) {
      taken += 1;
      expect(JSON.parse(JSON.stringify(read.params))).toEqual(read.params);
      continue;
    }
    refused += 1;
    expect(read.problems.length).toBeGreaterThan(0);
    const complaints = read.problems.flatMap((problem) => judge(problem, { files: null }));
    expect(complaints.map((what) => ({ what, text }))).toEqual([]);
  }
  expect([taken > CASES / 20, refused > CASES / 20]).toEqual([true, true]);
});
