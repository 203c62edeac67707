import { nearest } from "../../expression/index.ts";
import { isObject, type Json, type JsonObject } from "../../json.ts";
import type { ValuePath } from "../reading/place.ts";
import type { Report } from "../reading/report.ts";

/**
 * Words of a JSON Schema that were meant for others, and a `required` that requires nothing: a schema
 * may hold any word, so that one that is misspelt would quietly check nothing. A word that is near none
 * is the author's own.
 */
export function reportWords(schema: JsonObject, path: ValuePath, report: Report): void {
  for (const [word, value] of Object.entries(schema)) {
    const meant = WORDS.has(word) || word.length < LETTERS_LEAST ? null : nearest(word, [...WORDS]);
    if (meant !== null) {
      report.add({
        code: "unknown-key",
        message: `A type has no "${word}".`,
        mend: `Did you mean "${meant}"?`,
        path: [...path, word],
        key: true,
      });
    }
    if (word === "required" && typeof value !== "boolean" && !Array.isArray(value)) {
      report.add({
        code: "wrong-value",
        message: `"required" wants a list of names; here stands ${JSON.stringify(value)}.`,
        mend: "Write required: [NAME], or required: true in the property itself.",
        path: [...path, word],
      });
    }
    for (const [at, part] of partsOf(word, value))
      reportWords(part, [...path, word, ...at], report);
  }
}

type Part = readonly [at: ValuePath, schema: JsonObject];

/** The schemas in a schema, each with where it stands below its word. */
function partsOf(word: string, value: Json): readonly Part[] {
  if (ONE.has(word)) return isObject(value) ? [[[], value]] : [];
  if (!MANY.has(word) || typeof value !== "object" || value === null) return [];
  const parts: readonly (readonly [string | number, Json])[] = isObject(value)
    ? Object.entries(value)
    : value.map((part, index) => [index, part] as const);
  return parts.flatMap(([at, part]): readonly Part[] => (isObject(part) ? [[[at], part]] : []));
}

/** Shorter ones are near to many. */
const LETTERS_LEAST = 4;
const ONE = new Set(["items", "additionalProperties", "not"]);
const MANY = new Set(["properties", "patternProperties", "anyOf", "oneOf", "allOf"]);

/** Of JSON Schema up to its draft of 2020, what others write of types, and our own. */
const WORDS: ReadonlySet<string> = new Set([
  ...ONE,
  ...MANY,
  ..."type required enum const format title description default example examples convert currency".split(
    " ",
  ),
  ..."minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength pattern".split(
    " ",
  ),
  ..."minItems maxItems uniqueItems contains minContains maxContains additionalItems prefixItems".split(
    " ",
  ),
  ..."minProperties maxProperties propertyNames dependencies dependentRequired dependentSchemas".split(
    " ",
  ),
  ..."unevaluatedItems unevaluatedProperties definitions then else nullable readOnly writeOnly".split(
    " ",
  ),
  ..."deprecated contentMediaType contentEncoding contentSchema".split(" "),
  ..."$ref $defs $id $schema $comment $anchor".split(" "),
]);
