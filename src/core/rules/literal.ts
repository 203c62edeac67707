import { isFault, moneyOfText, nearest, parseTimestamp } from "../expression/index.ts";
import type { Subject } from "./cell.ts";

/** A value as written in a cell. */
export type Literal = {
  readonly kind: "text" | "number" | "bool" | "money" | "duration" | "timestamp";
  /** As CEL writes it. */
  readonly cel: string;
  /** For people: HKD 500. */
  readonly shown: string;
  /** Those of one kind are compared by it; of money, those of one currency. */
  readonly order: string | number | bigint | boolean;
  readonly currency: string | null;
};

export type LiteralProblem = { readonly message: string; readonly mend: string };

const NUMBER = /^[+-]?\d+(?:\.\d+)?$/;
const QUOTED = /^(?:"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)')$/s;
const MONEY = /^(?:[A-Za-z]{3}\s*-?[\d.]+|-?[\d.]+\s*[A-Za-z]{3})$/;
const UNITS_MS: readonly (readonly [RegExp, number])[] = [
  [/^(?:ms|milliseconds?)$/i, 1],
  [/^(?:s|secs?|seconds?)$/i, 1000],
  [/^(?:m|mins?|minutes?)$/i, 60_000],
  [/^(?:h|hrs?|hours?)$/i, 3_600_000],
  [/^(?:d|days?)$/i, 86_400_000],
  [/^(?:w|weeks?)$/i, 604_800_000],
];

/** A value of the kind that is compared; of no known kind, of that which it looks like. */
export function readLiteral(written: string, subject: Subject): Literal | LiteralProblem {
  const text = written.trim();
  if (text === "") return { message: "A value is missing.", mend: "Write one, such as > 5." };
  const kind = subject.kind ?? guess(text);
  switch (kind) {
    case "text":
      return ofText(text, subject);
    case "number":
      return ofNumber(text);
    case "bool":
      return ofBool(text);
    case "money":
      return ofMoney(text, subject);
    case "duration":
      return ofDuration(text);
    case "timestamp":
      return ofTimestamp(text);
    case "list":
    case "object":
    case "null":
      return {
        message: `A cell compares single values, and this is ${kind === "list" ? "a list" : "an object"}.`,
        mend: "Write a condition of its own: when: 'size(case.lines) > 3'.",
      };
  }
}

function guess(text: string): Literal["kind"] {
  if (NUMBER.test(text)) return "number";
  if (text === "true" || text === "false") return "bool";
  if (MONEY.test(text) && !isFault(moneyOfText(text))) return "money";
  return "text";
}

function ofText(text: string, { schema }: Subject): Literal | LiteralProblem {
  const [, double, single] = QUOTED.exec(text) ?? [];
  const value = (double ?? single)?.replace(/\\(.)/gs, "$1") ?? text;
  if (double === undefined && single === undefined && /^["']|["'()[\]<>=]/.test(text))
    return {
      message: `${text} is no value.`,
      mend: `Put a text in quotes: "${value.replace(/["']/g, "")}".`,
    };
  const { enum: values } = schema;
  if (Array.isArray(values) && !values.includes(value)) {
    const known = values.filter((one) => typeof one === "string");
    const near = nearest(value, known);
    return {
      message: `"${value}" is not one of ${known.join(", ")}.`,
      mend: near === null ? "Write one of these." : `Did you mean "${near}"?`,
    };
  }
  const shown = JSON.stringify(value);
  return { kind: "text", cel: shown, shown, order: value, currency: null };
}

function ofNumber(text: string): Literal | LiteralProblem {
  const order = Number(text);
  if (MONEY.test(text))
    return {
      message: `${text} is an amount of money, and this is a number.`,
      mend: "Say of what currency it is where its type is declared: { type: number, currency: HKD }.",
    };
  if (!NUMBER.test(text) || !Number.isFinite(order))
    return { message: `${text} is no number.`, mend: "Write digits, without commas: 1000 or 0.5." };
  const shown = String(order);
  return { kind: "number", cel: shown, shown, order, currency: null };
}

function ofBool(text: string): Literal | LiteralProblem {
  const order = /^(?:true|yes)$/i.test(text);
  return order || /^(?:false|no)$/i.test(text)
    ? { kind: "bool", cel: String(order), shown: String(order), order, currency: null }
    : { message: `${text} is neither true nor false.`, mend: "Write true or false." };
}

function ofMoney(text: string, { schema }: Subject): Literal | LiteralProblem {
  const { currency } = schema;
  const mend = `Write ${typeof currency === "string" ? currency : "HKD"} 500.`;
  const money = moneyOfText(text);
  if (isFault(money)) return { message: `${sentence(money.message)}.`, mend };
  if (typeof currency === "string" && currency !== money.currency)
    return {
      message: `${text} is in ${money.currency} and is compared with an amount in ${currency}; two currencies are not compared.`,
      mend,
    };
  const shown = text.replace(/\s+/g, " ");
  const cel = `money(${JSON.stringify(shown)})`;
  return { kind: "money", cel, shown, order: money.units, currency: money.currency };
}

function ofDuration(text: string): Literal | LiteralProblem {
  const wrong = {
    message: `${text} is no duration.`,
    mend: "Write one such as 72h, 30m or 3 days.",
  };
  let ms = 0;
  let rest = text;
  while (rest !== "") {
    const [all = "", count = "", word = ""] = /^(\d+(?:\.\d+)?)\s*([A-Za-z]+)\s*/.exec(rest) ?? [];
    const unit = UNITS_MS.find(([pattern]) => pattern.test(word));
    if (all === "" || unit === undefined) return wrong;
    ms += Number(count) * unit[1];
    rest = rest.slice(all.length);
  }
  const seconds = ms / 1000;
  const cel = `duration("${ms % 3_600_000 === 0 ? `${ms / 3_600_000}h` : `${seconds}s`}")`;
  return { kind: "duration", cel, shown: text, order: ms, currency: null };
}

function ofTimestamp(text: string): Literal | LiteralProblem {
  const bare = text.replace(/^["']|["']$/g, "");
  const order = parseTimestamp(bare);
  return order === null
    ? {
        message: `${text} is no date and no time.`,
        mend: "Write 2026-01-15, or 2026-01-15T10:00:00Z.",
      }
    : {
        kind: "timestamp",
        cel: `timestamp(${JSON.stringify(bare)})`,
        shown: bare,
        order,
        currency: null,
      };
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
