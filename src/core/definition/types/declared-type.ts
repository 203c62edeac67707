import { nearest } from "../../expression/index.ts";
import type { Json, JsonObject } from "../../json.ts";
import type { ValuePath } from "../reading/place.ts";
import type { Report } from "../reading/report.ts";
import type { OutputsSource, TypeSource } from "../steps/step-source.ts";
import type { OutputFields, TypeRef } from "../workflow.ts";
import { reportWords } from "./schema-words.ts";
import { BUILT_IN_TYPES, type ParsedType, parseType, typeOfSchema } from "./type.ts";

/** Reads types as they stand in one file: those it declares, the built-in ones, and JSON Schemas. */
export type Types = {
  readonly declared: Readonly<Record<string, JsonObject>>;
  /** A name nobody declared passes anything, with one warning in the file. */
  readonly read: (
    source: TypeSource,
    path: ValuePath,
    /** Its words were looked at where they stand. */
    words?: { readonly isRead: boolean },
  ) => TypeRef;
};

export function openTypes(declared: Readonly<Record<string, JsonObject>>, report: Report): Types {
  const check = ({ type, unknown, wrong }: ParsedType, path: ValuePath): TypeRef => {
    if (wrong !== null) reportWrong(wrong, path, report);
    for (const name of unknown) reportUnknown(name, path, { declared, report });
    return type;
  };
  for (const [name, schema] of Object.entries(declared)) {
    reportWords(schema, ["types", name], report);
    check(typeOfSchema(schema, declared), ["types", name]);
  }
  return {
    declared,
    read: (source, path, words) => {
      if (typeof source === "string") return check(parseType(source, declared), path);
      if (words?.isRead !== true) reportWords(source, path, report);
      return check(typeOfSchema(source, declared), path);
    },
  };
}

function reportWrong(wrong: string, path: ValuePath, report: Report): void {
  report.add({
    code: "wrong-type",
    message: `This is no type: ${wrong}.`,
    mend: `Write a built-in type (${BUILT_IN_TYPES.join(", ")}), one of your types, T[] for a list, or a JSON Schema.`,
    path,
  });
}

function reportUnknown(
  name: string,
  path: ValuePath,
  { declared, report }: { readonly declared: Types["declared"]; readonly report: Report },
): void {
  const near = nearest(name, [...Object.keys(declared), ...BUILT_IN_TYPES]);
  report.addOnce(`type ${name}`, {
    code: "unknown-type",
    severity: "warning",
    message: `Nobody declared the type "${name}": anything passes as one.`,
    mend: `${near === null ? "Declare" : `Did you mean "${near}"? Or declare`} it under types: ${name}: {type: object, …}.`,
    path,
  });
}

/** Passes anything. */
export function anyType(): TypeRef {
  return parseType("any", {}).type;
}

export const NOTHING_DECLARED: OutputFields = { open: true, fields: {} };

/** What a step says it gives, in any of the forms authors have. */
export function readOutputs(
  source: OutputsSource | undefined,
  context: { readonly path: ValuePath; readonly report: Report; readonly types: Types },
): OutputFields {
  const { path, report, types } = context;
  if (source === undefined) return NOTHING_DECLARED;
  const fields: Record<string, TypeRef> = {};
  for (const { name, type, at } of outputPlaces(source, path)) {
    if (!FIELD.test(name)) {
      report.add({
        code: "wrong-value",
        message: `No output can be called "${name}".`,
        mend: `A name is letters, digits, "_" and "-", and begins with a letter or "_".`,
        path: at,
        key: true,
      });
    } else if (Object.hasOwn(fields, name)) {
      report.add({
        code: "duplicate",
        message: `The output "${name}" stands here twice.`,
        mend: "Keep one of them.",
        path: at,
      });
    } else fields[name] = type === null ? anyType() : types.read(type, at);
  }
  return { open: false, fields };
}

/** A name that an expression can read. */
export const FIELD: RegExp = /^[A-Za-z_][\w-]{0,63}$/;

/** An output as it stands in a file; a type that is null was not said. */
export type OutputPlace = {
  readonly name: string;
  readonly type: TypeSource | null;
  readonly at: ValuePath;
};

export function outputPlaces(source: OutputsSource, path: ValuePath): readonly OutputPlace[] {
  if (!isList(source)) return typed(source, path);
  return source.flatMap((item, index) =>
    typeof item === "string"
      ? [{ name: item, type: null, at: [...path, index] }]
      : typed(item, [...path, index]),
  );
}

function isList(source: OutputsSource): source is Extract<OutputsSource, readonly unknown[]> {
  return Array.isArray(source);
}

function typed(
  source: { readonly [name: string]: TypeSource },
  path: ValuePath,
): readonly OutputPlace[] {
  return Object.entries(source).map(([name, type]) => ({ name, type, at: [...path, name] }));
}

/** The type of a bare value, where its author gave no other. */
export function typeOfValue(value: Json): string {
  if (value === null) return "any";
  if (Array.isArray(value)) {
    const kinds = new Set(value.map(typeOfValue));
    const [only = "any"] = kinds;
    return `${kinds.size === 1 && !only.includes("[") ? only : "any"}[]`;
  }
  return typeof value === "object" ? "object" : typeof value;
}
