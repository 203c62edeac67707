import { isObject, type Json } from "../../json.ts";

/** Of a text that is read as CSV or JSON. */
export const DOCUMENT_CHARACTERS_MOST = 50_000_000;

/** Deeper than this, what is read is refused: as deep as an agent's answer may be. */
const DEPTH_MOST = 200;

/**
 * The list or object that stands in a text as JSON, null for any other text. Of a whole number
 * that is given as a text, its own type says whether it may lose digits.
 *
 * @returns "unfit" is JSON that no log can hold: a number without end, a key "__proto__", too deep
 */
export function jsonIn(text: string): { readonly value: Json } | "unfit" | null {
  const json = text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
  if (json.length > DOCUMENT_CHARACTERS_MOST || !/^\s*[[{]/.test(json)) return null;
  try {
    const value = parseExactly(json);
    return isFit(value, 0) ? { value } : "unfit";
  } catch {
    return null;
  }
}

/**
 * As `JSON.parse`, and a whole number of more digits than a number holds exactly is given as its text.
 *
 * @throws SyntaxError for what is no JSON
 */
export function parseExactly(json: string): Json {
  return JSON.parse(json, LONG_NUMBER.test(json) ? exactly : undefined) as Json;
}

const BYTE_ORDER_MARK = "\uFEFF";
const LONG_NUMBER = /\d{16}/;

/** `JSON.parse` hands over also how a value is written, which its type does not say yet. */
function exactly(_name: string, value: Json, { source = "" }: { readonly source?: string } = {}) {
  const isLong = Number.isInteger(value) && !Number.isSafeInteger(value) && !/e/i.test(source);
  return isLong ? source : value;
}

function isFit(value: Json, depth: number): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null) return true;
  if (depth >= DEPTH_MOST) return false;
  if (!isObject(value)) return value.every((item) => isFit(item, depth + 1));
  return Object.entries(value).every(
    ([name, field]) => name !== "__proto__" && isFit(field, depth + 1),
  );
}
