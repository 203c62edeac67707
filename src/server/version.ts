import { readFileSync } from "node:fs";

/** Two processes whose numbers differ do not understand one another. Raised when a route changes its meaning. */
export const API_VERSION = 1;

/** Of this Muster. */
export function ownVersion(): string {
  const file = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const { version } = JSON.parse(file) as { readonly version: string };
  return version;
}
