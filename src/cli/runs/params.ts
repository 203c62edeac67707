import { isUtf8 } from "node:buffer";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse } from "yaml";
import { parseExactly, type Workflow } from "../../core/definition/index.ts";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import type { Problem } from "../../core/problem.ts";
import { type Checked, checkParams } from "../../engine/runtime/index.ts";
import { whyUnread } from "../unread.ts";
import { artifactIn, type ReadArtifact } from "./for-one-run.ts";

export type Given = {
  /** `key=value`, as on the command line. */
  readonly pairs: readonly string[];
  /** Of `--params`: a YAML or JSON file with an object. */
  readonly file: string | null;
  readonly cwd: string;
  /** What `artifact:sha256:…` is read with; absent: it is a text. */
  readonly artifact?: ReadArtifact;
};

/**
 * The params of a run: texts are read as their declared types are written, and then checked as every
 * run's are. A pair beats the file. All that is wrong is said at once.
 *
 * @returns `origin` says of each where it came from: "given", "file" or "default"
 */
export function paramsOf(workflow: Workflow, given: Given): Checked {
  const file = given.file === null ? { values: {} } : fileValues(given.cwd, given.file);
  if ("code" in file) return { problems: [file] };
  const pairs = pairsOf(workflow, given);
  const params = { ...file.values, ...pairs.params };
  const origin: Record<string, Json> = {};
  for (const name of Object.keys(file.values)) origin[name] = "file";
  for (const name of Object.keys(pairs.params)) origin[name] = "given";
  const { problems, unread } = pairs;
  const checked = checkParams(notMissing(workflow, unread), params, origin);
  if (problems.length === 0) return checked;
  return { problems: [...problems, ...("problems" in checked ? checked.problems : [])] };
}

export type Pairs = {
  readonly params: JsonObject;
  readonly problems: readonly Problem[];
  /** Those that could not be read. */
  readonly unread: ReadonlySet<string>;
};

/** What stands in `key=value`, read as the params of the workflow are written; not checked yet. */
export function pairsOf(workflow: Workflow, { pairs, cwd, artifact }: Omit<Given, "file">): Pairs {
  // Nobody's: else "__proto__" would be no name like any other.
  const params: Record<string, Json> = Object.create(null);
  const problems: Problem[] = [];
  const unread = new Set<string>();
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    const name = pair.slice(0, at);
    const text = pair.slice(at + 1);
    const named = at > 0 && artifact !== undefined ? artifactIn(text, artifact) : null;
    const read = at < 1 ? noPair(pair) : (named ?? valueAs(text, paramNamed(workflow, name), cwd));
    if ("value" in read) params[name] = read.value;
    else problems.push(read);
    if (!("value" in read)) unread.add(name);
  }
  return { params, problems, unread };
}

/** Only those that are given: the others stay as they are. */
export function changedParams(workflow: Workflow, given: Given): Checked {
  const params = Object.entries(workflow.params).map(([name, { default: _default, ...param }]) => [
    name,
    { ...param, required: false },
  ]);
  return paramsOf({ ...workflow, params: Object.fromEntries(params) }, given);
}

function paramNamed(workflow: Workflow, name: string): JsonObject | null {
  return Object.hasOwn(workflow.params, name) ? (workflow.params[name]?.type.schema ?? null) : null;
}

/** What could not be read is told of once, and not missed besides. */
function notMissing(workflow: Workflow, names: ReadonlySet<string>): Workflow {
  const params = Object.entries(workflow.params).map(
    ([name, param]) => [name, names.has(name) ? { ...param, required: false } : param] as const,
  );
  return { ...workflow, params: Object.fromEntries(params) };
}

/**
 * A text as its type is written: numbers and the like as JSON, lists as JSON or `a,b`, `@file` from a file.
 *
 * @param schema of the type; null where nothing is known of it, and then it is a text
 */
export function valueAs(
  text: string,
  schema: JsonObject | null,
  cwd: string,
): { readonly value: Json } | Problem {
  if (text.startsWith("@@")) return { value: text.slice(1) };
  const type = schema?.["type"] ?? null;
  if (text.startsWith("@")) return contentOf(resolve(cwd, text.slice(1)), type === "string");
  if (schema === null || type === "string") return { value: text };
  if (type === "array" && !isOneText(text, schema)) return { value: listOf(text, schema) };
  return { value: jsonOr(text) };
}

function contentOf(path: string, asText: boolean): { readonly value: Json } | Problem {
  try {
    const content = textIn(path);
    return { value: asText ? content : yamlOf(content) };
  } catch (error) {
    const why = whyUnread(error);
    return {
      code: "bad-input",
      message: `${path} cannot be read: ${why}`,
      mend: "Name a readable file after the @; a text that begins with @ is written @@.",
    };
  }
}

/** @throws Error with one sentence: what is written otherwise would come to the run with other letters */
function textIn(path: string): string {
  const bytes = readFileSync(path);
  if (!isUtf8(bytes)) throw new Error("it is no text in UTF-8. Save it as UTF-8.");
  return new TextDecoder().decode(bytes);
}

/** A JSON list, or what is made into objects as a whole: one of them, or a CSV. Its commas part nothing. */
function isOneText(text: string, { items }: JsonObject): boolean {
  return text.trimStart().startsWith("[") || (isObject(items) && items["type"] === "object");
}

function listOf(text: string, schema: JsonObject): Json {
  const items = schema["items"];
  const texts = isObject(items) && items["type"] === "string";
  const parts = text.split(",").map((part) => part.trim());
  return parts.filter((part) => part !== "").map((part) => (texts ? part : jsonOr(part)));
}

function jsonOr(text: string): Json {
  try {
    const value = parseExactly(text);
    return Number.isFinite(value) || typeof value !== "number" ? value : text;
  } catch {
    return text;
  }
}

/** What a YAML or JSON file holds, by name. */
export function fileValues(cwd: string, file: string): { readonly values: JsonObject } | Problem {
  const mend = "Give a YAML or JSON file that holds an object: name: value.";
  try {
    const content = yamlOf(textIn(resolve(cwd, file)));
    if (isObject(content)) return { values: content };
    return { code: "bad-input", message: `${file} holds no object.`, mend };
  } catch (error) {
    const why = whyUnread(error);
    return { code: "bad-input", message: `${file} cannot be read: ${why}`, mend };
  }
}

/** @throws Error with one sentence */
function yamlOf(text: string): Json {
  try {
    const how = { prettyErrors: false, logLevel: "error", intAsBigInt: true } as const;
    return parse(text, exactly, how) as Json;
  } catch (error) {
    const why = whyUnread(error);
    // The parser recurses: the stack is its only limit.
    throw new Error(/call stack/.test(why) ? "it is nested too deep." : why, { cause: error });
  }
}

/** A whole number of more digits than a number holds is given as its text: its type says what it may lose. */
function exactly(_name: unknown, value: unknown): unknown {
  if (typeof value !== "bigint") return value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}

function noPair(pair: string): Problem {
  return {
    code: "bad-input",
    message: `"${pair}" is no param.`,
    mend: "Write params as key=value.",
  };
}
