import { suggestion } from "../expression/index.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";
import type { ValuePath } from "./reading/place.ts";
import type { Report } from "./reading/report.ts";
import { shown } from "./reading/shape-problem.ts";
import { FIELD, type Types, typeOfValue } from "./types/declared-type.ts";
import { reportWords } from "./types/schema-words.ts";
import type { Param, TypeRef } from "./workflow.ts";

/** One of these in a map makes it a schema; every other map is a bare default. */
const TELLING = ["type", "default", "required", "enum"];

/** What a schema of a parameter may hold, beside `type`, `default`, `required` and `description`. */
const SCHEMA_KEYS = [
  ..."enum const title examples format pattern minLength maxLength minimum maximum".split(" "),
  ..."exclusiveMinimum exclusiveMaximum multipleOf items minItems maxItems uniqueItems".split(" "),
  ..."properties additionalProperties allOf anyOf oneOf not".split(" "),
];

type Context = { readonly report: Report; readonly types: Types };

/**
 * A workflow's parameters: a bare value is a default and gives the type; a map with `type`,
 * `default`, `required` or `enum` is a schema. Without a default a parameter is required, unless it
 * says otherwise.
 */
export function readParams(source: JsonObject, context: Context): Readonly<Record<string, Param>> {
  const params: Record<string, Param> = {};
  for (const [name, value] of Object.entries(source)) {
    const path = ["parameters", name];
    if (!FIELD.test(name)) {
      context.report.add({
        code: "wrong-value",
        message: `No parameter can be called "${name}".`,
        mend: `A name is letters, digits, "_" and "-", and begins with a letter or "_".`,
        path,
        key: true,
      });
      continue;
    }
    const isSchema = isObject(value) && TELLING.some((key) => Object.hasOwn(value, key));
    params[name] = isSchema ? declared(value, path, context) : bare(value, path, context);
  }
  return params;
}

function bare(value: Json, path: ValuePath, { types }: Context): Param {
  return { type: types.read(typeOfValue(value), path), required: false, default: value };
}

function declared(value: JsonObject, path: ValuePath, context: Context): Param {
  const { report } = context;
  checkKeys(value, path, report);
  const { default: fallback, description, required } = value;
  const type = typeOfParam(value, path, context);
  const isRequired = typeof required === "boolean" ? required : fallback === undefined;
  if (isRequired && fallback !== undefined) {
    report.add({
      code: "advice",
      severity: "warning",
      message: "A required parameter is always given, so that its default is never used.",
      mend: "Take out required, or default.",
      path: [...path, "required"],
    });
  }
  return {
    type,
    required: isRequired,
    ...(fallback === undefined ? {} : { default: converted(fallback, type, { path, report }) }),
    ...(typeof description === "string" ? { description } : {}),
  };
}

function converted(
  value: Json,
  type: TypeRef,
  context: { readonly path: ValuePath; readonly report: Report },
): Json {
  const result = type.convert(value);
  if (result.ok) return result.value;
  context.report.add({
    code: "type-mismatch",
    message: `The default ${shown(value)} is no ${type.text}: ${result.why}.`,
    mend: "Change the default, or the type.",
    path: [...context.path, "default"],
  });
  return value;
}

function typeOfParam(value: JsonObject, path: ValuePath, { types, report }: Context): TypeRef {
  const { type, default: fallback, required } = value;
  // A word that is none is said of the parameter.
  const words = Object.entries(value).filter(([word]) => SCHEMA_KEYS.includes(word));
  const rest: JsonObject = Object.fromEntries(words);
  if (type !== undefined && typeof type !== "string") {
    report.add({
      code: "wrong-type",
      message: `"type" wants the name of a type; here stands ${shown(type)}.`,
      mend: "Write a name such as string, number, UUID[] or one of your types.",
      path: [...path, "type"],
    });
  }
  const said =
    typeof type === "string" ? type : fallback === undefined ? "any" : typeOfValue(fallback);
  const more =
    typeof required === "boolean" || required === undefined ? rest : { ...rest, required };
  const at = typeof type === "string" ? [...path, "type"] : path;
  if (Object.keys(more).length === 0) return types.read(said, at);
  reportWords(more, path, report);
  return types.read(said === "any" ? more : { type: said, ...more }, at, { isRead: true });
}

function checkKeys(value: JsonObject, path: ValuePath, report: Report): void {
  const known = ["type", "default", "required", "description", ...SCHEMA_KEYS];
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    report.add({
      code: "unknown-key",
      message: `A parameter has no "${key}".`,
      mend: suggestion(key, known, "Keys"),
      path: [...path, key],
      key: true,
    });
  }
}
