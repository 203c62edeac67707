import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cases } from "../../../test/given/cases.ts";
import { readRulesText } from "../../../test/given/rules.ts";
import type { JsonObject } from "../json.ts";
import type { Table } from "./index.ts";

const REFUND_ROUTE = `
tables:
  refund-route:
    hit: first
    inputs: { total: case.total, repeats: case.repeats, tier: case.tier }
    outputs: { route: [auto, manager, director], approval: null }
    rows:
      - { id: R1, total: "> HKD 5000", route: director, approval: refund-board }
      - { id: R2, total: "(HKD 500..HKD 5000]", route: manager, approval: refund-manager }
      - { id: R3, repeats: ">= 3", route: manager, approval: refund-manager }
      - { id: R4, total: "<= HKD 500", tier: "gold, silver", route: auto, approval: null }
      - { id: else, route: manager, approval: refund-manager }
`;

function tableOf(text: string): Table {
  const { tables, problems } = readRulesText(text);
  expect(problems).toEqual([]);
  const [table] = Object.values(tables);
  if (table === undefined) throw new Error(text);
  return table;
}

/** What is wrong with a table of two columns, one number and one of four tiers. */
function faults(rows: string, hit = "first"): readonly string[] {
  return readRulesText(`
tables:
  t:
    hit: ${hit}
    inputs: { repeats: case.repeats, tier: case.tier }
    outputs: [route]
    rows:
${rows.trim().replace(/^\s*/gm, "      ")}
`).problems;
}

const of = (facts: JsonObject): JsonObject => ({ case: facts });

