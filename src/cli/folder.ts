import { existsSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Problem } from "../core/problem.ts";

/** What makes a folder a company's. */
const MARKS: readonly string[] = ["workflows", "agents", ".muster"];

/**
 * The company's folder: the one given; else the nearest one upward, from the file or from where the
 * person stands; else, for a file outside every company, the file's own.
 */
export function folderOf(from: {
  readonly cwd: string;
  readonly given: string | null;
  readonly file?: string | null;
}): { readonly folder: string } | Problem {
  const { cwd, given, file = null } = from;
  if (given !== null) return givenFolder(resolve(cwd, given));
  const start = file === null ? cwd : dirname(file);
  for (let at = start; ; at = dirname(at)) {
    if (MARKS.some((mark) => isFolder(join(at, mark)))) return { folder: at };
    if (dirname(at) === at) break;
  }
  if (file !== null) return { folder: start };
  return {
    code: "no-folder",
    message: `There is no company in ${cwd} nor above it: no folder with ${MARKS.join(", ")}.`,
    mend: "Go into a company's folder, or name it: --folder DIR.",
  };
}

/** The file that a workflow's argument names; null where it is a name. */
export function fileOf(cwd: string, argument: string): string | null {
  const path = resolve(cwd, argument);
  return existsSync(path) && statSync(path).isFile() ? path : null;
}

/** It was meant as a file: then a name is not searched for. */
export function looksLikeFile(argument: string): boolean {
  return /[/\\]|\.(ya?ml|m?ts|m?js|json)$/.test(argument);
}

export function noFile(cwd: string, argument: string): Problem {
  return {
    code: "not-found",
    message: `There is no file ${resolve(cwd, argument)}.`,
    mend: "Check the path, or give the name of a workflow of the company.",
  };
}

function givenFolder(folder: string): { readonly folder: string } | Problem {
  if (isFolder(folder)) return { folder };
  return {
    code: "no-folder",
    message: `${folder} is no folder.`,
    mend: "Name a company's folder after --folder.",
  };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
