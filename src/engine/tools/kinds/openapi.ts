import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Json, JsonObject } from "../../../core/json.ts";
import { isObject } from "../../../core/json.ts";
import { openapiOperation, readDocument, type System, type Tool } from "../../../core/map/index.ts";
import type { Secrets } from "../../outside/index.ts";
import type { OpenSystem } from "../kind.ts";
import type { ToolSetting } from "../setting.ts";
import { shutSystem } from "../shut-system.ts";
import { openHttp } from "./http.ts";
import type { HttpOperation } from "./http-request.ts";

/**
 * An interface over http whose operations stand in an OpenAPI document: a tool names one, and is asked
 * as the document says. The document is read when the system is opened.
 */
export function openOpenapi(
  system: System,
  setting: ToolSetting & { readonly secrets: Secrets },
): OpenSystem {
  const document = documentOf(system, setting.folder);
  if ("wrong" in document) return shutSystem(document.wrong);
  const url = system.settings["url"] ?? serverIn(document.value);
  if (typeof url !== "string")
    return shutSystem(`The document of "${system.name}" names no server. Write url: … in the map.`);
  const open = openHttp(
    { ...system, settings: { ...system.settings, url } },
    (operation) => asHttp(document.value, operation),
    setting,
  );
  return { ...open, faultOf: (tool) => open.faultOf(tool) ?? unfitting(document.value, tool) };
}

/** What the document says of an operation, as an http operation. */
function asHttp(document: Json, said: JsonObject): HttpOperation | { readonly wrong: string } {
  const found = openapiOperation(document, textOf(said["operation"]));
  if ("wrong" in found) return found;
  const { method, path, places } = found;
  const of = (place: string): JsonObject =>
    Object.fromEntries(
      Object.entries(places)
        .filter(([, one]) => one === place)
        .map(([name]) => [name, `$args.${name}`]),
    );
  const body = of("body");
  return {
    method,
    path,
    query: of("query"),
    headers: { ...(isObject(said["headers"]) ? said["headers"] : {}), ...of("header") },
    body: Object.keys(body).length === 0 ? null : body,
    rows: typeof said["rows"] === "string" ? said["rows"] : null,
    reference: typeof said["reference"] === "string" ? said["reference"] : null,
  };
}

/** The arguments of a tool are the operation's. */
function unfitting(document: Json, { operation, args }: Tool): string | null {
  const found = openapiOperation(document, textOf(operation["operation"]));
  if ("wrong" in found) return found.wrong;
  const names = Object.keys(isObject(args["properties"]) ? args["properties"] : {});
  const unknown = names.find((name) => !Object.hasOwn(found.places, name));
  if (unknown !== undefined)
    return `Its argument "${unknown}" stands nowhere in the operation. Known: ${Object.keys(found.places).join(", ")}.`;
  const required = found.args["required"];
  const missing = (Array.isArray(required) ? required : []).find((name) => !names.includes(name));
  return missing === undefined
    ? null
    : `The operation needs ${JSON.stringify(missing)}, and the tool has no such argument.`;
}

function documentOf(
  { name, settings }: System,
  folder: string,
): { readonly value: Json } | { readonly wrong: string } {
  const file = textOf(settings["openapi"]);
  if (file === "") return { wrong: `"${name}" names no document. Write openapi: FILE.` };
  try {
    const value = readDocument(readFileSync(resolve(folder, file), "utf8"));
    if (value !== null) return { value };
  } catch {
    return { wrong: `The document ${file} of "${name}" is not there.` };
  }
  return { wrong: `The document ${file} of "${name}" is neither JSON nor YAML.` };
}

function serverIn(document: Json): Json {
  const servers = isObject(document) ? document["servers"] : null;
  const first = Array.isArray(servers) ? servers[0] : null;
  return isObject(first) ? (first["url"] ?? null) : null;
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
