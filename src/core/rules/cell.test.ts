import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cases } from "../../../test/given/cases.ts";
import { compileChecked, isProblem } from "../expression/index.ts";
import { isCellProblem, readCell, type Subject } from "./cell.ts";
import { textOfCell } from "./cell-text.ts";

const SCHEMAS = {
  text: { type: "string" },
  tier: { type: "string", enum: ["none", "gold"] },
  count: { type: "integer" },
  paid: { type: "boolean" },
  total: { type: "string", format: "money" },
  price: { type: "number", currency: "HKD" },
  at: { type: "string", format: "date-time" },
  waited: { type: "number", format: "duration" },
  lines: { type: "array" },
  anything: {},
} as const;
const FACTS = { case: { type: "object", properties: SCHEMAS } } as const;

function subjectOf(name: string): Subject {
  const checked = compileChecked(`case.${name}`, { facts: FACTS });
  if (isProblem(checked)) throw new Error(name);
  return checked.gives;
}

const piece = fc.constantFrom(
  ..."- , ( ) [ ] .. > >= < = != not( \" ' \\ gold none HKD 500 USD 5 3 0.5 true 2026-01-15 3 days 72h 1h30m".split(
    " ",
  ),
);
const written = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(" ")),
  fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join("")),
);

describe("a cell", () => {
  test("whatever stands in it is read, and is then a condition, or is refused within its text", () => {
    const seen = { read: 0, refused: 0 };
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(SCHEMAS)), written, (name, text) => {
        const subject = subjectOf(name);
        const cell = readCell(text, subject);
        seen[isCellProblem(cell) ? "refused" : "read"] += 1;
        if (isCellProblem(cell)) {
          expect(cell.offset).toBeGreaterThanOrEqual(0);
          expect(cell.offset).toBeLessThanOrEqual(text.length);
          expect(cell.message).toMatch(/\.$/);
          return;
        }
        const condition = textOfCell(`case.${name}`, cell, subject);
        const checked = condition && compileChecked(condition, { facts: FACTS }, "bool");
        // Too much for one expression is said where the whole condition is read.
        if (checked !== null && typeof checked === "object" && isProblem(checked))
          expect({ name, text, condition, message: checked.message }).toMatchObject({
            message: expect.stringMatching(/too long or too deep|at most/),
          });
      }),
      { numRuns: cases(10_000) },
    );
    expect(seen.read).toBeGreaterThan(seen.refused / 20);
  });

  test.each([
    ["tier", "gold, silvr", 6],
    ["count", "[1..x)", 4],
    ["count", "not(1, two)", 7],
    ["total", "> HKX 5", 2],
    ["waited", "> 3 dayz", 2],
    ["at", "2026-13-40", 0],
    ["price", "USD 5", 0],
    ["count", "[5..3]", 0],
    ["tier", "> gold", 0],
    ["lines", "3", 0],
    ["count", "1,,2", 2],
  ])("of %s with %j is refused at character %i", (name, text, offset) => {
    const cell = readCell(text, subjectOf(name));
    expect(isCellProblem(cell) ? cell.offset : cell).toBe(offset);
  });
});
