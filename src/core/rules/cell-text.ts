import type { Cell, Part, Subject } from "./cell.ts";
import type { Literal } from "./literal.ts";

/**
 * A cell in CEL, over what it is about.
 *
 * @param of an expression
 * @returns null where anything will do
 */
export function textOfCell(of: string, cell: Cell, subject: Subject): string | null {
  if (cell.kind === "anything") return null;
  const { parts } = cell;
  const joined = allEqual(of, parts, subject) ?? parts.map((part) => textOfPart(of, part, subject));
  const text = typeof joined === "string" ? joined : joined.join(" || ");
  if (cell.kind === "none") return `!(${text})`;
  return typeof joined !== "string" && joined.length > 1 ? `(${text})` : text;
}

/** Several values that are only to be equal: `x in [a, b]`. */
function allEqual(of: string, parts: readonly Part[], subject: Subject): string | null {
  const values = parts.flatMap((part) => (part.kind === "is" ? [part.value] : []));
  const [first] = values;
  if (first === undefined || values.length < 2 || values.length < parts.length) return null;
  if (new Set(values.map(({ kind, currency }) => `${kind} ${currency}`)).size > 1) return null;
  return `${read(of, first, subject)} in [${values.map(({ cel }) => cel).join(", ")}]`;
}

function textOfPart(of: string, part: Part, subject: Subject): string {
  if (part.kind !== "within")
    return `${read(of, part.value, subject)} ${part.kind === "is" ? "==" : "!="} ${part.value.cel}`;
  const ends = [
    part.from &&
      `${read(of, part.from.value, subject)} ${part.from.isIn ? ">=" : ">"} ${part.from.value.cel}`,
    part.to &&
      `${read(of, part.to.value, subject)} ${part.to.isIn ? "<=" : "<"} ${part.to.value.cel}`,
  ].filter((end) => end !== null);
  return ends.length === 1 ? (ends[0] ?? "") : `(${ends.join(" && ")})`;
}

/** Where nobody declared what it is, it is what it is compared with: a bare number is then of that currency. */
function read(of: string, value: Literal, { kind }: Subject): string {
  if (kind !== null || value.kind !== "money") return of;
  return `money(${of}, "${value.currency}")`;
}
