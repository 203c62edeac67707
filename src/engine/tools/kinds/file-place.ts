import { lstatSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve, sep } from "node:path";
import type { JsonObject } from "../../../core/json.ts";
import { fillText, plain } from "../using/fill.ts";

/** A file below the system's folder; `exists` false: it is not there yet. */
export type FilePlace =
  | { readonly file: string; readonly exists: boolean }
  /** `isLost`: the folder itself is not there. */
  | { readonly wrong: string; readonly isLost?: true };

/**
 * Where a path with its arguments in it leads: never out of the folder, neither by `..` nor by a link.
 * An argument is one name in it. A link is not followed as the last part, and not out of the folder
 * before.
 */
export function placeOf(folder: string, path: string, args: JsonObject): FilePlace {
  const odd: string[] = [];
  const filled = fillText(path, args, (value) => {
    const name = plain(value);
    if (!isName(name)) odd.push(name);
    return name;
  });
  if (!filled.ok) return { wrong: `The path ${path} needs ${filled.missing.join(", ")}.` };
  const [first] = odd;
  if (first !== undefined) return { wrong: `${JSON.stringify(first)} is no name of a file.` };
  const root = real(folder);
  if (root === null) return { wrong: `There is no folder ${folder}.`, isLost: true };
  const wanted = resolve(root, filled.value);
  const parent = real(dirname(wanted));
  if (parent === null) return { wrong: `There is no folder for ${filled.value}.` };
  const file = wanted === root ? root : join(parent, basename(wanted));
  if (file !== root && !file.startsWith(root + sep))
    return { wrong: `${filled.value} leads out of its folder.` };
  const stat = lstatSync(file, { throwIfNoEntry: false });
  if (stat?.isSymbolicLink() === true)
    return { wrong: `${filled.value} is a link, and links are not followed.` };
  if (stat !== undefined && !stat.isFile() && !stat.isDirectory())
    return { wrong: `${filled.value} is neither a file nor a folder.` };
  return { file, exists: stat !== undefined };
}

function isName(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !/[/\\\0]/.test(name);
}

function real(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}
