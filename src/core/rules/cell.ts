import type { Kind } from "../expression/index.ts";
import type { JsonObject } from "../json.ts";
import { ownOf } from "../own.ts";
import { type Literal, type LiteralProblem, readLiteral } from "./literal.ts";

/**
 * What may stand in a cell of a table, and beside a name in the map form of `when:`:
 *
 *     -                  anything
 *     gold               is it
 *     gold, silver       is one of them
 *     not(vip, banned)   is none of them
 *     > HKD 500          <, <=, >, >=, =, !=
 *     [10..20)           from 10, up to but without 20
 *
 * A text may stand in quotes, and must where it looks like something else.
 */
export type Cell =
  | { readonly kind: "anything" }
  | { readonly kind: "one" | "none"; readonly parts: readonly Part[] };

/** Both ends null cannot be; one value is both ends of itself. */
export type Part =
  | { readonly kind: "is" | "isNot"; readonly value: Literal }
  | { readonly kind: "within"; readonly from: End | null; readonly to: End | null };

/** `isIn`: the end itself is within. */
export type End = { readonly value: Literal; readonly isIn: boolean };

/** Of what is compared: its kind, or null where nobody declared one, and its schema. */
export type Subject = { readonly kind: Kind | null; readonly schema: JsonObject };

export type CellProblem = LiteralProblem & { readonly offset: number };

/** Of one cell. */
const PARTS_MOST = 100;

/** @returns the cell, or the first thing wrong with it; never throws */
export function readCell(text: string, subject: Subject): Cell | CellProblem {
  const { body, at, isNone } = unwrapped(text);
  if (body.trim() === "-" || body.trim() === "")
    return isNone ? problem("not() of what?", "Write not(vip).", at) : { kind: "anything" };
  const pieces = split(body);
  if (pieces.length > PARTS_MOST)
    return problem(`A cell has at most ${PARTS_MOST} values.`, "Write a range, or more rows.", at);
  const parts: Part[] = [];
  for (const piece of pieces) {
    const part = readPart(piece.text, subject);
    if ("message" in part) return { ...part, offset: at + piece.at + part.offset };
    parts.push(part);
  }
  return { kind: isNone ? "none" : "one", parts };
}

export function isCellProblem(cell: Cell | CellProblem): cell is CellProblem {
  return "message" in cell;
}

function unwrapped(text: string): {
  readonly body: string;
  readonly at: number;
  readonly isNone: boolean;
} {
  const [, before = "", body] = /^(\s*not\s*\()(.*)\)\s*$/is.exec(text) ?? [];
  return body === undefined
    ? { body: text, at: 0, isNone: false }
    : { body, at: before.length, isNone: true };
}

type Piece = { readonly text: string; readonly at: number };

/** At commas, but not at those inside quotes. */
function split(body: string): readonly Piece[] {
  const pieces: Piece[] = [];
  for (const found of body.matchAll(
    /(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^,])+|(?<=,|^)(?=,|$)/g,
  )) {
    const text = found[0];
    const lead = text.length - text.trimStart().length;
    pieces.push({ text: text.trim(), at: found.index + lead });
  }
  return pieces;
}

const COMPARISON = /^(<=|>=|<|>|==|=|!=|≤|≥|≠)\s*/;
const INTERVAL = /^([[(\]])\s*(.*?)\s*\.\.\s*(.*?)\s*([\])[])$/s;

function readPart(text: string, subject: Subject): Part | CellProblem {
  if (text === "")
    return problem("A value is missing between the commas.", "Leave one comma out.", 0);
  const interval = INTERVAL.exec(text);
  if (interval) return readInterval(interval, text, subject);
  const [sign = "", operator = ""] = COMPARISON.exec(text) ?? [];
  const value = readLiteral(text.slice(sign.length), subject);
  if ("message" in value) return { ...value, offset: sign.length };
  return compared(operator, value, subject);
}

/** Other ways in which people write these. */
const SPELLED: Readonly<Record<string, string>> = {
  "≤": "<=",
  "≥": ">=",
  "≠": "!=",
  "==": "=",
  "": "=",
};

function compared(written: string, value: Literal, subject: Subject): Part | CellProblem {
  const operator = ownOf(SPELLED, written) ?? written;
  if (operator === "=") return { kind: "is", value };
  if (operator === "!=") return { kind: "isNot", value };
  if (isUnordered(value, subject)) return UNORDERED;
  const end = { value, isIn: operator.endsWith("=") };
  return operator.startsWith("<")
    ? { kind: "within", from: null, to: end }
    : { kind: "within", from: end, to: null };
}

function isUnordered({ kind }: Literal, { schema }: Subject): boolean {
  return kind === "bool" || (kind === "text" && schema["enum"] !== undefined);
}

function readInterval(found: RegExpExecArray, text: string, subject: Subject): Part | CellProblem {
  const [, open = "", low = "", high = "", close = ""] = found;
  const from = readLiteral(low, subject);
  if ("message" in from) return { ...from, offset: Math.max(0, text.indexOf(low, 1)) };
  const to = readLiteral(high, subject);
  if ("message" in to) return { ...to, offset: Math.max(0, text.lastIndexOf(high)) };
  if (isUnordered(from, subject)) return UNORDERED;
  if (from.kind !== to.kind || from.currency !== to.currency)
    return problem("The two ends are not of one kind.", "Write [10..20).", 0);
  if (from.order > to.order)
    return problem(
      `Nothing is from ${low} to ${high}.`,
      `Write ${open}${high}..${low}${close}.`,
      0,
    );
  return {
    kind: "within",
    from: { value: from, isIn: open === "[" },
    to: { value: to, isIn: close === "]" },
  };
}

const UNORDERED: CellProblem = {
  message: "These values have no order.",
  mend: "Write one, or several with commas.",
  offset: 0,
};

function problem(message: string, mend: string, offset: number): CellProblem {
  return { message, mend, offset };
}
