import { isFault, moneyOfText } from "../expression/index.ts";
import type { Cell, Part, Subject } from "./cell.ts";
import type { Literal } from "./literal.ts";

/**
 * One column of a table, cut where any of its cells cuts it: every value that is written, and what lies
 * between two of them. All values of one piece are hit by the same cells.
 */
export type Axis = {
  readonly column: string;
  /** How a value of the piece is told: "HKD 500", "between 3 and 5". */
  readonly pieces: readonly string[];
  /** By row, whether its cell takes each piece. */
  readonly taken: readonly (readonly boolean[])[];
};

type Order = Literal["order"];
/** An even place is a written value, an odd one lies between two. */
type Piece = { readonly at: number; readonly shown: string };

/** @returns null where the cells of the column compare what cannot be put in one order */
export function axisOf(column: string, cells: readonly Cell[], subject: Subject): Axis | null {
  const values = cells.flatMap(literalsOf);
  if (new Set(values.map(({ kind, currency }) => `${kind} ${currency}`)).size > 1) return null;
  const listed = listedValues(subject);
  const isOrdered = cells.some(
    (cell) => cell.kind !== "anything" && cell.parts.some(({ kind }) => kind === "within"),
  );
  const bounds =
    listed === null && isOrdered ? boundsOf(subject, values[0]) : { least: null, most: null };
  const limits = [bounds.least, bounds.most].filter((bound) => bound !== null);
  const written = listed ?? distinct([...values, ...limits]);
  const placeOf = (value: Literal): number =>
    2 * written.findIndex(({ order }) => order === value.order);
  const pieces = piecesOf(written, { subject, isListed: listed !== null, isOrdered }).filter(
    ({ at }) =>
      (bounds.least === null || at >= placeOf(bounds.least)) &&
      (bounds.most === null || at <= placeOf(bounds.most)),
  );
  return {
    column,
    pieces: pieces.map(({ shown }) => shown),
    taken: cells.map((cell) => pieces.map(({ at }) => takes(cell, at, placeOf))),
  };
}

function literalsOf(cell: Cell): readonly Literal[] {
  if (cell.kind === "anything") return [];
  return cell.parts.flatMap((part) =>
    part.kind === "within"
      ? [part.from, part.to].flatMap((end) => (end === null ? [] : [end.value]))
      : [part.value],
  );
}

function takes(cell: Cell, at: number, placeOf: (value: Literal) => number): boolean {
  if (cell.kind === "anything") return true;
  const isAny = cell.parts.some((part) => isIn(part, at, placeOf));
  return isAny === (cell.kind === "one");
}

function isIn(part: Part, at: number, placeOf: (value: Literal) => number): boolean {
  if (part.kind !== "within") return (at === placeOf(part.value)) === (part.kind === "is");
  const { from, to } = part;
  const [low, high] = [from && placeOf(from.value), to && placeOf(to.value)];
  return (
    (from === null || low === null || (from.isIn ? at >= low : at > low)) &&
    (to === null || high === null || (to.isIn ? at <= high : at < high))
  );
}

function distinct(values: readonly Literal[]): readonly Literal[] {
  const seen = new Map<Order, Literal>();
  for (const value of values) if (!seen.has(value.order)) seen.set(value.order, value);
  return [...seen.values()].sort((one, other) => (one.order < other.order ? -1 : 1));
}

function piecesOf(
  written: readonly Literal[],
  {
    subject,
    isListed,
    isOrdered,
  }: { readonly subject: Subject; readonly isListed: boolean; readonly isOrdered: boolean },
): readonly Piece[] {
  const pieceAt = ({ shown }: Literal, at: number): Piece => ({ at: 2 * at, shown: plain(shown) });
  if (isListed) return written.map(pieceAt);
  const isWhole = subject.schema["type"] === "integer" && subject.kind === "number";
  if (!isOrdered)
    return [
      ...written.map(pieceAt),
      { at: -1, shown: written.length > 0 ? "anything else" : "anything" },
    ];
  const pieces: Piece[] = [];
  for (let at = -1; at < 2 * written.length; at += 1) {
    if (at % 2 === 0) pieces.push({ at, shown: plain(written[at / 2]?.shown ?? "") });
    else {
      const between = gap(written[(at - 1) / 2], written[(at + 1) / 2], isWhole);
      if (between !== null) pieces.push({ at, shown: between });
    }
  }
  return pieces;
}

/** A value between two, or how it is told; null where there is none. */
function gap(low: Literal | undefined, high: Literal | undefined, isWhole: boolean): string | null {
  const kind = (low ?? high)?.kind;
  if (kind === undefined) return "anything";
  if (kind === "text") return "anything else";
  if (kind === "number") return numberBetween(low?.order, high?.order, isWhole);
  if (low === undefined) return `less than ${high?.shown}`;
  return high === undefined ? `more than ${low.shown}` : `between ${low.shown} and ${high.shown}`;
}

function numberBetween(low: unknown, high: unknown, isWhole: boolean): string | null {
  const [from, to] = [typeof low === "number" ? low : null, typeof high === "number" ? high : null];
  if (from === null) return to === null ? null : String(Math.ceil(to) - 1);
  if (to === null) return String(Math.floor(from) + 1);
  const next = Math.floor(from) + 1;
  if (next < to) return String(next);
  return isWhole ? null : String((from + to) / 2);
}

/** All values that there are: of an enum, of true and false. */
function listedValues({ kind, schema }: Subject): readonly Literal[] | null {
  const { enum: values } = schema;
  if (Array.isArray(values))
    return values
      .filter((value) => typeof value === "string" || typeof value === "number")
      .map((order) => literal(typeof order === "string" ? "text" : "number", order));
  return kind === "bool" ? [literal("bool", false), literal("bool", true)] : null;
}

function literal(kind: Literal["kind"], order: string | number | boolean): Literal {
  const cel = JSON.stringify(order);
  return { kind, cel, shown: cel, order, currency: null };
}

type Bounds = { readonly least: Literal | null; readonly most: Literal | null };

/** What the type says of the smallest and the largest. */
function boundsOf({ kind, schema }: Subject, like: Literal | undefined): Bounds {
  const bound = (value: unknown): Literal | null => {
    if (typeof value !== "number") return null;
    if (kind === "number") return literal("number", value);
    const { currency } = like ?? {};
    if (kind !== "money" || typeof currency !== "string") return null;
    const money = moneyOfText(`${currency} ${value}`);
    const shown = `${currency} ${value}`;
    return isFault(money) ? null : { kind, cel: "", shown, order: money.units, currency };
  };
  return { least: bound(schema["minimum"]), most: bound(schema["maximum"]) };
}

function plain(shown: string): string {
  return /^"[\w. -]+"$/.test(shown) ? shown.slice(1, -1) : shown;
}
