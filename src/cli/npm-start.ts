import { dirname, relative } from "node:path";
import { shellWord } from "../core/shell-word.ts";
import type { Surroundings } from "./surroundings.ts";

/** In a clone: `npm start -- VERB …` is how the program is called, and npm stands in the clone. */
export function isNpmStart(env: Surroundings["env"]): boolean {
  return env["npm_lifecycle_event"] === "start" && env["npm_package_name"] === "muster";
}

/** Where the person stands: npm changes into the clone first, and says where it came from. */
export function whereThePersonStands(env: Surroundings["env"], cwd: string): string {
  return (isNpmStart(env) ? env["INIT_CWD"] : undefined) ?? cwd;
}

/** How the program was called, so that it can be typed again where the person stands: outside of the clone npm is told where that is. */
export function programName({ cwd, env }: Pick<Surroundings, "cwd" | "env">): string {
  if (!isNpmStart(env)) return "muster";
  const file = env["npm_package_json"];
  const clone = file === undefined ? cwd : dirname(file);
  return relative(clone, cwd).startsWith("..")
    ? `npm --prefix ${shellWord(clone)} start --`
    : "npm start --";
}
