import type { Json, JsonObject } from "../json.ts";
import { MusterError } from "../problem.ts";

/**
 * The one text of a JSON value, by the JSON Canonicalization Scheme: no space, names in the order of
 * their UTF-16 code units, numbers and strings as ECMAScript writes them. It stands on the hottest
 * path: objects whose names are not in order are copied in order, and the engine's own serializer
 * writes the whole at once, which measures faster than putting the text together piece by piece.
 *
 * A member that is `undefined` is left out. A lone surrogate is written as its escape, where the
 * scheme would refuse: an agent's odd text must not stop a run, and the escape is as unambiguous.
 *
 * @throws MusterError "bug" for what is no JSON: NaN, an infinity, a function
 * @see RFC 8785
 */
export function canonical(value: Json): string {
  if (typeof value !== "object" || value === null) return scalar(value);
  if (isArranged(value)) return JSON.stringify(value);
  const arranged = arrange(value);
  return arranged === undefined ? spell(value) : JSON.stringify(arranged);
}

/** Mostly all names are in order already: to see that makes no list of them. */
function isArranged(value: Json | undefined): boolean {
  if (typeof value === "string" || typeof value === "boolean" || value === null) return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object") return false;
  if (isList(value)) {
    for (let index = 0; index < value.length; index += 1)
      if (!isArranged(value[index])) return false;
    return true;
  }
  let last = "";
  for (const name in value) {
    if (name < last || !isArranged(value[name])) return false;
    last = name;
  }
  return true;
}

/** The value with all names in order, itself where they were; undefined where no copy can keep that order. */
function arrange(value: readonly Json[] | JsonObject): Json | undefined {
  return isList(value) ? arrangeList(value) : arrangeObject(value);
}

function arrangeList(list: readonly Json[]): Json | undefined {
  let copy: Json[] | null = null;
  for (let index = 0; index < list.length; index += 1) {
    const item = list[index] as Json;
    const placed = arrangeField(item);
    if (placed === undefined) return undefined;
    if (copy === null && placed !== item) copy = list.slice(0, index);
    if (copy !== null) copy.push(placed);
  }
  return copy ?? list;
}

function arrangeObject(object: JsonObject): Json | undefined {
  const names = Object.keys(object);
  let copy: Record<string, Json> | null = isInOrder(names) ? null : {};
  if (copy !== null) putInOrder(names);
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index] as string;
    const field = object[name];
    if (field === undefined) continue;
    const placed = arrangeField(field);
    if (placed === undefined) return undefined;
    if (copy === null && placed !== field) copy = firstOf(object, names, index);
    if (copy === null) continue;
    if (isAwkward(name)) return undefined;
    copy[name] = placed;
  }
  return copy ?? object;
}

function arrangeField(field: Json): Json | undefined {
  if (typeof field === "object" && field !== null) return arrange(field);
  if (typeof field === "string" || typeof field === "boolean" || field === null) return field;
  if (typeof field === "number" && Number.isFinite(field)) return field;
  return refuse(field);
}

function firstOf(
  object: JsonObject,
  names: readonly string[],
  count: number,
): Record<string, Json> {
  const copy: Record<string, Json> = {};
  for (let index = 0; index < count; index += 1) {
    const name = names[index] as string;
    const field = object[name];
    if (field !== undefined) copy[name] = field;
  }
  return copy;
}

/** Names that an object does not keep where they are put: "10" stands after "9", `__proto__` is no field. */
function isAwkward(name: string): boolean {
  const first = name.charCodeAt(0);
  return (first >= 48 && first <= 57) || name === "__proto__";
}

function isInOrder(names: readonly string[]): boolean {
  for (let index = 1; index < names.length; index += 1) {
    if ((names[index] as string) < (names[index - 1] as string)) return false;
  }
  return true;
}

/** The longest list of names that is put in order by insertion, which is faster for few. */
const INSERTED_MOST = 24;

function putInOrder(names: string[]): void {
  if (names.length > INSERTED_MOST) {
    names.sort((one, other) => (one < other ? -1 : 1));
    return;
  }
  for (let index = 1; index < names.length; index += 1) {
    const name = names[index] as string;
    let at = index - 1;
    while (at >= 0 && (names[at] as string) > name) {
      names[at + 1] = names[at] as string;
      at -= 1;
    }
    names[at + 1] = name;
  }
}

/** The same text, piece by piece: for names that no copy can hold in order. */
function spell(value: Json): string {
  if (typeof value !== "object" || value === null) return scalar(value);
  if (isList(value)) return `[${value.map(spell).join(",")}]`;
  const names = Object.keys(value).filter((name) => value[name] !== undefined);
  putInOrder(names);
  return `{${names.map((name) => `${JSON.stringify(name)}:${spell(value[name] as Json)}`).join(",")}}`;
}

function scalar(value: string | number | boolean | null): string {
  return JSON.stringify(arrangeField(value));
}

function isList(value: readonly Json[] | JsonObject): value is readonly Json[] {
  return Array.isArray(value);
}

function refuse(value: unknown): never {
  throw new MusterError({
    code: "bug",
    message: `${String(value)} is no JSON, so it cannot stand in the log.`,
    mend: "Give a number, a text, true, false, null, a list or an object.",
  });
}
