import { describe, expect, test } from "vitest";
import {
  accepted,
  attempted,
  begun,
  block,
  choose,
  ended,
  exampleWorkflow,
  log,
  task,
} from "../../../test/given/checked.ts";
import type { Json } from "../json.ts";
import type { Body } from "../machine/index.ts";
import { type Comparison, compareRuns, isAlike, type Side } from "./compare.ts";
import { emptyHistory, readEvent } from "./index.ts";

const FLOW = exampleWorkflow([
  block("prepare", [task("prepare/1")]),
  block("setup", [choose("setup/which", [task("setup/which/a"), task("setup/which/b")])]),
]);

function side(bodies: readonly Body[], outputs: Json = {}): Side {
  const history = log(bodies).reduce(readEvent, emptyHistory(FLOW));
  const given: Side["given"] = ({ record }) =>
    record.output && "value" in record.output ? record.output.value : null;
  return { history, outputs, given };
}

const LOADED: readonly Body[] = [accepted, begun(""), begun("prepare"), attempted("prepare/1")];

function through(rows: number, branch: 0 | 1): readonly Body[] {
  const path = `setup/which/${branch === 0 ? "a" : "b"}`;
  return [
    ...LOADED,
    ended("prepare/1", { output: { value: { rows } } }),
    ended("prepare"),
    begun("setup"),
    begun("setup/which", { branch }),
    attempted(path),
    ended(path),
  ];
}

describe("two runs that are compared", () => {
  test("and went alike differ in nothing", () => {
    const compared = compareRuns(side(through(3, 0)), side(through(3, 0)));
    expect(isAlike(compared)).toBe(true);
    expect(compared.durations).toContainEqual({ step: "prepare/1", a: 1000, b: 1000 });
  });

  test("differ in what a step gave, in the branch taken, and in the outputs", () => {
    const compared: Comparison = compareRuns(
      side(through(3, 0), { n: 3, same: 1 }),
      side(through(4, 1), { n: 4, same: 1 }),
    );
    expect(isAlike(compared)).toBe(false);
    expect(compared.outputs).toEqual([{ name: "n", a: 3, b: 4 }]);
    expect(compared.steps).toContainEqual({
      step: "prepare/1",
      name: "outputs",
      a: { rows: 3 },
      b: { rows: 4 },
    });
    expect(compared.steps).toContainEqual({ step: "setup/which", name: "choice", a: 0, b: 1 });
    expect(compared.steps).toContainEqual({
      step: "setup/which/a",
      name: "status",
      a: "completed",
      b: "skipped",
    });
  });

  test("differ in their params and in the definition they are pinned to", () => {
    const other = { ...FLOW, version: "2.0.0", digest: "sha256:1" as typeof FLOW.digest };
    const one = side(LOADED);
    const two = {
      ...one,
      history: { ...one.history, workflow: other, params: { size: 2 } },
    };
    const compared = compareRuns(one, two);
    expect(compared.params).toEqual([{ name: "size", a: null, b: 2 }]);
    expect(compared.definition).toMatchObject({ a: { version: "1.0.0" }, b: { version: "2.0.0" } });
  });
});
