import { isObject, type Json } from "../json.ts";
import type { PolicyRule, Then } from "./rule.ts";

/** One line of a condition: what is compared, and with what; `cell` null: an expression that is taken as it is. */
export type WhenLine = { readonly of: string; readonly cell: string | null };

type Said = Pick<PolicyRule, "when" | "follows">;

/** `asks refund-manager for refund.pay where args.amount is over HKD 5,000` */
export function sayRule({ when, follows }: Said): string {
  const lines = linesOf(when);
  const tools = lines.filter(isOfTool).map(({ cell }) => ` for ${sayCell(cell)}`);
  const others = lines.filter((line) => !isOfTool(line)).map(sayLine);
  const where = others.length === 0 ? "" : ` where ${others.join(" and ")}`;
  return `${sayThen(follows)}${tools.join("")}${where}`;
}

/** What follows when it holds. */
export function sayThen(follows: Then): string {
  switch (follows.kind) {
    case "approve":
      return `asks ${follows.chain}`;
    case "deny":
      return "refuses";
    case "permit":
      return "permits, and asks nobody,";
    case "allow":
      return "allows";
    case "limit":
      return [
        ...Object.entries(follows.args).map(sayHeld),
        ...follows.redact.map(sayRedacted),
      ].join(" and ");
  }
}

function sayHeld([name, held]: readonly [string, Json]): string {
  const { least, most } = isObject(held) ? held : {};
  const ends = [
    ...(typeof least === "number" ? [`at least ${sayAmount(String(least))}`] : []),
    ...(typeof most === "number" ? [`at most ${sayAmount(String(most))}`] : []),
  ];
  return `holds ${name} to ${ends.join(" and ")}`;
}

function sayRedacted(field: string): string {
  return `leaves out ${field}`;
}

export function isOfTool({ of, cell }: WhenLine): boolean {
  return of === "action.tool" && cell !== null;
}

export function sayLine({ of, cell }: WhenLine): string {
  return cell === null ? of : `${of} is ${sayCell(cell)}`;
}

/** All lines must hold. Either spelling gives the same: what it says, and not how it is written. */
export function linesOf(when: string): readonly WhenLine[] {
  const said = jsonIn(when);
  if (isObject(said))
    return Object.entries(said).map(([of, cell]) => ({
      of,
      cell: typeof cell === "string" ? cell.trim() : JSON.stringify(cell),
    }));
  const parts = split(when, "&&");
  return parts.length > 1 && split(when, "||").length > 1
    ? [{ of: when.trim(), cell: null }]
    : parts.map(lineOf);
}

function jsonIn(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}

const COMPARED = /^([A-Za-z_][\w.]*)\s*(==|!=|<=|>=|<|>)\s*(.+)$/s;
const AMONGST = /^([A-Za-z_][\w.]*)\s+in\s+\[(.*)\]$/s;

function lineOf(text: string): WhenLine {
  const whole = text.trim();
  const isOne = split(whole, "||").length === 1 && split(whole, "?").length === 1;
  const [, of, sign = "", than] = COMPARED.exec(whole) ?? [];
  if (isOne && of !== undefined && than !== undefined)
    return { of, cell: `${sign === "==" ? "" : `${sign} `}${bare(than)}` };
  const [, from, items] = AMONGST.exec(whole) ?? [];
  if (isOne && from !== undefined && items !== undefined)
    return { of: from, cell: split(items, ",").map(bare).join(", ") };
  return { of: whole, cell: null };
}

/** `money("HKD 500")` and `"gold"` without what is written around them. */
function bare(text: string): string {
  const inner = /^(?:money|timestamp|duration)\((.*)\)$/s.exec(text.trim())?.[1] ?? text.trim();
  return /^(["'])(.*)\1$/s.exec(inner.trim())?.[2] ?? inner.trim();
}

const OPENING = "([{";
const CLOSING = ")]}";

/** At a sign, but not inside quotes or brackets. */
function split(text: string, sign: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote: string | null = null;
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const here = text.charAt(at);
    if (quote !== null) {
      if (here === "\\") at += 1;
      else if (here === quote) quote = null;
      continue;
    }
    if (here === '"' || here === "'") quote = here;
    if (OPENING.includes(here)) depth += 1;
    if (CLOSING.includes(here)) depth -= 1;
    if (depth === 0 && text.startsWith(sign, at)) {
      parts.push(text.slice(from, at));
      from = at + sign.length;
    }
  }
  return [...parts, text.slice(from)];
}

/** With its end within; not as a word before a quote, which would read as an import. */
const FROM = `from`;

const SIGNS: Readonly<Record<string, string>> = {
  "<": "under",
  "<=": "up to",
  ">": "over",
  ">=": FROM,
  "=": "",
  "==": "",
  "!=": "not",
  "≤": "up to",
  "≥": FROM,
  "≠": "not",
};
const SIGNED = /^(<=|>=|==|!=|[<>=≤≥≠])\s*(.+)$/s;
const INTERVAL = /^([[(\]])\s*(.*?)\s*\.\.\s*(.*?)\s*([\])[])$/s;

/** `over HKD 5,000`, `gold or silver`, `over HKD 500, up to HKD 5,000`. */
export function sayCell(cell: string | null): string {
  const text = (cell ?? "").trim();
  if (text === "" || text === "-") return "anything";
  const inner = /^not\s*\((.*)\)$/is.exec(text)?.[1];
  if (inner !== undefined) return `not ${split(inner, ",").map(sayPart).join(" or ")}`;
  if (INTERVAL.test(text)) return sayPart(text);
  return split(text, ",").map(sayPart).join(" or ");
}

function sayPart(part: string): string {
  const text = part.trim();
  const [, open, low, high, close] = INTERVAL.exec(text) ?? [];
  if (low !== undefined && high !== undefined)
    return `${open === "[" ? FROM : "over"} ${sayAmount(low)}, ${close === "]" ? "up to" : "under"} ${sayAmount(high)}`;
  const [, sign, than] = SIGNED.exec(text) ?? [];
  if (sign === undefined || than === undefined) return sayAmount(bare(text));
  return `${SIGNS[sign] ?? sign} ${sayAmount(bare(than))}`.trim();
}

/** `HKD 5,000`: a number of people, with its thousands told apart. */
function sayAmount(text: string): string {
  const [, unit, whole, rest = ""] = /^([A-Z]{3}\s+)?(-?\d+)(\.\d+)?$/.exec(text.trim()) ?? [];
  if (whole === undefined) return text.trim();
  const thousands = whole.replace(/\B(?=(?:\d{3})+$)/g, ",");
  return `${unit?.trim() === undefined ? "" : `${unit.trim()} `}${thousands}${rest === ".0" ? "" : rest}`;
}
