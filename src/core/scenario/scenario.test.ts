import { describe, expect, test } from "vitest";
import { missed, type Outcome, readScenarios } from "./index.ts";

const FOUND: Outcome = {
  workflow: "refund",
  status: "closed",
  run: "completed",
  cases: 1,
  asked: ["manager"],
  denied: [],
  written: [{ tool: "refund.pay", args: { amount: 118, order_id: "7" } }],
  tainted: false,
  refused: [],
  left: 0,
};

describe("what is not as it was expected", () => {
  test("is nothing where all that is said is so", () => {
    expect(missed({}, FOUND)).toEqual([]);
    const written = [{ tool: "refund.pay", args: { amount: 118 } }];
    expect(missed({ status: "closed", asked: ["manager"], written }, FOUND)).toEqual([]);
  });

  test("is said of each thing, with what was found", () => {
    expect(missed({ status: "open", asked: [], tainted: true, cases: 2 }, FOUND)).toEqual([
      'status: expected "open", found "closed"',
      "cases: expected 2, found 1",
      'asked: expected [], found ["manager"]',
      "tainted: expected true, found false",
    ]);
    expect(missed({ written: [{ tool: "refund.pay", args: { amount: 1 } }] }, FOUND)).toEqual([
      'written: expected refund.pay {"amount":1}, found refund.pay {"amount":118,"order_id":"7"}',
    ]);
    expect(missed({ written: [] }, FOUND)[0]).toContain("expected nothing, found refund.pay");
  });

  test("is a decision that could not be made, or that nobody asked for", () => {
    expect(missed({}, { ...FOUND, refused: ["ana decides: No."], left: 1 })).toEqual([
      "ana decides: No.",
      "decide: nobody was asked for the last 1",
    ]);
  });
});

describe("a file of scenarios", () => {
  const read = (text: string) => readScenarios({ file: "tests/a.yaml", text });

  test("is read with the place of each", () => {
    const { scenarios, problems } = read(
      "muster: 1\nscenarios:\n  - name: A\n    request: { text: Hello }\n    decide: [{ as: ana }]\n    expect: { written: [a, { b: { x: 1 } }] }\n",
    );
    expect(problems).toEqual([]);
    expect(scenarios).toEqual([
      {
        name: "A",
        where: "tests/a.yaml:3:5",
        requests: [{ text: "Hello" }],
        decide: [{ as: "ana", allow: true, why: "" }],
        expect: {
          written: [
            { tool: "a", args: {} },
            { tool: "b", args: { x: 1 } },
          ],
        },
      },
    ]);
  });

  test.each([
    ["[1]", "tests/a.yaml:1:1", "Scenarios are a map of keys"],
    ["scenarios: [{ name: A, expect: {} }]", "tests/a.yaml:1:13", "Nothing comes in"],
    [
      "scenarios: [{ name: A, request: {}, expect: { stauts: open } }]",
      "tests/a.yaml:1:47",
      "stauts",
    ],
  ])("%s is told with its place", (text, place, words) => {
    const { scenarios, problems } = read(text);
    expect(scenarios).toEqual([]);
    const [{ where, message } = { where: undefined, message: "" }] = problems;
    expect(`${where?.file}:${where?.line}:${where?.column}`).toBe(place);
    expect(message).toContain(words);
  });
});
