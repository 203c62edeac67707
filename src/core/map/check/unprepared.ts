import {
  type Fault,
  isMap,
  openReport,
  readSource,
  type ValuePath,
} from "../../definition/index.ts";
import type { Json } from "../../json.ts";
import { ownOf } from "../../own.ts";
import type { Problem } from "../../problem.ts";
import type { MapFile } from "../read/work-map.ts";

/** A statement of a tool that its database does not take. */
export type Unprepared = {
  readonly tool: string;
  readonly part: "operation" | "preview" | "verify";
  /** What the database says. */
  readonly why: string;
};

/** What databases said of the statements of a map, each at its statement; where the word stands that it is about, there. */
export function statementProblems(file: MapFile, found: readonly Unprepared[]): readonly Problem[] {
  const source = readSource(file, () => {});
  if (source === null) return [];
  const into: Problem[] = [];
  const report = openReport(source, { into, module: null });
  for (const one of found) report.add(faultOf(one, source.value));
  return into;
}

function faultOf({ tool, part, why }: Unprepared, whole: Json): Fault {
  const base: ValuePath = ["tools", tool, part === "operation" ? "sql" : part];
  const said = at(whole, base);
  const isText = typeof said === "string";
  const path = isText || part === "operation" ? base : [...base, "sql"];
  const text = isText ? said : at(whole, path);
  const offset = typeof text === "string" ? offsetIn(text, why) : null;
  return {
    code: "wrong-value",
    message: `The database does not take this statement of "${tool}": ${why.replace(/\.$/, "")}.`,
    mend: "Write it as the tables there are.",
    path,
    ...(offset === null ? {} : { offset }),
  };
}

function at(whole: Json, path: ValuePath): Json | undefined {
  let here: Json | undefined = whole;
  for (const part of path)
    here = here !== undefined && isMap(here) ? ownOf(here, String(part)) : undefined;
  return here;
}

/** The word that SQLite, PostgreSQL and MySQL name, as they write it. */
const NAMED =
  /(?:no such (?:column|table|function): |no column named |near ["']|(?:column|relation|function) "?|Unknown column '|Table ')(?:\w+\.)*(\w+)/;

/** null: it names none, or the statement has it more than once. */
function offsetIn(text: string, why: string): number | null {
  const word = NAMED.exec(why)?.[1];
  if (word === undefined) return null;
  const places = [...text.matchAll(new RegExp(`\\b${word}\\b`, "gi"))];
  return places.length === 1 ? (places[0]?.index ?? null) : null;
}
