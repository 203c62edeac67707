import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";

export type Executable = { readonly file: string } | { readonly fault: string };

/**
 * The program that a command's first word names: `node` is the one we run on, a word with a slash is
 * a file, any other is looked for in our own PATH, since the command itself is given none.
 *
 * @param word as `resolveWord` gives it
 */
export function findExecutable(word: string, path: string): Executable {
  if (word === "node") return { file: process.execPath };
  if (word.includes("/")) {
    const fault = whyNot(word);
    return fault === null ? { file: word } : { fault };
  }
  for (const folder of path.split(delimiter)) {
    const file = join(folder, word);
    if (folder !== "" && whyNot(file) === null) return { file };
  }
  return {
    fault: `The program "${word}" is in no folder of PATH. Install it, or name its file with a path.`,
  };
}

/** A word of a command that begins `./` or `../` names a file in the company's folder, wherever the command runs. */
export function resolveWord(word: string, folder: string): string {
  return /^\.{1,2}\//.test(word) ? resolve(folder, word) : word;
}

function whyNot(file: string): string | null {
  try {
    if (!statSync(file).isFile()) return `${file} is no file. Name the program itself.`;
  } catch {
    return `${file} is not there, or may not be read. Check the path.`;
  }
  try {
    accessSync(file, constants.X_OK);
    return null;
  } catch {
    return `${file} may not be executed. Allow it: chmod +x ${file}`;
  }
}
