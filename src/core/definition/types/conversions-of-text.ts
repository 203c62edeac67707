import type { Json, JsonObject } from "../../json.ts";
import type { Conversion } from "./conversion-table.ts";
import { FORMATS } from "./format.ts";

const LOSSY_INTEGER: JsonObject = { type: "integer", convert: "lossy" };
const LOSSY_NUMBER: JsonObject = { type: "number", convert: "lossy" };
const always = (): boolean => true;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const TRUE = new Set(["true", "yes", "on", "1"]);
const FALSE = new Set(["false", "no", "off", "0"]);

type Result = ReturnType<Conversion["convert"]>;

/** Texts and numbers to plain types and to texts with a form. */
export const SCALAR_CONVERSIONS: readonly Conversion[] = [
  {
    from: "text",
    to: "number",
    rule: "A text that is a number. Leading zeros and digits beyond 2^53 would be lost, so they are refused unless asked for.",
    examples: [
      { given: "12.5", type: "number", gives: 12.5 },
      { given: " -3e2 ", type: "number", gives: -300 },
      { given: "1,000", type: "number", refused: "is no number" },
      { given: "", type: "number", refused: "is no number" },
      { given: "007", type: "number", refused: "leading zeros" },
      { given: "007", type: LOSSY_NUMBER, gives: 7 },
      { given: "12345678901234567890", type: "number", refused: "2^53" },
      { given: "9007199254740993.5", type: "number", refused: "2^53" },
      { given: "-0", type: "number", gives: 0 },
    ],
    applies: always,
    convert: textToNumber,
  },
  {
    from: "text",
    to: "integer",
    rule: "A text that is a whole number. A fraction is refused unless asked for; it is then cut off.",
    examples: [
      { given: "12", type: "integer", gives: 12 },
      { given: "12.0", type: "integer", gives: 12 },
      { given: "12.7", type: "integer", refused: "would lose its fraction" },
      { given: "12.7", type: LOSSY_INTEGER, gives: 12 },
      { given: "twelve", type: "integer", refused: "is no number" },
    ],
    applies: always,
    convert: (value, lossy) => {
      const number = textToNumber(value, lossy);
      return number.ok ? toInteger(number.value, lossy) : number;
    },
  },
  {
    from: "number",
    to: "integer",
    rule: "A number with a fraction is refused unless asked for; the fraction is then cut off.",
    examples: [
      { given: 12, type: "integer", gives: 12 },
      { given: 12.7, type: "integer", refused: "would lose its fraction" },
      { given: -12.7, type: LOSSY_INTEGER, gives: -12 },
    ],
    applies: always,
    convert: toInteger,
  },
  {
    from: "text",
    to: "boolean",
    rule: "true, yes, on, 1 and false, no, off, 0, in capitals or not.",
    examples: [
      { given: "Yes", type: "boolean", gives: true },
      { given: "0", type: "boolean", gives: false },
      { given: "maybe", type: "boolean", refused: "neither true nor false" },
    ],
    applies: always,
    convert: (value) => {
      const word = textOf(value).trim().toLowerCase();
      if (TRUE.has(word)) return { ok: true, value: true };
      if (FALSE.has(word)) return { ok: true, value: false };
      return refused(value, "is neither true nor false");
    },
  },
  {
    from: "number",
    to: "text",
    rule: "A number as JSON writes it. Beyond 2^53 its digits may be lost already, so it is refused unless asked for.",
    examples: [
      { given: 12.5, type: "string", gives: "12.5" },
      { given: 2 ** 53, type: "string", refused: "2^53" },
      { given: 12, type: "UUID", refused: "is no UUID" },
    ],
    applies: always,
    convert: (value, lossy) =>
      !lossy && Number.isInteger(value) && !Number.isSafeInteger(value)
        ? refused(value, "is beyond 2^53, where digits may be lost already; give it as a text")
        : { ok: true, value: textOf(value) },
  },
  {
    from: "text",
    to: "URL",
    rule: "Spaces around it are cut off; it has a scheme and a host.",
    examples: [
      { given: " https://example.com/a?b=1 ", type: "URL", gives: "https://example.com/a?b=1" },
      { given: "example.com", type: "URL", refused: "is no URL" },
    ],
    applies: always,
    convert: (value) => formed(value, { form: "uri", noun: "URL", text: textOf(value).trim() }),
  },
  {
    from: "text",
    to: "UUID",
    rule: "With or without dashes, braces or urn:uuid:; given in small letters with dashes.",
    examples: [
      {
        given: "{0F8FAD5B-D9CB-469F-A165-70867728950E}",
        type: "UUID",
        gives: "0f8fad5b-d9cb-469f-a165-70867728950e",
      },
      {
        given: "0f8fad5bd9cb469fa16570867728950e",
        type: "uuid",
        gives: "0f8fad5b-d9cb-469f-a165-70867728950e",
      },
      { given: "tenant-7", type: "UUID", refused: "is no UUID" },
    ],
    applies: always,
    convert: (value) => formed(value, { form: "uuid", noun: "UUID", text: dashed(textOf(value)) }),
  },
  {
    from: "text",
    to: "email",
    rule: "Spaces around it are cut off.",
    examples: [
      { given: " ann@example.com ", type: "email", gives: "ann@example.com" },
      { given: "ann at example.com", type: "email", refused: "is no email" },
    ],
    applies: always,
    convert: (value) => formed(value, { form: "email", noun: "email", text: textOf(value).trim() }),
  },
];

/** What the row is for is a text, or a number that is to be one. */
export function textOf(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

export function refused(value: Json, why: string): Result {
  const text = JSON.stringify(value);
  return { ok: false, why: `${text.length > 60 ? `${text.slice(0, 60)}…` : text} ${why}` };
}

function textToNumber(value: Json, lossy: boolean): Result {
  const text = textOf(value).trim();
  if (!NUMBER.test(text)) return refused(value, "is no number");
  const number = Number(text);
  if (!Number.isFinite(number)) return refused(value, "is too large for a number");
  if (!lossy && /^[+-]?0\d/.test(text))
    return refused(value, "has leading zeros, which a number would lose; it may be a code");
  const isExact = !Number.isInteger(number) || Number.isSafeInteger(number);
  if (!lossy && !isExact && !/e/i.test(text))
    return refused(value, "has more digits than a number holds exactly (2^53)");
  return { ok: true, value: withoutSign(number) };
}

/** -0 is 0, as it comes back from a log. */
function withoutSign(number: number): number {
  return number === 0 ? 0 : number;
}

function toInteger(value: Json, lossy: boolean): Result {
  const number = Number(value);
  if (Number.isInteger(number)) return { ok: true, value: number };
  return lossy
    ? { ok: true, value: withoutSign(Math.trunc(number)) }
    : refused(value, "would lose its fraction; `convert: lossy` allows it");
}

function formed(
  value: Json,
  {
    form,
    noun,
    text,
  }: { readonly form: keyof typeof FORMATS; readonly noun: string; readonly text: string },
): Result {
  return FORMATS[form](text) ? { ok: true, value: text } : refused(value, `is no ${noun}`);
}

function dashed(text: string): string {
  const digits = text
    .trim()
    .replace(/^urn:uuid:/i, "")
    .replace(/^\{(.*)\}$/, "$1");
  if (!/^(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i.test(digits)) return text;
  return digits
    .replaceAll("-", "")
    .toLowerCase()
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
