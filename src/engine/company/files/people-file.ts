import { type People, type ReadPeople, readPeople } from "../../../core/definition/index.ts";
import { textOfFile } from "../../file-text.ts";

/** In a company's folder: who works there. */
export const PEOPLE_FILE = "people.yaml";

/** Of a company without that file nobody knows who there is. */
export function readPeopleFile(folder: string): ReadPeople {
  const read = textOfFile(folder, PEOPLE_FILE);
  if (read === null) return { people: null, problems: [] };
  return read.fault === undefined ? readPeople(read) : { people: null, problems: [read.fault] };
}

/** Who works in a company; null where nobody says so, or something is wrong with the list. */
export function peopleIn(folder: string): People | null {
  return readPeopleFile(folder).people;
}
