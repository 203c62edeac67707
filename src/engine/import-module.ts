import { existsSync, readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { dirname, extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { isObject, type Json, type JsonObject } from "../core/json.ts";
import { MusterError } from "../core/problem.ts";

/** A module that has not ended its own loading by then never will. */
export const LOAD_MS_MOST = 15_000;

/**
 * Imports a module of a company: an agent's, or a workflow's in TypeScript. Its `import "muster"` is
 * the Muster that runs it, whether the company has installed one or not: a folder beside a clone, or
 * one that only knows the command, works the same.
 *
 * @param file absolute
 * @param version another one imports the file anew
 * @throws what the module throws, or what is wrong with it
 */
export async function importModule(file: string, version = ""): Promise<unknown> {
  resolveOurselves();
  const url = pathToFileURL(file).href;
  try {
    return await ended(import(version === "" ? url : `${url}?at=${version}`), file);
  } catch (error) {
    if (error instanceof SyntaxError) error.message += whyNoModule(file);
    throw error;
  }
}

/** What waits at its top level for what never comes would hold whoever imports it, or end the process without a word. */
async function ended(loading: Promise<unknown>, file: string): Promise<unknown> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(tooLong(file)), LOAD_MS_MOST);
  return await Promise.race([loading, promise]).finally(() => clearTimeout(timer));
}

/** Node reads a file as CommonJS where the package around it says so, as `npm init` writes it; else it looks for itself. */
function whyNoModule(file: string): string {
  if (![".ts", ".js"].includes(extname(file))) return "";
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const path = join(folder, "package.json");
    if (existsSync(path)) {
      return saysCommonJs(path)
        ? `. ${path} says "type": "commonjs", so that it is not read as a module: write "type": "module" there.`
        : "";
    }
    if (dirname(folder) === folder) return "";
  }
}

function saysCommonJs(path: string): boolean {
  try {
    const given: unknown = JSON.parse(readFileSync(path, "utf8"));
    return isObject(given as Json) && (given as JsonObject)["type"] === "commonjs";
  } catch {
    return false;
  }
}

const EXTENSION = import.meta.url.endsWith(".ts") ? ".ts" : ".js";

/** The package's doors, as `package.json` exports them. */
const DOORS: Readonly<Record<string, string>> = {
  muster: new URL(`../index${EXTENSION}`, import.meta.url).href,
  "muster/testing": new URL(`../testing/index${EXTENSION}`, import.meta.url).href,
};

let isRegistered = false;

function resolveOurselves(): void {
  if (isRegistered) return;
  isRegistered = true;
  registerHooks({
    resolve: (specifier, context, next) => {
      const url = DOORS[specifier];
      return url === undefined ? next(specifier, context) : { url, shortCircuit: true };
    },
  });
}

export function tooLong(file: string): MusterError {
  return new MusterError({
    code: "limit",
    message: `${file} has not ended its own loading within ${LOAD_MS_MOST / 1_000} seconds.`,
    mend: "Define things at the top of the module and do nothing there: what loops or waits belongs into an agent.",
  });
}
