import type { KnownAgent, People, Report, Workflow } from "../../definition/index.ts";
import { suggestion } from "../../expression/index.ts";
import type { JsonObject } from "../../json.ts";
import type { Problem } from "../../problem.ts";
import type { WorkMap } from "../work-map.ts";

/** What the parts of a map are checked against one another with. */
export type Checking = {
  /** As far as it could be read. */
  readonly map: WorkMap;
  /** What stands in `map.yaml`: an entry that could not be read is there all the same. */
  readonly said: JsonObject;
  readonly report: Report;
  /** null: nobody knows who works here. */
  readonly people: People | null;
  readonly agents: Readonly<Record<string, KnownAgent>> | null;
  readonly workflows: Readonly<Record<string, Workflow>> | null;
  /** Names of workflows whose files are there, and cannot be used as they are. */
  readonly broken: readonly string[];
  /** The names of the map's files. */
  readonly files: readonly string[];
  /** Of a file beside the map; null: nobody has it. */
  readonly textOf: (file: string) => string | null;
  /** For what stands in other files than `map.yaml`. */
  readonly elsewhere: Problem[];
};

/** Whether every rule that stands there could be read: else nothing can be said of what they say together. */
export function areRulesWhole({ map, said }: Checking): boolean {
  return map.rules.length === namesSaid(said, "rules").length;
}

/** Whether every tool that is granted is there: a name that is written wrongly may mean any. */
export function areGrantsWhole({ agents }: WorkMap, said: JsonObject): boolean {
  const known = namesSaid(said, "tools");
  return Object.values(agents).every(({ tools }) => tools.every((name) => known.includes(name)));
}

/** The names of a part, also of entries that are broken. */
export function namesSaid(said: JsonObject, part: string): readonly string[] {
  const value = said[part];
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.keys(value)
    : [];
}

/** A name of another part that is not there: what, and the nearest that is. */
export function unknownName(
  what: string,
  name: string,
  known: readonly string[],
): { readonly code: "wrong-value"; readonly message: string; readonly mend: string } {
  const plural = what.endsWith("s") ? what : `${what}s`;
  return {
    code: "wrong-value",
    message: `There is no ${what} "${name}" in this map.`,
    mend: suggestion(name, known, plural.charAt(0).toUpperCase() + plural.slice(1)),
  };
}

/** `one`, `one and two`, `one, two and three`. */
export function inWords(names: readonly string[]): string {
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
