import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type ReadPeople, readPeople } from "../../core/definition/index.ts";

/** In a company's folder: who works there. */
export const PEOPLE_FILE = "people.yaml";

/** Of a company without that file nobody knows who there is. */
export function readPeopleFile(folder: string): ReadPeople {
  const path = join(folder, PEOPLE_FILE);
  if (!existsSync(path)) return { people: null, problems: [] };
  return readPeople({ file: PEOPLE_FILE, text: readFileSync(path, "utf8") });
}
