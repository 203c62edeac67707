import { isObject, type Json, type JsonObject } from "../../json.ts";
import { ownOf } from "../../own.ts";
import { filesOf } from "../files-beside.ts";
import type { ToolSource } from "../keys/source.ts";
import { toolShape } from "../keys/tools.ts";
import { type OpenapiOperation, openapiOperation, readDocument } from "../openapi-operation.ts";
import { entityOf, lookOf, operationOf } from "../operation.ts";
import { argsOf, propertiesOf, scopeOf } from "../tool-args.ts";
import { limitsOf } from "../tool-limits.ts";
import type { System, Tool } from "../work-map.ts";
import { byName, type Entry, entriesOf, listed, type Reading, typesOf } from "./reading.ts";

/**
 * The tools that agents act through; one that does not say its system is none, and one
 * that does not say its level goes as far as there is. What must
 * hold when they are done is compiled later, when all their names are known.
 */
export function readTools(
  value: Json | undefined,
  systems: Readonly<Record<string, System>>,
  reading: Reading,
): Readonly<Record<string, Tool>> {
  const { report } = reading;
  const entries = entriesOf<ToolSource>("tools", { value, report, shape: () => toolShape });
  return byName(
    entries.flatMap((entry) => {
      const { system, level = unsaidLevel(value, entry.name) } = entry.said;
      if (system === undefined || level === null) return [];
      return [toolOf(entry, { system, level, its: ownOf(systems, system), reading })];
    }),
  );
}

/** What nobody has looked at may do anything; a level that is none was told already. */
function unsaidLevel(tools: Json | undefined, name: string): "external" | null {
  const said = isObject(tools) ? ownOf(tools, name) : undefined;
  return isObject(said) && "level" in said ? null : "external";
}

type Given = Pick<Tool, "system" | "level"> & {
  readonly its: System | undefined;
  readonly reading: Reading;
};

function toolOf({ name, path, said }: Entry<ToolSource>, given: Given): Tool {
  const { its, reading, system, level } = given;
  const operation = operationOf(said);
  const document = its === undefined ? null : documented(its, operation, reading);
  const described = document === null ? "" : document.description;
  const args = argsOf(said, { operation, document, path, reading });
  const scope = scopeOf(said.scope, { args, path, reading });
  const isRead = level === "reference" || level === "case";
  return {
    name,
    system,
    description: said.description ?? described,
    level,
    effects: said.effects ?? (isRead ? "pure" : "ask"),
    operation,
    args,
    returns: returnsOf(said, document, { path, reading }),
    scope,
    writes: said.writes ?? null,
    reads: readsOf(said, operation, isRead),
    ...aroundOf(said, its),
    says: null,
    deciding: decidingOf(said, { args, scope }),
    isUntrusted: said.untrusted ?? its?.isUntrusted ?? false,
    ...flowOf(said),
    limits: limitsOf(said.limits ?? {}, { its, path: [...path, "limits"], reading }),
    digest: reading.digest(JSON.stringify([name, said, its ?? null])),
  };
}

function returnsOf(
  { returns }: Partial<ToolSource>,
  document: OpenapiOperation | null,
  { path, reading }: { readonly path: Entry<ToolSource>["path"]; readonly reading: Reading },
): JsonObject | null {
  if (returns === undefined) return document === null ? null : document.returns;
  return typesOf(reading.report).read(returns, [...path, "returns"]).schema;
}

/** What the OpenAPI document of a system says of an operation; null: it has none, or the document says nothing of it. */
function documented(
  { settings }: System,
  { operation }: JsonObject,
  { textOf }: Reading,
): OpenapiOperation | null {
  const [file] = filesOf({ openapi: settings["openapi"] ?? null });
  const text = file === undefined ? null : textOf(file);
  if (text === null || typeof operation !== "string") return null;
  const found = openapiOperation(readDocument(text), operation);
  return "wrong" in found ? null : found;
}

/** What is done before and after it. */
function aroundOf(
  { preview, verify, undo }: Partial<ToolSource>,
  its: System | undefined,
): Pick<Tool, "preview" | "precondition" | "verify" | "undo"> {
  return {
    preview: lookOf(preview, its?.kind),
    precondition: null,
    verify: lookOf(verify, its?.kind),
    undo: undo === undefined ? null : { tool: undo.tool, args: undo.args ?? {} },
  };
}

/** Unsaid, of what is external: all that the case does not bind. */
function decidingOf(
  { deciding, level }: Partial<ToolSource>,
  { args, scope }: Pick<Tool, "args" | "scope">,
): readonly string[] {
  if (deciding !== undefined || level !== "external") return listed(deciding);
  return Object.keys(propertiesOf(args)).filter((name) => !Object.hasOwn(scope.args, name));
}

/** Where what it takes and gives may come from and go to. */
function flowOf(
  said: Partial<ToolSource>,
): Pick<Tool, "personal" | "takesPersonal" | "audience" | "destinations"> {
  return {
    personal: listed(said.personal),
    takesPersonal: said.takes_personal === true,
    audience: said.audience ?? null,
    destinations: Object.fromEntries(
      Object.entries(said.destinations ?? {}).map(([arg, patterns]) => [arg, listed(patterns)]),
    ),
  };
}

function readsOf(
  { reads, preview }: Partial<ToolSource>,
  operation: JsonObject,
  isRead: boolean,
): Tool["reads"] {
  if (typeof reads === "string") return { entity: reads, fields: null };
  if (reads !== undefined) return { entity: reads.entity, fields: reads.fields ?? null };
  const look = isRead ? operation : (lookOf(preview, "sql") ?? {});
  const entity = entityOf(look);
  return entity === null ? null : { entity, fields: null };
}