describe("a table", () => {
  const table = tableOf(REFUND_ROUTE);

  test.each([
    [{ total: "HKD 5000.01", repeats: 0, tier: "vip" }, "R1"],
    [{ total: "HKD 5000", repeats: 0, tier: "vip" }, "R2"],
    [{ total: "HKD 500", repeats: 3, tier: "vip" }, "R3"],
    [{ total: "HKD 500", repeats: 0, tier: "gold" }, "R4"],
    [{ total: "HKD 500", repeats: 0, tier: "vip" }, "else"],
  ])("is hit by %j in row %s", (facts, row) => {
    expect(table.evaluate(of(facts))).toMatchObject({ rows: [row], holds: "true" });
  });

  test("says why a row was hit, and what it gives", () => {
    const outcome = table.evaluate(of({ total: "HKD 640.50", repeats: 1, tier: "gold" }));
    expect(outcome.outputs).toEqual([{ route: "manager", approval: "refund-manager" }]);
    expect(outcome.leaves).toEqual([
      "R1: case.total > HKD 5000 [was HKD 640.50]: false",
      "R2: case.total > HKD 500 [was HKD 640.50]: true",
      "R2: case.total <= HKD 5000 [was HKD 640.50]: true",
    ]);
  });

  test("is undetermined where its answer hangs on what is missing, and closed where data is wrong", () => {
    expect(table.evaluate(of({ total: "HKD 5", tier: "gold" }))).toMatchObject({
      holds: "undetermined",
      missing: ["case.repeats"],
      rows: [],
    });
    // The first row settles it.
    expect(table.evaluate(of({ total: "HKD 9000" }))).toMatchObject({ rows: ["R1"] });
    expect(table.evaluate(of({ total: "USD 5", repeats: 0, tier: "gold" })).holds).toBe("fault");
  });

  test("table gap/shadow/overlap found", () => {
    expect(
      faults(`
        - { repeats: "< 3", tier: "none, silver, gold", route: a }
        - { repeats: ">= 3", route: b }
      `),
    ).toEqual([
      'map.yaml:8:7  2 of 16 combinations are hit by no row; one of them: repeats 0, tier vip.\n  mend: Write a row for them, or put one "{ id: else, … }" last.',
    ]);
    expect(
      faults(`
        - { id: A, repeats: "<= 3", route: a }
        - { id: B, repeats: ">= 2", tier: "not(vip)", route: b }
        - { id: C, repeats: "[2..3]", tier: gold, route: c }
        - { id: D, tier: silver, route: d }
        - { id: else, route: e }
      `),
    ).toEqual([
      'map.yaml:10:9  Row "C" can never be hit: "A" before it takes all that it means.\n  mend: Put it before them, or take it out.',
      'map.yaml:11:9  Row "D" can never be hit: "A", "B" before it take all that it means.\n  mend: Put it before them, or take it out.',
    ]);
    expect(
      faults(
        `
        - { id: A, repeats: "<= 3", route: a }
        - { id: B, repeats: "(2..9)", tier: "not(vip)", route: b }
        - { id: else, route: e }
      `,
        "unique",
      ),
    ).toEqual([
      'map.yaml:9:9  Rows "A" and "B" are both hit by: repeats 3, tier none.\n  mend: Narrow one of them, or write hit: first.',
    ]);
    expect(
      faults(`
        - { id: A, repeats: "(3..4)", route: a }
        - { id: else, route: e }
      `),
    ).toEqual([
      expect.stringMatching(/^map\.yaml:8:9 {2}Row "A" can never be hit: nothing is what/),
    ]);
  });

  test("leaves nothing open below what a type has as its least", () => {
    const { tables, problems } = readRulesText(`
tables:
  amounts:
    inputs: { amount: args.amount }
    outputs: [route]
    rows:
      - { amount: "[HKD 0..HKD 5)", route: a }
      - { amount: ">= HKD 5", route: b }
`);
    expect(problems).toEqual([]);
    expect(tables["amounts"]?.evaluate({ action: { args: { amount: 4.99 } } }).rows).toEqual([
      "row 1",
    ]);
  });

  test("typo, type and enum errors carry file:line:col", () => {
    const problems = faults(`
      - { id: A, repeats: ">= three", tier: silvr, route: a }
      - { id: B, tier: "gold, silvr", route: b }
      - { id: C, teir: gold, route: c }
      - { id: C, tier: gold }
      - { id: else, tier: gold, route: e }
      - { id: D, route: e }
    `);
    expect(problems.map((problem) => problem.split("\n")[0])).toEqual([
      'map.yaml:10:18  There is no column "teir".',
      'map.yaml:11:9  The row does not say its "route".',
      'map.yaml:12:9  "else" is hit where no other row is, and compares nothing.',
      'map.yaml:11:9  There are two rows "C".',
      'map.yaml:13:9  Row "D" stands behind "else".',
    ]);
    expect(
      faults(`
      - { id: A, repeats: ">= three", route: a }
      - { id: B, tier: "gold, silvr", route: b }
      - { id: else, route: e }
    `),
    ).toEqual([
      "map.yaml:8:31  three is no number.\n  mend: Write digits, without commas: 1000 or 0.5.",
      'map.yaml:9:31  "silvr" is not one of none, silver, gold, vip.\n  mend: Did you mean "silver"?',
    ]);
    expect(
      readRulesText(REFUND_ROUTE.replace("case.tier", "case.teir").replace("first", "frist"))
        .problems,
    ).toEqual(['map.yaml:4:10  "frist" is no way to hit.\n  mend: Write first, unique, collect.']);
    expect(readRulesText(REFUND_ROUTE.replace("case.tier", "case.teir")).problems).toEqual([
      'map.yaml:5:68  case has no field "teir".\n  mend: Did you mean "tier"?',
    ]);
    expect(readRulesText(REFUND_ROUTE.replace("route: auto", "route: atuo")).problems).toEqual([
      'map.yaml:11:69  "atuo" is not one of auto, manager, director.\n  mend: Did you mean "auto"?',
    ]);
  });

  test("of hit collect gives every row", () => {
    const checks = tableOf(`
tables:
  checks:
    hit: collect
    inputs: { repeats: case.repeats, tier: case.tier }
    outputs: [check]
    rows:
      - { id: A, repeats: "> 1", check: history }
      - { id: B, tier: vip, check: manager }
`);
    expect(checks.evaluate(of({ repeats: 2, tier: "vip" })).outputs).toEqual([
      { check: "history" },
      { check: "manager" },
    ]);
    expect(checks.evaluate(of({ repeats: 1, tier: "gold" }))).toMatchObject({
      holds: "false",
      rows: [],
    });
    expect(checks.evaluate(of({ repeats: 2 })).holds).toBe("undetermined");
  });

  test("that is sound hits exactly one row of every case, and one with a gap is told", () => {
    const cell = fc.oneof(
      fc.constantFrom("-", "0", "3", "> 3", "< 2", "[1..4)", "not(2)", "1, 5", "<= 0, > 4"),
    );
    const tier = fc.constantFrom("-", "gold", "none, silver", "not(vip)", "vip");
    const rows = fc.array(fc.tuple(cell, tier), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(rows, fc.boolean(), (written, hasElse) => {
        const lines = written.map(
          ([repeats, one], at) =>
            `- { id: R${at}, repeats: "${repeats}", tier: "${one}", route: a }`,
        );
        const text = [...lines, ...(hasElse ? ["- { id: else, route: e }"] : [])].join("\n");
        const { tables, problems } = readRulesText(`
tables:
  t:
    hit: unique
    inputs: { repeats: case.repeats, tier: case.tier }
    outputs: [route]
    rows:
${text.replace(/^/gm, "      ")}
`);
        const hits = written.map((row) => (facts: JsonObject) => isHitBy(row, facts));
        const counts = every().map((facts) => hits.filter((isHit) => isHit(facts)).length);
        const isSound =
          counts.every((count) => count === 1 || (count === 0 && hasElse)) &&
          hits.every((isHit) => every().some(isHit));
        expect({ text, problems: problems.length === 0 }).toEqual({ text, problems: isSound });
        for (const facts of problems.length === 0 ? every() : [])
          expect(tables["t"]?.evaluate(of(facts)).rows).toHaveLength(1);
      }),
      { numRuns: cases(300) },
    );
  });
});

const ROWS = new Map<string, Table>();

/** A row by itself. */
function isHitBy([repeats, tier]: readonly [string, string], facts: JsonObject): boolean {
  const key = `${repeats} ${tier}`;
  const known = ROWS.get(key);
  const table =
    known ??
    tableOf(`
tables:
  t:
    hit: collect
    inputs: { repeats: case.repeats, tier: case.tier }
    outputs: [route]
    rows: [{ id: R, repeats: "${repeats}", tier: "${tier}", route: a }]
`);
  if (known === undefined) ROWS.set(key, table);
  return table.evaluate(of(facts)).holds === "true";
}

/** Every value that the cells above tell apart. */
function every(): readonly JsonObject[] {
  return [0, 1, 2, 3, 4, 5, 6].flatMap((repeats) =>
    ["none", "silver", "gold", "vip"].map((tier) => ({ repeats, tier })),
  );
}
