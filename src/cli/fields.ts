import { suggestion } from "../core/expression/index.ts";
import { isObject, type Json, type JsonObject } from "../core/json.ts";
import type { Problem } from "../core/problem.ts";
import { fileValues, valueAs } from "./runs/params.ts";

/**
 * What somebody answers, as `name=value` and from a file: texts are read as the form's types are
 * written; a pair beats the file. What the form does not ask for is told of at once; whether all of it
 * fits, the run itself looks at.
 *
 * @param form a JSON Schema of an object
 */
export function fieldsOf(
  form: JsonObject,
  given: { readonly pairs: readonly string[]; readonly file: string | null; readonly cwd: string },
): { readonly values: JsonObject } | { readonly problems: readonly Problem[] } {
  const { pairs, file, cwd } = given;
  const inFile = file === null ? { values: {} } : fileValues(cwd, file);
  if ("code" in inFile) return { problems: [inFile] };
  const values: Record<string, Json> = { ...inFile.values };
  const problems: Problem[] = [];
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    const name = pair.slice(0, at);
    const read = at < 1 ? noPair(pair) : valueAs(pair.slice(at + 1), schemaOf(form, name), cwd);
    if ("value" in read) values[name] = read.value;
    else problems.push(read);
  }
  problems.push(...unasked(form, Object.keys(values)));
  return problems.length > 0 ? { problems } : { values };
}

function schemaOf({ properties }: JsonObject, name: string): JsonObject | null {
  const schema = isObject(properties) && Object.hasOwn(properties, name) ? properties[name] : null;
  return isObject(schema) ? schema : null;
}

function unasked(form: JsonObject, names: readonly string[]): readonly Problem[] {
  const { properties, additionalProperties } = form;
  if (additionalProperties !== false || !isObject(properties)) return [];
  const asked = Object.keys(properties);
  return names
    .filter((name) => !asked.includes(name))
    .map((name) => ({
      code: "bad-input",
      message: `The task does not ask for "${name}".`,
      mend: suggestion(name, asked, "Fields"),
    }));
}

function noPair(pair: string): Problem {
  return {
    code: "bad-input",
    message: `"${pair}" is no field=value.`,
    mend: "Write what the task asks for as field=value.",
  };
}
