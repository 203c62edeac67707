import type { Param, Workflow } from "../../core/definition/index.ts";
import { nearest } from "../../core/expression/index.ts";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import { ended, type Problem } from "../../core/problem.ts";
import { shellWord } from "../../core/shell-word.ts";

/** Params as a run is started with them, and where each came from; or every one that is wrong. */
export type Checked =
  | { readonly params: JsonObject; readonly origin: JsonObject }
  | { readonly problems: readonly Problem[] };

/**
 * Given params against a workflow's declared ones: unknown names, missing ones, values of the wrong
 * type. A text is read as the type wants it ("50" as 50), because a command line has only texts.
 *
 * @param origin where the caller says a param came from; "given" unless it says
 */
export function checkParams(
  workflow: Workflow,
  given: JsonObject,
  origin: JsonObject = {},
): Checked {
  const problems: Problem[] = Object.keys(given)
    .filter((name) => !Object.hasOwn(workflow.params, name))
    .map((name) => unknownParam(workflow, name));
  const params: Record<string, Json> = {};
  const from: Record<string, Json> = {};
  for (const [name, param] of Object.entries(workflow.params)) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === undefined) {
      if (param.default !== undefined) {
        params[name] = param.default;
        from[name] = "default";
      } else if (param.required) problems.push(missing(workflow, name, param));
      continue;
    }
    const converted = param.type.convert(value);
    if (converted.ok) {
      params[name] = converted.value;
      from[name] = origin[name] ?? "given";
    } else problems.push(wrong(name, param, converted.why));
  }
  if (problems.length > 0) return { problems };
  const bytes = JSON.stringify(params).length;
  return bytes > PARAMS_BYTES_MOST
    ? { problems: [tooLarge(workflow, bytes)] }
    : { params, origin: from };
}

/** Of all params of a run together, as JSON: they stand in its first event. UTF-16 units, near enough bytes. */
const PARAMS_BYTES_MOST: number = 4 * 1024 * 1024;

function tooLarge({ name }: Workflow, bytes: number): Problem {
  return {
    code: "limit",
    message: `The params for "${name}" are ${bytes} bytes of JSON; at most ${PARAMS_BYTES_MOST} are taken.`,
    mend: "Put what is large into a file, give the file's name, and let a step read it.",
  };
}

function unknownParam(workflow: Workflow, name: string): Problem {
  const names = Object.keys(workflow.params);
  const near = nearest(name, names);
  const known = names.length === 0 ? "It takes none." : `Its params: ${names.join(", ")}.`;
  return {
    code: "unknown-param",
    message: `The workflow "${workflow.name}" has no param "${name}".`,
    mend: near === null ? known : `Did you mean "${near}"? ${known}`,
  };
}

function missing(workflow: Workflow, name: string, param: Param): Problem {
  const about = param.description ? ` (${param.description})` : "";
  return {
    code: "bad-input",
    message: `The workflow "${workflow.name}" needs the param "${name}"${about}, of type ${param.type.text}.`,
    mend: `Give it: ${name}=${exampleOf(param)}`,
  };
}

function wrong(name: string, param: Param, why: string): Problem {
  return {
    code: "bad-input",
    message: `The param "${name}" is to be of type ${param.type.text}: ${ended(why)}`,
    mend: `Write it as: ${name}=${exampleOf(param)}`,
  };
}

/** As a person writes a value of its type on the command line. */
function exampleOf({ type }: Param): string {
  const { type: kind, enum: choices, items } = type.schema;
  const [choice] = Array.isArray(choices) ? (choices as readonly Json[]) : [];
  if (choice !== undefined)
    return shellWord(typeof choice === "string" ? choice : JSON.stringify(choice));
  const item = isObject(items) ? items["type"] : undefined;
  if (kind === "array" && typeof item === "string") return LISTS[item] ?? "a,b";
  return (typeof kind === "string" ? EXAMPLES[kind] : undefined) ?? "…";
}

const LISTS: Readonly<Record<string, string>> = {
  number: "1.5,2",
  integer: "1,2",
  object: `'[{"key": "value"}]'`,
};

const EXAMPLES: Readonly<Record<string, string>> = {
  number: "1.5",
  integer: "50",
  boolean: "true",
  array: "a,b",
  object: `'{"key": "value"}'`,
};
