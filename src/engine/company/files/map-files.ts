import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  CALENDAR_FILE,
  filesBeside,
  MAP_FILE,
  type MapFile,
  PEOPLE_FILE,
} from "../../../core/map/index.ts";
import { filesIn } from "./folder-files.ts";

const ALONE: readonly string[] = [MAP_FILE, PEOPLE_FILE, CALENDAR_FILE];
const TABLES: readonly string[] = [".yaml", ".yml"];
const TEMPLATES: readonly string[] = [
  ".md",
  ".txt",
  ".html",
  ".json",
  ".yaml",
  ".yml",
  ".csv",
  ".eml",
];

/** The files of a company's map as they are now on disk; none where it has no map. */
export function mapFilesIn(folder: string): readonly MapFile[] {
  // Asked before each run: a company without a map is told by one look.
  if (!isFile(folder, MAP_FILE)) return [];
  const names = [
    ...ALONE.filter((file) => isFile(folder, file)),
    ...filesIn(folder, "tables", TABLES),
    ...filesIn(folder, "templates", TEMPLATES),
  ];
  const files = names.map((file) => ({ file, text: readFileSync(join(folder, file), "utf8") }));
  const map = files.find(({ file }) => file === MAP_FILE)?.text ?? "";
  const beside = filesBeside(map).filter((file) => !names.includes(file) && isFile(folder, file));
  return [
    ...files,
    ...beside.map((file) => ({ file, text: readFileSync(join(folder, file), "utf8") })),
  ];
}

function isFile(folder: string, file: string): boolean {
  return statSync(join(folder, file), { throwIfNoEntry: false })?.isFile() === true;
}
