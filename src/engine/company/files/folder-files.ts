import { readdirSync } from "node:fs";
import { extname, join } from "node:path";

/** Files of one folder of a company; more are not read. */
const FILES_MOST = 10_000;

/** Paths from the company's folder, with `/` on every system, in the order of their letters; none where there is no such folder. */
export function filesIn(
  folder: string,
  part: string,
  extensions: readonly string[],
): readonly string[] {
  return namesIn(join(folder, part))
    .filter((name) => extensions.includes(extname(name)) && !/\.(test|d)\.[mc]?ts$/.test(name))
    .sort()
    .slice(0, FILES_MOST)
    .map((name) => `${part}/${name}`);
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}
