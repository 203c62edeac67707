import type { z } from "zod";
import type { Calendar } from "../../calendar/index.ts";
import {
  BUILT_IN_TYPES,
  checkShape,
  type Fault,
  isMap,
  openTypes,
  type Report,
  shown,
  type Types,
  type ValuePath,
} from "../../definition/index.ts";
import type { Digest } from "../../id.ts";
import type { Json, JsonObject } from "../../json.ts";

/** What every part of the map is read with. */
export type Reading = {
  readonly report: Report;
  /** SHA-256 of a text, as `sha256:…`. */
  readonly digest: (text: string) => Digest;
  readonly calendar: Calendar;
  /** Where a value of the file stands, as `file:line:column`. */
  readonly where: (path: ValuePath) => string;
  /** Of a file beside the map, by its path from the company's folder; null: nobody has it. */
  readonly textOf: (file: string) => string | null;
};

/** One entry of a part of the map, checked by itself. */
export type Entry<Source> = {
  readonly name: string;
  readonly path: ValuePath;
  /** What of it is sound. */
  readonly said: Partial<Source>;
};

/** Names of tools, agents, chains, …: what can be written without quotes in other places. */
const NAME = /^[A-Za-z_][\w.-]{0,99}$/;
/** Entries of one part. */
const ENTRIES_MOST = 2_000;

/** The entries of one part of the map; one that is broken leaves the others as they are. */
export function entriesOf<Source>(
  part: string,
  {
    value,
    shape,
    report,
  }: {
    readonly value: Json | undefined;
    readonly shape: (said: JsonObject, path: ValuePath) => z.ZodType<Source> | null;
    readonly report: Report;
  },
): readonly Entry<Source>[] {
  if (!isMap(value)) {
    if (value !== undefined) report.add(notAMap(part, value, [part]));
    return [];
  }
  const all = Object.entries(value);
  if (all.length > ENTRIES_MOST)
    report.add({
      code: "limit",
      message: `There are ${all.length} ${part}; the most is ${ENTRIES_MOST}.`,
      mend: "Take out what is not used.",
      path: [part],
      key: true,
    });
  return all.slice(0, ENTRIES_MOST).flatMap(([name, said]): readonly Entry<Source>[] => {
    const path = [part, name];
    if (!NAME.test(name))
      report.add({
        code: "wrong-value",
        message: `Nothing here can be called "${name}".`,
        mend: `A name is letters, digits, ".", "_" and "-", and begins with a letter.`,
        path,
        key: true,
      });
    if (!isMap(said)) {
      report.add(notAMap(`"${name}"`, said, path));
      return [];
    }
    const its = shape(said, path);
    return its === null ? [] : [{ name, path, said: checkShape(its, said, { path, report }) }];
  });
}

function notAMap(what: string, value: Json, path: ValuePath): Fault {
  return {
    code: "wrong-type",
    message: `${what.charAt(0).toUpperCase()}${what.slice(1)} wants a map of keys; here stands ${shown(value)}.`,
    mend: "Write its keys below it, each on a line of its own.",
    path,
  };
}

/** Types as the map writes them: there is no place in it where more could be declared. */
export function typesOf(report: Report): Types {
  return openTypes(
    {},
    {
      add: report.add,
      addOnce: (about, fault) =>
        report.addOnce(about, {
          ...fault,
          mend: `Write a type such as ${BUILT_IN_TYPES.slice(0, 4).join(", ")}, or a JSON Schema.`,
        }),
    },
  );
}

export function listed(said: string | readonly string[] | undefined): readonly string[] {
  if (said === undefined) return [];
  return [...new Set(typeof said === "string" ? [said] : said)];
}

export function byName<Value extends { readonly name: string }>(
  values: readonly Value[],
): Readonly<Record<string, Value>> {
  return Object.fromEntries(values.map((value) => [value.name, value]));
}
