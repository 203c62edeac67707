import { type CompanyMap, KEEP_ALL, readMap } from "../../../core/definition/index.ts";
import { textOfFile } from "../../file-text.ts";

/** In a company's folder: what holds in all of its workflows. */
export const MAP_FILE = "map.yaml";

/** Of a company without one. */
export const NO_MAP: CompanyMap = {
  company: "",
  defaults: [],
  budget: {},
  keeping: KEEP_ALL,
  audit: [],
  concurrency: null,
  problems: [],
};

export function readMapFile(folder: string): CompanyMap {
  const read = textOfFile(folder, MAP_FILE);
  if (read === null) return NO_MAP;
  return read.fault === undefined ? readMap(read) : { ...NO_MAP, problems: [read.fault] };
}
