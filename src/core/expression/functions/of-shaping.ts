import { ownOf } from "../../own.ts";
import { type Form, method } from "../reading/form.ts";
import {
  type Fault,
  fault,
  isFault,
  isList,
  isPlainObject,
  kindOf,
  type Plain,
  said,
  toJson,
  type Value,
} from "../reckoning/value.ts";

/** Of what `joinOn` makes. */
const ROWS_MOST = 100_000;
/** Of a text that `format` makes. */
const FORMATTED_CHARACTERS_MOST = 1_000_000;

const named = (names: readonly Value[], of: string): Fault | null => {
  const other = names.find((name) => typeof name !== "string");
  return other === undefined ? null : fault(`${of} takes names; one is ${said(kindOf(other))}`);
};

/** The fields of these names; one that is not there is left out. */
const pick = (object: Plain, names: readonly Value[]): Value | Fault =>
  named(names, "pick") ??
  Object.fromEntries(
    names.flatMap((name) => {
      if (typeof name !== "string" || !Object.hasOwn(object, name)) return [];
      const value = ownOf(object, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );

const pickEach = (list: readonly Value[], names: readonly Value[]): Value | Fault => {
  const picked: Value[] = [];
  for (const item of list) {
    if (!isPlainObject(item))
      return fault(`pick of a list takes objects; one is ${said(kindOf(item))}`);
    const made = pick(item, names);
    if (isFault(made)) return made;
    picked.push(made);
  }
  return picked;
};

/** Rows of both lists that have the same value under the name, as one: the second goes before. */
const joinOn = (left: readonly Value[], right: readonly Value[], key: string): Value | Fault => {
  const byKey = new Map<string, Plain[]>();
  for (const row of right) {
    if (!isPlainObject(row))
      return fault(`joinOn takes lists of objects; one is ${said(kindOf(row))}`);
    const at = textAt(row, key);
    byKey.set(at, [...(byKey.get(at) ?? []), row]);
  }
  const joined: Value[] = [];
  for (const row of left) {
    if (!isPlainObject(row))
      return fault(`joinOn takes lists of objects; one is ${said(kindOf(row))}`);
    for (const other of byKey.get(textAt(row, key)) ?? []) {
      joined.push({ ...row, ...other });
      if (joined.length > ROWS_MOST) return fault(`joinOn gives at most ${ROWS_MOST} rows`);
    }
  }
  return joined;
};

const textAt = (row: Plain, key: string): string => JSON.stringify(toJson(ownOf(row, key) ?? null));

const flatten = (list: readonly Value[]): Value =>
  list.flatMap((item): readonly Value[] => (isList(item) ? item : [item]));

const distinct = (list: readonly Value[]): Value => {
  const seen = new Set<string>();
  return list.filter((item) => {
    const text = JSON.stringify(toJson(item));
    return seen.has(text) ? false : seen.add(text) !== null;
  });
};

/** `%s` stands for the next value, `%%` for a percent sign. */
const format = (pattern: string, values: readonly Value[]): string | Fault => {
  let at = 0;
  const made = pattern.replace(/%[s%]/g, (mark) => (mark === "%%" ? "%" : shown(values[at++])));
  if (at !== values.length)
    return fault(`format has ${at} places (%s) and is given ${values.length} values`);
  return made.length > FORMATTED_CHARACTERS_MOST
    ? fault(`format makes texts of at most ${FORMATTED_CHARACTERS_MOST} characters`)
    : made;
};

function shown(value: Value | undefined): string {
  if (value === undefined) return "";
  const json = toJson(value);
  return typeof json === "string" ? json : JSON.stringify(json);
}

/** Functions that give data another shape. */
export const SHAPING_FUNCTIONS: readonly Form[] = [
  method("pick", ["object", "list"], "object", pick),
  method("pick", ["list", "list"], "list", pickEach),
  method("joinOn", ["list", "list", "text"], "list", joinOn),
  method("flatten", ["list"], "list", flatten),
  method("distinct", ["list"], "list", distinct),
  method("format", ["text", "list"], "text", format),
];
