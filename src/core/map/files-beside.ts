import { parse } from "yaml";
import { FILE_CHARACTERS_MOST } from "../definition/index.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";

/** Systems whose files are looked for. */
const SYSTEMS_MOST = 2_000;

/**
 * The files beside a map that say what its tools do, by their paths from the company's folder: modules,
 * OpenAPI documents, programs. They are published with the map; what they import in turn is not followed.
 *
 * @param text of map.yaml; one that cannot be read names none
 */
export function filesBeside(text: string): readonly string[] {
  const systems = systemsIn(text);
  return [...new Set(systems.flatMap(filesOf))];
}

function systemsIn(text: string): readonly JsonObject[] {
  if (text.length > FILE_CHARACTERS_MOST || !MAY_NAME.test(text)) return [];
  try {
    const said = parse(text, { maxAliasCount: 100 }) as Json;
    const systems = isObject(said) ? said["systems"] : null;
    if (!isObject(systems ?? null)) return [];
    return Object.values(systems as JsonObject)
      .slice(0, SYSTEMS_MOST)
      .filter((system) => isObject(system));
  } catch {
    return [];
  }
}

/** Most maps name none, and need not be read for that. */
const MAY_NAME = /\b(?:module|openapi|command)\b/;

/** Of one system; a word of a command that begins with `./` is a file of the company. */
export function filesOf({ module, openapi, command }: JsonObject): readonly string[] {
  const words = Array.isArray(command) ? command : [command];
  const programs = words.filter((word) => typeof word === "string" && word.startsWith("./"));
  return [module, openapi, ...programs].flatMap((file) => {
    const inside = typeof file === "string" ? within(file) : null;
    return inside === null ? [] : [inside];
  });
}

/** null: it is none of the company's folder. */
function within(path: string): string | null {
  const parts = path.split("/").filter((part) => part !== "." && part !== "");
  return path.startsWith("/") || parts.includes("..") || parts.length === 0
    ? null
    : parts.join("/");
}
