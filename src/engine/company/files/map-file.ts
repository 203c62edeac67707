import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type CompanyMap, KEEP_ALL, readMap } from "../../../core/definition/index.ts";

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
  return readMap({ file: MAP_FILE, text: readFileSync(join(folder, MAP_FILE), "utf8") });
}
