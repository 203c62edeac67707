import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type People, type ReadPeople, readPeople } from "../../../core/definition/index.ts";

/** In a company's folder: who works there. */
export const PEOPLE_FILE = "people.yaml";

/** Of a company without that file nobody knows who there is. */
export function readPeopleFile(folder: string): ReadPeople {
  const path = join(folder, PEOPLE_FILE);
  if (!existsSync(path)) return { people: null, problems: [] };
  return readPeople({ file: PEOPLE_FILE, text: readFileSync(path, "utf8") });
}

/** Who works in a company; null where nobody says so, or something is wrong with the list. */
export function peopleIn(folder: string): People | null {
  return readPeopleFile(folder).people;
}
