import { lstatSync } from "node:fs";
import { join } from "node:path";
import {
  CALENDAR_FILE,
  filesBeside,
  MAP_FILE,
  type MapFile,
  PEOPLE_FILE,
} from "../../../core/map/index.ts";
import { textOfFile } from "../../file-text.ts";
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

/** Whether there is a map, be it one that cannot be read: in a company that has one, nothing runs without it. */
export function hasMap(folder: string): boolean {
  return lstatSync(join(folder, MAP_FILE), { throwIfNoEntry: false }) !== undefined;
}

/** The files of a company's map as they are now on disk; none where it has no map. */
export function mapFilesIn(folder: string): readonly MapFile[] {
  // Asked before each run: a company without a map is told by one look.
  if (!hasMap(folder)) return [];
  const names = [
    ...ALONE,
    ...filesIn(folder, "tables", TABLES),
    ...filesIn(folder, "templates", TEMPLATES),
  ];
  const files = names.flatMap((file) => textOfFile(folder, file) ?? []);
  const map = files.find(({ file }) => file === MAP_FILE)?.text ?? "";
  const beside = filesBeside(map).filter((file) => !names.includes(file));
  return [...files, ...beside.flatMap((file) => textOfFile(folder, file, { as: "bytes" }) ?? [])];
}
