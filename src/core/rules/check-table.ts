import { ownOf } from "../own.ts";
import { type Axis, axisOf } from "./axis.ts";
import type { Cell } from "./cell.ts";
import type { ReadRow, Subjects } from "./compile-table.ts";
import type { RuleFault, RuleReading } from "./reading.ts";
import { gapsOf, REGIONS_MOST, type TableGaps } from "./table-gaps.ts";
import { ELSE, type TableSource } from "./table-source.ts";

const ANYTHING: Cell = { kind: "anything" };
/** Rows named in one message. */
const NAMED_MOST = 5;

type Given = {
  readonly table: TableSource;
  readonly subjects: Subjects;
  readonly rows: readonly ReadRow[];
};

/** Says what a table leaves open, takes twice and never takes. @returns whether it is sound */
export function checkTable({ table, subjects, rows }: Given, reading: RuleReading): boolean {
  const own = rows.filter(({ isElse }) => !isElse);
  const hasElse = own.length < rows.length;
  const axes = Object.entries(subjects).map(([column, subject]) => {
    const cells = own.map((row) => ownOf(row.cells, column) ?? ANYTHING);
    return axisOf(column, cells, subject) ?? column;
  });
  const unlike = axes.find((axis) => typeof axis === "string");
  if (unlike !== undefined) return tellUnlike(unlike, reading);
  const gaps = gapsOf(
    axes.filter((axis): axis is Axis => typeof axis !== "string"),
    own.length,
  );
  if (gaps === null) return tellTooLarge(reading, hasElse || table.hit === "collect");
  const faults = [
    ...(hasElse || table.hit === "collect" ? [] : openIn(gaps, reading)),
    ...(table.hit === "unique" ? overlapsIn(gaps, own) : []),
    ...unreachableIn(gaps, own, table.hit),
  ];
  for (const fault of faults) reading.report(fault);
  return faults.length === 0;
}

function tellUnlike(column: string, { report, path }: RuleReading): boolean {
  report({
    code: "wrong-value",
    message: `The cells of "${column}" compare values of several kinds or currencies.`,
    mend: "Write all of them in one, or make two columns.",
    path: [...path, "inputs", column],
  });
  return false;
}

/** What cannot be gone through must have a way out. */
function tellTooLarge({ report, path }: RuleReading, isClosed: boolean): boolean {
  report({
    code: "limit",
    severity: isClosed ? "warning" : "error",
    message: `The table has more than ${REGIONS_MOST} combinations: nobody can say whether rows are left out, overlap or are never hit.`,
    mend: isClosed ? "Split it into two tables." : `Split it, or put a row "${ELSE}" last.`,
    path: [...path, "rows"],
  });
  return isClosed;
}

function openIn(
  { open, regions, example }: TableGaps,
  { path }: RuleReading,
): readonly RuleFault[] {
  if (open === 0) return [];
  return [
    {
      code: "wrong-value",
      message: `${open} of ${regions} combinations are hit by no row; one of them: ${example}.`,
      mend: `Write a row for them, or put one "{ id: ${ELSE}, … }" last.`,
      path: [...path, "rows"],
    },
  ];
}

function overlapsIn({ overlaps }: TableGaps, rows: readonly ReadRow[]): readonly RuleFault[] {
  return overlaps.map(({ one, other, example }) => ({
    code: "wrong-value",
    message: `Rows "${rows[one]?.id}" and "${rows[other]?.id}" are both hit by: ${example}.`,
    mend: "Narrow one of them, or write hit: first.",
    path: rows[other]?.path ?? [],
  }));
}

function unreachableIn(
  { unreachable }: TableGaps,
  rows: readonly ReadRow[],
  hit: TableSource["hit"],
): readonly RuleFault[] {
  return unreachable
    .filter(({ by }) => by.length === 0 || hit === "first")
    .map(({ row, by }) => {
      const before = by.slice(0, NAMED_MOST).map((one) => `"${rows[one]?.id}"`);
      return {
        code: "wrong-value",
        message:
          by.length === 0
            ? `Row "${rows[row]?.id}" can never be hit: nothing is what it compares with.`
            : `Row "${rows[row]?.id}" can never be hit: ${before.join(", ")} before it ${by.length === 1 ? "takes" : "take"} all that it means.`,
        mend: by.length === 0 ? "Mend its cells." : "Put it before them, or take it out.",
        path: rows[row]?.path ?? [],
      };
    });
}
