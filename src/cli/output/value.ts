import { isObject, type Json } from "../../core/json.ts";
import { cut, plain, widthOf } from "./text.ts";

/** Elements of a list and keys of an object that are named; all of them are counted. */
const NAMED_MOST = 4;
/** What people call a thing by, the most telling first. */
const NAMES: readonly string[] = [
  "id",
  "name",
  "title",
  "subject",
  "message",
  "agent",
  "key",
  "file",
];

/**
 * A value in one line, as a person would tell of it: of a list how many and the first few, each by its
 * name; of an object its keys, and how many where they hold lists. Never wider than `columns`.
 */
export function valueLine(value: Json, columns: number): string {
  if (Array.isArray(value)) return cut(listLine(value, columns), columns);
  if (!isObject(value)) return cut(scalar(value), columns);
  const pairs = Object.entries(value).map(([key, held]) => `${plain(key)} ${within(held)}`);
  return pairs.length === 0 ? "{}" : cut(pairs.join(", "), columns);
}

function listLine(list: readonly Json[], columns: number): string {
  if (list.length === 0) return "none";
  const named = list.slice(0, NAMED_MOST).map(nameOf);
  const room = columns - `${list.length} ()`.length;
  return `${list.length} (${fitted(named, list.length, room)})`;
}

/** As many as there is room for, and at least one. */
function fitted(texts: readonly string[], total: number, columns: number): string {
  for (let many = texts.length; many > 1; many -= 1) {
    const line = joined(texts.slice(0, many), total);
    if (widthOf(line) <= columns) return line;
  }
  const rest = total > 1 ? ", …" : "";
  return `${shortened(texts[0] ?? "", columns - rest.length)}${rest}`;
}

function joined(texts: readonly string[], total: number): string {
  return texts.join(", ") + (total > texts.length ? ", …" : "");
}

/** The end of a path or an address tells more than its middle. */
function shortened(text: string, columns: number): string {
  const end = text.includes("/") ? text.slice(text.lastIndexOf("/")) : "";
  if (widthOf(text) <= columns || widthOf(end) + 2 > columns) return cut(text, columns);
  return `${cut(text.slice(0, text.length - end.length), columns - widthOf(end))}${end}`;
}

function nameOf(value: Json): string {
  if (!isObject(value)) return within(value);
  const texts = Object.keys(value).filter((name) => typeof value[name] === "string");
  const key = [...NAMES, ...texts].find((name) => isName(value[name]));
  return key === undefined ? within(value) : scalar(value[key] ?? null);
}

function isName(value: Json | undefined): boolean {
  return typeof value === "number" || (typeof value === "string" && value !== "");
}

/** Inside another value. */
function within(value: Json): string {
  if (Array.isArray(value)) return value.length === 0 ? "none" : `×${value.length}`;
  if (!isObject(value)) return scalar(value);
  const name = NAMES.find((one) => isName(value[one]));
  return name === undefined ? "{…}" : scalar(value[name] ?? null);
}

function scalar(value: Json): string {
  if (value === null) return "nothing";
  if (value === "") return '""';
  return plain(typeof value === "string" ? value : JSON.stringify(value));
}
