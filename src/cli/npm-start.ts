import type { Surroundings } from "./surroundings.ts";

/** In a clone: `npm start -- VERB …` is how the program is called, and npm stands in the clone. */
export function isNpmStart(env: Surroundings["env"]): boolean {
  return env["npm_lifecycle_event"] === "start" && env["npm_package_name"] === "muster";
}

/** Where the person stands: npm changes into the clone first, and says where it came from. */
export function whereThePersonStands(env: Surroundings["env"], cwd: string): string {
  return (isNpmStart(env) ? env["INIT_CWD"] : undefined) ?? cwd;
}
