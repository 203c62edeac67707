import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";

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
  return await import(version === "" ? url : `${url}?at=${version}`);
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
