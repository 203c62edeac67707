import { type People, type Person, readPeople } from "../definition/index.ts";
import { ownOf } from "../own.ts";
import type { MapDifference } from "./map-difference.ts";
import { CALENDAR_FILE, MAP_FILE, type MapFile, PEOPLE_FILE } from "./read/work-map.ts";

/**
 * What is another in the files beside `map.yaml`: who works here and in which role, and templates,
 * documents and modules, of which only that they are another is said. What tables and the calendar say
 * stands in the map itself.
 *
 * @param isTold the maps that the files make differ, which was said: then their own files are not named
 */
export function fileDifferencesOf(
  from: readonly MapFile[],
  to: readonly MapFile[],
  isTold: boolean,
): readonly MapDifference[] {
  const names = [...new Set([...from, ...to].map(({ file }) => file))].toSorted();
  const others = names.flatMap((file): readonly MapDifference[] => {
    if (file === PEOPLE_FILE || (isTold && isOfMap(file))) return [];
    const [was, is] = [textOf(from, file), textOf(to, file)];
    if (was === is) return [];
    const kind = was === null ? "added" : is === null ? "removed" : "changed";
    const words = { added: "is new", removed: "is no longer there", changed: "is another" }[kind];
    return [{ part: "file", name: file, kind, words, isWider: false }];
  });
  return [...peopleDifferences(peopleIn(from), peopleIn(to)), ...others];
}

function isOfMap(file: string): boolean {
  return file === MAP_FILE || file === CALENDAR_FILE || file.startsWith("tables/");
}

function textOf(files: readonly MapFile[], name: string): string | null {
  return files.find(({ file }) => file === name)?.text ?? null;
}

function peopleIn(files: readonly MapFile[]): People["people"] {
  const file = files.find((one) => one.file === PEOPLE_FILE);
  return (file === undefined ? null : readPeople(file).people)?.people ?? {};
}

/** Whoever is in another team or role may decide on other things. */
function peopleDifferences(from: People["people"], to: People["people"]): readonly MapDifference[] {
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  return names.flatMap((name): readonly MapDifference[] => {
    const [was, is] = [ownOf(from, name), ownOf(to, name)];
    const part = "person" as const;
    if (was === undefined && is !== undefined)
      return [{ part, name, kind: "added", words: `is new: ${groupsOf(is)}`, isWider: true }];
    if (is === undefined)
      return [{ part, name, kind: "removed", words: "is no longer there", isWider: false }];
    if (was === undefined) return [];
    return FIELDS.filter((field) => saidOf(was, field) !== saidOf(is, field)).map((field) => ({
      part,
      name,
      kind: "changed",
      words: `${field}: ${saidOf(was, field)} → ${saidOf(is, field)}`,
      isWider: field !== "name" && field !== "email",
    }));
  });
}

const FIELDS = ["name", "email", "teams", "roles", "manager"] as const;

function saidOf(person: Person, field: (typeof FIELDS)[number]): string {
  const value = person[field];
  const words = typeof value === "string" ? value : (value ?? []).join(", ");
  return words === "" ? "nothing" : words;
}

function groupsOf({ teams, roles }: Person): string {
  const groups = [...teams, ...roles];
  return groups.length === 0 ? "in no team or role" : groups.join(", ");
}
