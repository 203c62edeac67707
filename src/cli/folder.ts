import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Problem } from "../core/problem.ts";
import { textAt } from "../engine/file-text.ts";
import { isNpmStart } from "./npm-start.ts";
import type { Surroundings } from "./surroundings.ts";

/** The company that `npm start` shows, and that its verbs are about where there is no other. */
export const PACK = "harbour-retail";

/** What makes a folder a company's. */
const MARKS: readonly string[] = ["workflows", "agents", ".muster"];

/** @param pack true where it is the pack, because there is no other */
type Found = { readonly folder: string; readonly pack?: true };

/**
 * The company's folder: the one given; else the nearest one upward, from the file or from where the
 * person stands; else, for a file outside every company, the file's own; else, under `npm start`, the
 * pack's.
 */
export function folderOf(
  { cwd, env, packs }: Pick<Surroundings, "cwd" | "env" | "packs">,
  { given = null, file = null }: { readonly given?: string | null; readonly file?: string | null },
): Found | Problem {
  if (given !== null) return givenFolder(resolve(cwd, given));
  const start = file === null ? cwd : dirname(file);
  for (let at = start; ; at = dirname(at)) {
    if (isCompany(at)) return { folder: at };
    if (dirname(at) === at) break;
  }
  if (file !== null) return { folder: start };
  if (isNpmStart(env)) return { folder: join(packs, PACK), pack: true };
  return {
    code: "no-folder",
    message: `There is no company in ${cwd} nor above it: no folder with ${MARKS.join(", ")}.`,
    mend: "Go into a company's folder, or name it: --folder DIR. To begin one: muster init DIR.",
  };
}

const FILE_MEND = "Check the path, or give the name of a workflow of the company.";

/** Where a file is looked for: from where the person stands, then from the company that is named. */
type From = { readonly cwd: string; readonly folder: string | null };

/** The file that a workflow's argument names; null where it is a name. */
export function fileOf(from: From, argument: string): string | null {
  return (
    pathsOf(from, argument).find((path) => existsSync(path) && statSync(path).isFile()) ?? null
  );
}

function pathsOf({ cwd, folder }: From, argument: string): readonly string[] {
  const here = resolve(cwd, argument);
  const there = folder === null ? here : resolve(cwd, folder, argument);
  return here === there ? [here] : [here, there];
}

/** It was meant as a file: then a name is not searched for. */
export function looksLikeFile(argument: string): boolean {
  return /[/\\]|\.(ya?ml|m?ts|m?js|json)$/.test(argument);
}

/** Why what was meant as a file is none: there is nothing of that name, or a folder, or a pipe. */
export function noFile(from: From, argument: string): Problem {
  const other = pathsOf(from, argument).find((path) => existsSync(path));
  const odd = other === undefined ? undefined : textAt(other, other)?.fault;
  if (odd !== undefined) return { code: odd.code, message: odd.message, mend: FILE_MEND };
  return {
    code: "not-found",
    message: `There is no file ${pathsOf(from, argument).join(", nor ")}.`,
    mend: FILE_MEND,
  };
}

function givenFolder(folder: string): Found | Problem {
  if (isFolder(folder)) return { folder };
  return {
    code: "no-folder",
    message: `${folder} is no folder.`,
    mend: "Name a company's folder after --folder.",
  };
}

/** Many a folder is called agents: that one has to hold a definition. */
export function isCompany(folder: string): boolean {
  const agents = join(folder, "agents");
  if (isFolder(join(folder, "workflows")) || isFolder(join(folder, ".muster"))) return true;
  return isFolder(agents) && readdirSync(agents).some((name) => /\.ya?ml$/.test(name));
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
