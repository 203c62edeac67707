import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse } from "yaml";
import type { Param, Workflow } from "../core/definition/index.ts";
import { isObject, type Json, type JsonObject } from "../core/json.ts";
import type { Problem } from "../core/problem.ts";
import { nearest } from "./nearest.ts";

export type Given = {
  /** `key=value`, as on the command line. */
  readonly pairs: readonly string[];
  /** Of `--params`: a YAML or JSON file with an object. */
  readonly file: string | null;
  readonly cwd: string;
};

/**
 * The params of a run, each as its declared type wants it. A pair beats the file. All that is wrong
 * is said at once.
 *
 * @returns `origin` says of each where it came from: "given" or "file"
 */
export function paramsOf(
  workflow: Workflow,
  given: Given,
):
  | { readonly params: JsonObject; readonly origin: JsonObject }
  | { readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const params: Record<string, Json> = {};
  const origin: Record<string, string> = {};
  const take = (name: string, from: string, value: (param: Param) => Json): void => {
    const param = Object.hasOwn(workflow.params, name) ? workflow.params[name] : undefined;
    const problem = param ? taken(params, name, { param, value }) : unknown(workflow, name);
    if (problem) problems.push(problem);
    else origin[name] = from;
  };
  const file = given.file === null ? { params: {} } : fileParams(given.cwd, given.file);
  if ("code" in file) return { problems: [file] };
  for (const [name, value] of Object.entries(file.params)) take(name, "file", () => value);
  for (const pair of given.pairs) {
    const at = pair.indexOf("=");
    if (at < 1) problems.push(noPair(pair));
    else take(pair.slice(0, at), "given", (param) => valueOf(pair.slice(at + 1), param, given.cwd));
  }
  const missing = Object.entries(workflow.params)
    .filter(
      ([name, param]) =>
        param.required && param.default === undefined && !Object.hasOwn(params, name),
    )
    .filter(([name]) => !problems.some((problem) => problem.message.startsWith(`${name}: `)))
    .map(([name, param]) => lacking(workflow, name, param));
  return problems.length + missing.length > 0
    ? { problems: [...problems, ...missing] }
    : { params, origin };
}

/** Writes one param into `params`. @returns what is wrong with it, or null */
function taken(
  params: Record<string, Json>,
  name: string,
  told: { readonly param: Param; readonly value: (param: Param) => Json },
): Problem | null {
  const { param, value } = told;
  try {
    const converted = param.type.convert(value(param));
    if (!converted.ok) return wrong(name, converted.why, param);
    params[name] = converted.value;
    return null;
  } catch (error) {
    return wrong(name, error instanceof Error ? error.message : String(error), param);
  }
}

/** A text as its type is written: numbers and the like as JSON, lists as JSON or `a,b`, `@file` from a file. */
function valueOf(text: string, param: Param, cwd: string): Json {
  if (text.startsWith("@@")) return text.slice(1);
  const type = param.type.schema["type"];
  if (text.startsWith("@")) {
    const content = readFileSync(resolve(cwd, text.slice(1)), "utf8");
    return type === "string" ? content : (parse(content) as Json);
  }
  if (type === "string") return text;
  if (type === "array" && !text.trimStart().startsWith("[")) return listOf(text, param);
  return jsonOr(text);
}

function listOf(text: string, param: Param): Json {
  const items = param.type.schema["items"];
  const texts = isObject(items) && items["type"] === "string";
  const parts = text.split(",").map((part) => part.trim());
  return parts.filter((part) => part !== "").map((part) => (texts ? part : jsonOr(part)));
}

function jsonOr(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

function fileParams(cwd: string, file: string): { readonly params: JsonObject } | Problem {
  const mend = "Give a YAML or JSON file that holds an object: name: value.";
  try {
    const content = parse(readFileSync(resolve(cwd, file), "utf8")) as Json;
    if (isObject(content)) return { params: content };
    return { code: "bad-input", message: `${file} holds no object.`, mend };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { code: "bad-input", message: `${file} cannot be read: ${why}`, mend };
  }
}

function unknown(workflow: Workflow, name: string): Problem {
  const names = Object.keys(workflow.params);
  const near = nearest(name, names);
  const known = names.length > 0 ? `Its params: ${names.join(", ")}.` : "It takes none.";
  return {
    code: "unknown-param",
    message: `${workflow.name} has no param "${name}".`,
    mend: near ? `Did you mean "${near}"? ${known}` : known,
  };
}

function lacking(workflow: Workflow, name: string, param: Param): Problem {
  const about = param.description ? ` (${param.description})` : "";
  return {
    code: "bad-input",
    message: `${workflow.name} needs the param "${name}"${about}, of type ${param.type.text}.`,
    mend: `Add ${name}=… to the command, or write it into the --params file.`,
  };
}

function wrong(name: string, why: string, param: Param): Problem {
  const type = param.type.schema["type"];
  const example = typeof type === "string" ? EXAMPLES[type] : undefined;
  return {
    code: "bad-input",
    message: `${name}: ${why}`,
    mend: `Its type is ${param.type.text}: write ${name}=${example ?? "…"}.`,
  };
}

function noPair(pair: string): Problem {
  return {
    code: "bad-input",
    message: `"${pair}" is no param.`,
    mend: "Write params as key=value.",
  };
}

const EXAMPLES: Readonly<Record<string, string>> = {
  number: "1.5",
  integer: "50",
  boolean: "true",
  array: "a,b",
  object: `'{"key": "value"}'`,
};
