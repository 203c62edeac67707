import { relative, resolve } from "node:path";
import { shellWord } from "../core/shell-word.ts";
import { folderOf } from "./folder.ts";
import { programName } from "./npm-start.ts";
import type { Context } from "./surroundings.ts";

/** Writes a command so that the person can type it where they stand: the way they called this one, in this folder. */
export type Command = (words: string) => string;

export function commandIn(context: Context, folder: string): Command {
  const { program, option } = wayIn(context, folder);
  return (words) => `${program} ${words}${option}`;
}

/** The commands in a sentence ("muster runs resume last"), as the person would type them here. */
export function asTyped(context: Context, folder: string | null, text: string): string {
  const { program, option } = wayIn(context, folder);
  return text.replaceAll(
    /\bmuster (?=(?:init|check|run|runs|inbox|request|cases|agents|publish|doctor|backup|restore|halt|map|rules|tools|why)\b)/g,
    `${program}${option} `,
  );
}

/** How this program was called, and the option that says which company is meant, where one is needed. */
function wayIn(
  { surroundings }: Context,
  folder: string | null,
): { readonly program: string; readonly option: string } {
  const { cwd } = surroundings;
  const program = programName(surroundings);
  if (folder === null) return { program, option: "" };
  const meant = resolve(cwd, folder);
  const found = folderOf(surroundings, {});
  if ("folder" in found && found.folder === meant) return { program, option: "" };
  const near = relative(cwd, meant) || ".";
  return { program, option: ` --folder ${shellWord(near.startsWith("..") ? meant : near)}` };
}
