import { RE2JS, RE2JSException } from "re2js";
import { type Form, form, method } from "../reading/form.ts";
import {
  type Duration,
  type Fault,
  fault,
  isList,
  isPlainObject,
  kindOf,
  type Money,
  said,
  type Timestamp,
  textOf,
  type Value,
} from "../reckoning/value.ts";

/** Of a text that is compared with a pattern, and of the pattern. */
const LIKE_TEXT_CHARACTERS_MOST = 10_000;
const LIKE_PATTERN_CHARACTERS_MOST = 1_000;
/** Of a text that a function makes. */
const TEXT_CHARACTERS_MOST = 1_000_000;
/** Patterns kept compiled; the oldest goes first. */
const PATTERNS_MOST = 200;

const patterns = new Map<string, RE2JS | string>();

/** @returns what is wrong with a pattern of `like`, or null */
export function patternProblem(pattern: string): string | null {
  const compiled = compiledPattern(pattern);
  return typeof compiled === "string" ? compiled : null;
}

const like = (text: string, pattern: string): boolean | Fault => {
  if (text.length > LIKE_TEXT_CHARACTERS_MOST)
    return fault(
      `like takes texts of at most ${LIKE_TEXT_CHARACTERS_MOST} characters, not ${text.length}`,
    );
  const compiled = compiledPattern(pattern);
  return typeof compiled === "string" ? fault(compiled) : compiled.matcher(text).find();
};

const inAscii = (text: string, change: (letters: string) => string, letters: RegExp): string =>
  text.replace(letters, change);

const lower = (text: string): string => inAscii(text, (found) => found.toLowerCase(), /[A-Z]+/g);
const upper = (text: string): string => inAscii(text, (found) => found.toUpperCase(), /[a-z]+/g);

function within(text: string, at: number): boolean {
  return Number.isInteger(at) && at >= 0 && at <= text.length;
}

const substring = (text: string, start: number, end: number): string | Fault =>
  within(text, start) && within(text, end) && start <= end
    ? text.slice(start, end)
    : fault(`substring(${start}, ${end}) is outside a text of ${text.length} characters`);

const indexFrom = (text: string, part: string, from: number): number | Fault =>
  within(text, from)
    ? text.indexOf(part, from)
    : fault(`indexOf from ${from} is outside a text of ${text.length} characters`);

const replace = (text: string, part: string, by: string): string | Fault => {
  const places = part === "" ? text.length + 1 : text.split(part).length - 1;
  const length = text.length + places * (by.length - part.length);
  return length > TEXT_CHARACTERS_MOST ? tooLong(length) : text.replaceAll(part, () => by);
};

const joined = (list: readonly Value[], by: string): string | Fault => {
  const texts = list.filter((item) => typeof item === "string");
  if (texts.length < list.length) return fault("join takes a list of texts");
  const text = texts.join(by);
  return text.length > TEXT_CHARACTERS_MOST ? tooLong(text.length) : text;
};

export const TEXT_FUNCTIONS: readonly Form[] = [
  form("size", ["text"], "number", characters),
  method("size", ["text"], "number", characters),
  form("like", ["text", "text"], "bool", like),
  method("like", ["text", "text"], "bool", like),
  method("startsWith", ["text", "text"], "bool", (text, start) => text.startsWith(start)),
  method("endsWith", ["text", "text"], "bool", (text, end) => text.endsWith(end)),
  method("contains", ["text", "text"], "bool", (text, part) => text.includes(part)),
  method("lowerAscii", ["text"], "text", lower),
  method("upperAscii", ["text"], "text", upper),
  method("trim", ["text"], "text", (text) => text.trim()),
  method("indexOf", ["text", "text"], "number", (text, part) => text.indexOf(part)),
  method("indexOf", ["text", "text", "number"], "number", indexFrom),
  method("lastIndexOf", ["text", "text"], "number", (text, part) => text.lastIndexOf(part)),
  method("substring", ["text", "number"], "text", (text, start) =>
    substring(text, start, text.length),
  ),
  method("substring", ["text", "number", "number"], "text", substring),
  method("replace", ["text", "text", "text"], "text", replace),
  method("split", ["text", "text"], "list", (text, by) => text.split(by)),
  method("join", ["list"], "text", (list) => joined(list, "")),
  method("join", ["list", "text"], "text", joined),
  form("string", ["any"], "text", asText),
];

/** `a + b` of two texts. */
export function concatenated(left: string, right: string): string | Fault {
  const length = left.length + right.length;
  return length > TEXT_CHARACTERS_MOST ? tooLong(length) : left + right;
}

function tooLong(length: number): Fault {
  return fault(
    `the text would have ${length} characters; an expression makes at most ${TEXT_CHARACTERS_MOST}`,
  );
}

/** Code points, as CEL counts. */
function characters(text: string): number {
  let count = text.length;
  for (let at = 0; at < text.length; at++)
    if (text.codePointAt(at) !== text.charCodeAt(at)) count--;
  return count;
}

function asText(value: Value): string | Fault {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (value === null || isList(value) || isPlainObject(value))
    return fault(`string does not take ${said(kindOf(value))}`);
  return textOf(value as Timestamp | Duration | Money);
}

function compiledPattern(pattern: string): RE2JS | string {
  const known = patterns.get(pattern);
  if (known !== undefined) return known;
  const compiled = compilePattern(pattern);
  if (patterns.size >= PATTERNS_MOST) patterns.delete(patterns.keys().next().value ?? "");
  patterns.set(pattern, compiled);
  return compiled;
}

function compilePattern(pattern: string): RE2JS | string {
  if (pattern.length > LIKE_PATTERN_CHARACTERS_MOST)
    return `a pattern of like has at most ${LIKE_PATTERN_CHARACTERS_MOST} characters, not ${pattern.length}`;
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    const why = error instanceof RE2JSException ? error.message : "it cannot be read";
    return `the pattern ${JSON.stringify(pattern)} of like is none: ${why}`;
  }
}
