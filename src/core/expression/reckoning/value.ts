import { instantOf } from "../../instant.ts";
import type { Json } from "../../json.ts";
import { textOfMoney } from "../functions/money-text.ts";

/** Tells what is no JSON from what is: JSON has no symbols as keys. */
const MARK: unique symbol = Symbol("mark");

export type Timestamp = { readonly [MARK]: "timestamp"; readonly ms: number };
export type Duration = { readonly [MARK]: "duration"; readonly ms: number };
/** An exact amount of one currency, in thousand-millionths of it (see money.ts). */
export type Money = { readonly [MARK]: "money"; readonly currency: string; readonly units: bigint };
/** There is no such datum: what is computed from it is undetermined. */
export type Missing = { readonly [MARK]: "missing"; readonly names: readonly string[] };
/** The expression's own failure. */
export type Fault = { readonly [MARK]: "fault"; readonly message: string };

/** What functions and operators take and give: JSON, and times and money in it. */
export type Value = Json | Timestamp | Duration | Money | readonly Value[] | Plain;
/** A JSON object, perhaps with times and money in it. */
export type Plain = { readonly [key: string]: Value; readonly [MARK]?: never };
export type Reckoned = Value | Missing | Fault;

export type Kind =
  | "text"
  | "number"
  | "bool"
  | "list"
  | "object"
  | "timestamp"
  | "duration"
  | "money"
  | "null";

const SAID: Readonly<Record<Kind, string>> = {
  text: "a text",
  number: "a number",
  bool: "true or false",
  list: "a list",
  object: "an object",
  timestamp: "a timestamp",
  duration: "a duration",
  money: "an amount of money",
  null: "null",
};

/** Of a value in a message: the rest is left out. */
const SHOWN_CHARACTERS_MOST = 60;

/** Years 1 to 9999 in UTC, in whole milliseconds. */
const INSTANT_LEAST_MS = -62_135_596_800_000;
const INSTANT_MOST_MS = 253_402_300_799_999;

export function instant(ms: number): Timestamp | Fault {
  return ms >= INSTANT_LEAST_MS && ms <= INSTANT_MOST_MS
    ? { [MARK]: "timestamp", ms: Math.floor(ms) }
    : fault("the timestamp is outside the years 1 to 9999");
}

export function duration(ms: number): Duration {
  return { [MARK]: "duration", ms };
}

export function money(currency: string, units: bigint): Money {
  return { [MARK]: "money", currency, units };
}

export function missing(names: readonly string[]): Missing {
  return { [MARK]: "missing", names };
}

export function fault(message: string): Fault {
  return { [MARK]: "fault", message };
}

export function isFault(value: Reckoned): value is Fault {
  return marked(value) === "fault";
}

export function isMissing(value: Reckoned): value is Missing {
  return marked(value) === "missing";
}

export function isTime(value: Reckoned): value is Timestamp | Duration {
  const mark = marked(value);
  return mark === "timestamp" || mark === "duration";
}

export function isMoney(value: Reckoned): value is Money {
  return marked(value) === "money";
}

export function isValue(value: Reckoned): value is Value {
  const mark = marked(value);
  return mark !== "missing" && mark !== "fault";
}

/** A JSON object: no list, no null, no timestamp or duration. */
export function isPlainObject(value: Value): value is Plain {
  return kindOf(value) === "object";
}

export function kindOf(value: Value): Kind {
  if (typeof value === "string") return "text";
  if (typeof value === "number") return "number";
  if (typeof value === "boolean") return "bool";
  if (value === null) return "null";
  if (isList(value)) return "list";
  return isTime(value) || isMoney(value) ? value[MARK] : "object";
}

/** "a text", "true or false": a kind in a sentence. */
export function said(kind: Kind): string {
  return SAID[kind];
}

/** A value in a sentence: short, and no content of lists and objects. */
export function shown(value: Value): string {
  if (isList(value)) return `a list of ${value.length}`;
  if (isPlainObject(value)) return "an object";
  const text = isTime(value) || isMoney(value) ? textOf(value) : JSON.stringify(value);
  return text.length <= SHOWN_CHARACTERS_MOST ? text : `${text.slice(0, SHOWN_CHARACTERS_MOST)}…`;
}

/** A timestamp as ISO 8601, a duration in seconds with its unit, as CEL writes them; money with its currency. */
export function textOf(time: Timestamp | Duration | Money): string {
  if (time[MARK] === "money") return textOfMoney(time.currency, time.units);
  return time[MARK] === "timestamp" ? instantOf(time.ms) : `${time.ms / 1000}s`;
}

/** A list; `Array.isArray` alone forgets that it is readonly. */
export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** Out of the expression and into JSON, as a copy: a timestamp is ISO 8601, a duration a number of seconds, money a text. */
export function toJson(value: Value): Json {
  if (isMoney(value)) return textOf(value);
  if (isTime(value)) return value[MARK] === "timestamp" ? instantOf(value.ms) : value.ms / 1000;
  if (isList(value)) return value.map(toJson);
  if (isPlainObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, toJson(field)]));
  return value;
}

type Mark = "timestamp" | "duration" | "money" | "missing" | "fault";

function marked(value: Reckoned): Mark | null {
  return typeof value === "object" && value !== null && MARK in value
    ? (value as Timestamp | Duration | Money | Missing | Fault)[MARK]
    : null;
}
