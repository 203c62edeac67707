import { relative } from "node:path";
import { folderOf } from "./folder.ts";
import type { Context } from "./surroundings.ts";

/** Writes a command so that the person can type it where they stand: the way they called this one, in this folder. */
export type Command = (words: string) => string;

export function commandIn({ surroundings }: Context, folder: string): Command {
  const { cwd, env } = surroundings;
  const program = env["npm_lifecycle_event"] === "start" ? "npm start --" : "muster";
  const found = folderOf({ cwd, given: null });
  const isFound = "folder" in found && found.folder === folder;
  const near = relative(cwd, folder) || ".";
  const option = isFound ? "" : ` --folder ${quoted(near.startsWith("..") ? folder : near)}`;
  return (words) => `${program} ${words}${option}`;
}

/** As a shell takes it for one word. */
function quoted(path: string): string {
  return /^[\w./:@-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
